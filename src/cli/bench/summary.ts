import { type Conditions, ceilingsOf, describeVerdict, type Floors, judge, type Verdict } from './limits.js';
import type { Configuration, Measurement, Series, Stages } from './record.js';
import { medianOf, overlap, type Spread, spreadOf } from './spread.js';

/** How a result compares with the reference of its data set. */
export type Agreement = 'reference' | 'identical' | 'close' | 'differs' | 'none';

/** A row of the table, in seconds and bytes. */
export interface RowSummary {
  readonly configuration: Configuration;
  /** Why there are no figures, or null. */
  readonly reason: string | null;
  readonly runs: number;
  readonly seconds: Spread | null;
  /** The first time in a fresh process, in scenarios that tell it apart. */
  readonly coldSeconds: number | null;
  readonly wallSeconds: number | null;
  /** Decoded bytes per second at the median. */
  readonly rate: number | null;
  /** Against control (e), or the first row where there is none; by rate where the data sets differ in size. */
  readonly speedUp: number | null;
  /** Against a second row, in scenarios that have one. */
  readonly overSerial: number | null;
  readonly framesPerSecond: number | null;
  /** Seconds of worker time for one frame, in scenarios that are told by the frame. */
  readonly perFrame: Stages | null;
  /** From what is known to be true, in mm. */
  readonly error: number | null;
  /** Cores in use over the whole process, start-up included. */
  readonly cores: number | null;
  readonly peakBytes: number | null;
  /** Of the peak, what the program did not hold before it had anything to do; where that is known. */
  readonly aboveIdle: number | null;
  /** Waiting per part handed out, in seconds. */
  readonly taskSeconds: number | null;
  readonly agreement: Agreement;
  readonly verdict: Verdict;
  readonly limiter: string;
  readonly notes: readonly string[];
}

/** What rows of a group are compared with. */
export interface Context {
  readonly cores: number;
  readonly floors: Floors;
  /** Largest relative difference that rounding explains, for programs that sum in another order. */
  readonly tolerance: number;
  conditionsOf(configuration: Configuration, direct: boolean): Conditions;
  /** Remarks known before measuring: same disk, no cold runs. */
  notesOf(configuration: Configuration): readonly string[];
  /** How a scenario that is told by the frame compares its rows. */
  readonly frames?: FrameContext;
}

/** The rows that speed-ups are against, where it is not control (e). */
export interface FrameContext {
  baseOf(measured: readonly Series[]): Series | undefined;
  serialOf(measured: readonly Series[]): Series | undefined;
}

function present(values: readonly (number | null)[]): number[] {
  return values.filter((value): value is number => value !== null);
}

const medianOrNull = (values: readonly number[]): number | null => (values.length > 0 ? medianOf(values) : null);

/** Decoded bytes per second at the median time. */
function rateOf(runs: readonly Measurement[]): number {
  return (runs[0]?.bytes ?? 0) / medianOf(runs.map((run) => run.seconds));
}

/** A process must live this long to be sampled often enough, and to use countable ticks of processor time. */
const SAMPLED_SECONDS = 1;
const COUNTED_SECONDS = 0.1;

/** Cores in use over a whole run; null where it was too short to tell. */
function coresOf({ cpuSeconds, wallSeconds }: Measurement): number | null {
  return cpuSeconds === null || wallSeconds < COUNTED_SECONDS ? null : cpuSeconds / wallSeconds;
}

function peakOf({ runs, warmups }: Series): number | null {
  // Programs that know what they hold when idle also know their peak; sampling adds what their children hold.
  if (runs.some(({ idleBytes }) => typeof idleBytes === 'number'))
    return Math.max(...[...warmups, ...runs].map(({ peakBytes, treeBytes }) => Math.max(peakBytes, treeBytes ?? 0)));
  const long = warmups.filter(({ wallSeconds }) => wallSeconds >= SAMPLED_SECONDS);
  const sampled = present(long.map(({ treeBytes }) => treeBytes));
  if (sampled.length > 0) return Math.max(...sampled);
  // Programs that do not say how much they held count only where they were sampled.
  return Math.max(0, ...runs.map(({ peakBytes }) => peakBytes)) || null;
}

function aboveIdle(series: Series): number | null {
  const idle = present(series.runs.map(({ idleBytes = null }) => idleBytes))[0];
  const peak = peakOf(series);
  return idle === undefined || peak === null ? null : Math.max(0, peak - idle);
}

const isForeign = ({ row }: Configuration): boolean => row === 'peer' || row === 'native';

/**
 * Rows of the scenario must give the same bytes. Rivals and plain C add up in another order, and an operator of the
 * user's choice may merge sums in the order in which workers finish.
 */
const isStrict = (configuration: Configuration): boolean =>
  !isForeign(configuration) && configuration.engine.kind !== 'own';

/** The digest that the rows of a data set are held against: control (e) where it ran, else the first row that did. */
function referenceOf(series: readonly Series[], set: string): { id: string; digest: string } | null {
  const candidates = series.filter(
    ({ configuration, runs }) =>
      configuration.set === set && !isForeign(configuration) && runs.some((run) => run.digest),
  );
  const chosen = candidates.find(({ configuration }) => configuration.row === 'e') ?? candidates[0];
  const digest = chosen?.runs.find((run) => run.digest)?.digest;
  return chosen && digest ? { id: chosen.configuration.id, digest } : null;
}

function agreementOf(series: Series, all: readonly Series[], tolerance: number): Agreement {
  const { configuration, runs } = series;
  const withResult = runs.filter((run) => run.digest !== null);
  const reference = referenceOf(all, configuration.set);
  if (withResult.length === 0 || !reference) return 'none';
  // Files that say in their recipe how they were made differ, but not in a number.
  if (withResult.every(({ digest, difference }) => digest === reference.digest || difference === 0))
    return configuration.id === reference.id ? 'reference' : 'identical';
  const close = (run: Measurement): boolean =>
    run.digest === reference.digest || (run.difference !== null && run.difference <= tolerance);
  if (!isStrict(configuration) && withResult.every(close)) return 'close';
  return 'differs';
}

function notesFor(series: Series, context: Context): string[] {
  const { configuration, runs } = series;
  const notes = [...context.notesOf(configuration)];
  const lanes = configuration.workers * configuration.threads;
  if (lanes > context.cores && configuration.row !== 'peer') notes.push('oversubscribed');
  if (runs.some(({ isDirect }) => isDirect)) notes.push('direct I/O');
  for (const note of new Set(runs.flatMap((run) => run.notes))) notes.push(note);
  return notes;
}

/** One line of figures per configuration. */
export function summarise(all: readonly Series[], context: Context): RowSummary[] {
  const measured = all.filter(({ runs }) => runs.length > 0);
  const control = context.frames
    ? context.frames.baseOf(measured)
    : (measured.find(({ configuration }) => configuration.row === 'e') ??
      measured.find(({ configuration }) => configuration.row === 'own'));
  const serial = context.frames?.serialOf(measured);
  const over = (rate: number | null, base: Series | undefined): number | null =>
    rate !== null && base ? rate / rateOf(base.runs) : null;
  return all.map((series): RowSummary => {
    const { configuration, reason, runs } = series;
    const seconds = runs.length > 0 ? spreadOf(runs.map((run) => run.seconds)) : null;
    const rate = runs.length > 0 ? rateOf(runs) : null;
    const direct = runs.some(({ isDirect }) => isDirect);
    const isFloor = configuration.row === 'floor';
    const ceilings = isFloor
      ? []
      : ceilingsOf(configuration, context.floors, context.conditionsOf(configuration, direct));
    const verdict =
      rate === null || isForeign(configuration)
        ? { limiter: null, ceiling: null, reached: null }
        : judge(rate, ceilings);
    return {
      configuration,
      reason,
      runs: runs.length,
      seconds,
      coldSeconds: medianOrNull(present(runs.map(({ coldSeconds = null }) => coldSeconds))),
      wallSeconds: medianOrNull(runs.map((run) => run.wallSeconds)),
      rate,
      speedUp: isFloor ? null : over(rate, control),
      overSerial: over(rate, serial),
      ...(context.frames ? frameFigures(runs) : { framesPerSecond: null, perFrame: null }),
      error: medianOrNull(present(runs.map(({ error = null }) => error))),
      cores: medianOrNull(present(runs.map(coresOf))),
      peakBytes: peakOf(series),
      aboveIdle: aboveIdle(series),
      taskSeconds: medianOrNull(present(runs.map((run) => run.taskSeconds))),
      agreement: agreementOf(series, all, context.tolerance),
      verdict,
      limiter:
        verdict.limiter === null
          ? (runs[0]?.limiter ?? '')
          : describeVerdict(verdict, configuration.engine.kind === 'resident'),
      notes: notesFor(series, context),
    };
  });
}

/** Medians over the runs. */
function frameFigures(runs: readonly Measurement[]): Pick<RowSummary, 'framesPerSecond' | 'perFrame'> {
  const framesPerSecond = medianOrNull(present(runs.map(({ frames, seconds }) => frames && frames / seconds)));
  const told = runs.flatMap(({ frames, stages }) => (frames && stages ? [{ frames, stages }] : []));
  const median = (stage: keyof Stages): number => medianOf(told.map(({ frames, stages }) => stages[stage] / frames));
  const perFrame =
    told.length > 0
      ? { read: median('read'), decode: median('decode'), compute: median('compute'), wait: median('wait') }
      : null;
  return { framesPerSecond, perFrame };
}

/** Sentences that follow from comparing rows with each other. */
export function findings(rows: readonly RowSummary[], cores: number): string[] {
  const found: string[] = [];
  const [serial, plain] = ['e-1x1', 'c-1x1'].map((id) => rows.find(({ configuration }) => configuration.id === id));
  if (serial?.seconds && plain?.seconds) {
    const numbers = plain.agreement === 'differs' ? 'the numbers differ' : 'the same numbers';
    const times = overlap(serial.seconds, plain.seconds) ? 'the times overlap' : 'the times do not overlap';
    const ratio = (plain.seconds.median / serial.seconds.median).toFixed(2);
    found.push(`(e) and (c) with one process: ${numbers}; ${times} (ratio of medians ${ratio}).`);
  }
  for (const row of rows) {
    const { rate, configuration } = row;
    if (rate === null || !isForeign(configuration)) continue;
    for (const own of counterparts(rows, row, cores)) {
      if (!own.rate) continue;
      const factor = (own.rate / rate).toFixed(2);
      const verb = configuration.row === 'peer' ? `${factor}x the speed of` : `${factor} of the speed of`;
      found.push(`(${own.configuration.row}) ${own.configuration.label}: ${verb} ${configuration.label}.`);
    }
  }
  return found;
}

/** Rows of fanfold that do what another program does: with as much in memory, with as many threads, and at best. */
function counterparts(rows: readonly RowSummary[], against: RowSummary, cores: number): RowSummary[] {
  const { workers, threads, row, engine } = against.configuration;
  if (engine.kind === 'peer' && engine.mode === 'memory')
    return rows.filter(({ configuration }) => configuration.row === 'f');
  const equal = bestRow(rows, workers * threads);
  const best = row === 'peer' ? bestRow(rows, cores) : equal;
  return [...new Set([equal, best])].filter((one) => one !== undefined);
}

/** The fastest row on one file of the main set with no more threads than cores. */
export function bestRow(rows: readonly RowSummary[], lanes: number): RowSummary | undefined {
  const own = rows.filter(
    ({ configuration: { row, workers, threads }, rate }) =>
      rate !== null && ['a', 'c', 'e'].includes(row) && workers * threads <= lanes,
  );
  return own.toSorted((a, b) => (b.rate ?? 0) - (a.rate ?? 0))[0];
}
