import { formatBytes, formatRate, formatSeconds } from '../../core/size.js';
import type { Advice, AdviceRow, JobFacts, Trial } from './advice.js';
import { fitLine, type Line } from './line.js';
import { clusterOutlook, gpuOutlook } from './outlook.js';

/** A way that starts workers must save this share of the time, and as many seconds, to be preferred to a simpler one. */
const WORTH = { share: 0.05, seconds: 0.02 };

/** What is read from the disk does not matter below this share of all bytes. */
const HARDLY = 0.1;

/** A job that takes more than this share of the free memory is warned of. */
const FULL = 0.8;

/** Above this share of the cores, other programs show in the times. */
const BUSY = 0.5;

interface Measured {
  readonly trial: Trial;
  readonly line: Line;
  /** Seconds a frame takes in the whole job, where it may have to come from the disk. */
  readonly perFrame: number;
}

/** Share of the stored bytes that the whole job reads from the disk: all where they do not fit into the memory that is free. */
function diskShare({ reading, storedFrameBytes, frames, memory }: JobFacts): number {
  if (!reading || storedFrameBytes === 0) return 0;
  const share = frames * storedFrameBytes < memory.free ? 1 - reading.cached : 1;
  return share < HARDLY ? 0 : share;
}

/** Bytes a second at which the whole job gets its frames, cached or not; null when none come from the disk. */
export function diskRate(facts: JobFacts): number | null {
  const share = diskShare(facts);
  if (share === 0 || !facts.reading) return null;
  const { cached, first, direct } = facts.reading;
  // First reads tell of the disk where most of them went there.
  return (Math.max(direct ?? 0, cached < 0.5 ? first : 0) || first) / share;
}

/**
 * Seconds a frame takes when it comes from the disk: a worker waits for its frames, workers wait at the same time, and the disk is not
 * faster for them.
 */
function fromDisk(perFrame: number, workers: number, facts: JobFacts): number {
  const disk = diskRate(facts);
  if (disk === null || !facts.reading) return perFrame;
  const cold = facts.storedFrameBytes / disk;
  const warm = (diskShare(facts) * facts.storedFrameBytes) / facts.reading.again;
  return Math.max(perFrame + Math.max(0, cold - warm) / workers, cold);
}

function paysFrom(one: Measured, serial: Measured | undefined): number | null {
  if (!serial || one === serial || one.perFrame >= serial.perFrame) return null;
  const saved = serial.perFrame - one.perFrame;
  // What is a whole number but for its last bits is that number.
  return Math.max(1, Math.ceil(((one.line.start - serial.line.start) / saved) * (1 - 1e-12)));
}

function rowOf(trial: Trial, measured: Measured | undefined, serial: Measured | undefined, facts: JobFacts): AdviceRow {
  const { layout, workers, refusal, peakBytes } = trial;
  const said = refusal === undefined ? {} : { refusal };
  if (!measured) {
    const none = { startSeconds: null, framesPerSecond: null, bytesPerSecond: null, seconds: null, paysFrom: null };
    return { layout, workers, ...said, ...none, peakBytes };
  }
  const { line, perFrame } = measured;
  return {
    layout,
    workers,
    ...said,
    startSeconds: line.start,
    framesPerSecond: 1 / perFrame,
    bytesPerSecond: facts.frameBytes / perFrame,
    seconds: line.start + facts.frames * perFrame,
    peakBytes,
    paysFrom: paysFrom(measured, serial),
  };
}

/** The fastest of those that can run; of two that are alike the one that starts less. Rows come in that order. */
function chooseBest(rows: readonly AdviceRow[]): (AdviceRow & { readonly seconds: number }) | null {
  let best: (AdviceRow & { readonly seconds: number }) | null = null;
  for (const row of rows) {
    const { seconds } = row;
    if (seconds === null || row.refusal !== undefined) continue;
    const saved = best === null ? 0 : best.seconds - seconds;
    if (best === null || (saved > WORTH.share * best.seconds && saved > WORTH.seconds)) best = { ...row, seconds };
  }
  return best;
}

const count = (frames: number): string => `${frames.toLocaleString('en')} frame${frames === 1 ? '' : 's'}`;

const WORDS: Readonly<Record<string, readonly [one: string, more: string]>> = {
  threads: ['worker thread', 'worker threads'],
  processes: ['worker process', 'worker processes'],
};

/** `one thread`, `2 worker threads`, `1 worker process`. */
function nameOf({ layout, workers }: Pick<AdviceRow, 'layout' | 'workers'>): string {
  if (layout === 'serial') return 'one thread';
  const [one, more] = WORDS[layout] ?? [`worker of ${layout}`, `workers of ${layout}`];
  return `${workers} ${workers === 1 ? one : more}`;
}

function verdictOf(
  rows: readonly AdviceRow[],
  best: AdviceRow & { readonly seconds: number },
  { frames }: JobFacts,
): string {
  const others = rows.filter((row) => row.seconds !== null && row.refusal === undefined && row.layout !== 'serial');
  const next = others.reduce<AdviceRow | null>(
    (least, row) => (least === null || (row.seconds ?? 0) < (least.seconds ?? 0) ? row : least),
    null,
  );
  if (best.layout !== 'serial') {
    const serial = rows.find((row) => row.layout === 'serial')?.seconds ?? null;
    const gain =
      serial === null ? '' : ` against ${formatSeconds(serial)} in one thread, ${(serial / best.seconds).toFixed(1)}x`;
    const pays = best.paysFrom === null ? '' : ` They pay from ${count(best.paysFrom)} on.`;
    return `${nameOf(best)}: ${count(frames)} ${frames === 1 ? 'takes' : 'take'} ${formatSeconds(best.seconds)}${gain}.${pays}`;
  }
  const alone = `One thread (serial): ${count(frames)} ${frames === 1 ? 'takes' : 'take'} ${formatSeconds(best.seconds)}.`;
  if (!next) return alone;
  const slower = (next.seconds ?? 0) > best.seconds;
  const lead = slower ? 'Serial is faster' : 'Serial is as fast, and simpler';
  const earliest = Math.min(...others.map((row) => row.paysFrom ?? Number.POSITIVE_INFINITY));
  const pays = Number.isFinite(earliest)
    ? ` ${nameOf(others.find((row) => row.paysFrom === earliest) ?? next)} would pay from ${count(earliest)} on.`
    : ' Workers would pay at no size: together they are no faster than one.';
  return (
    `${lead}: ${count(frames)} ${frames === 1 ? 'takes' : 'take'} ${formatSeconds(best.seconds)} in one thread and ${formatSeconds(next.seconds ?? 0)} with ${nameOf(next)}, ` +
    `of which ${formatSeconds(next.startSeconds ?? 0)} to start.${pays}`
  );
}

/** What passes the memory, by how much, and what would not. */
function warningsOf(rows: readonly AdviceRow[], best: AdviceRow | null, facts: JobFacts): string[] {
  const warnings: string[] = [];
  const { memory, keptFrameBytes, frames } = facts;
  const kept = frames * keptFrameBytes;
  const limit = memory.isAsked ? '--memory' : 'half of the free memory';
  const most = Math.floor((0.5 * memory.bytes) / Math.max(1, keptFrameBytes));
  const remedy =
    kept > memory.bytes / 4
      ? ` Results of ${formatBytes(kept)} are kept until the end: write them while running (-o FILE.npy --resume), or take ${most.toLocaleString('en')} frames at a time (--frames 0:${most}).`
      : '';
  const measured = rows.filter(({ peakBytes }) => peakBytes !== null);
  const tooLarge = measured.filter(({ peakBytes }) => (peakBytes ?? 0) > memory.bytes);
  if (!best && measured.length > 0) {
    const least = Math.min(...measured.map(({ peakBytes }) => peakBytes ?? 0));
    warnings.push(
      `Nothing fits: at least ${formatBytes(least)} are needed, and ${limit} is ${formatBytes(memory.bytes)}.${remedy}`,
    );
    return warnings;
  }
  for (const row of tooLarge)
    warnings.push(
      `${row.layout} with ${row.workers} worker${row.workers === 1 ? '' : 's'} would take ${formatBytes(row.peakBytes ?? 0)}, and ${limit} is ${formatBytes(memory.bytes)}: use fewer workers.${remedy}`,
    );
  const taken = best?.peakBytes ?? 0;
  if (taken > FULL * memory.free)
    warnings.push(
      `This takes ${formatBytes(taken)} of the ${formatBytes(memory.free)} that are free: little is left for other programs and the page cache.${remedy}`,
    );
  return warnings;
}

function notesOf(facts: JobFacts, measured: readonly Measured[]): string[] {
  const notes: string[] = [];
  const { reading, storedFrameBytes, frames } = facts;
  const disk = diskRate(facts);
  if (reading && storedFrameBytes > 0) {
    const cached = `${Math.round(100 * reading.cached)} % of the file is in the page cache`;
    const bytes = formatBytes(frames * storedFrameBytes * diskShare(facts));
    const isLarge = frames * storedFrameBytes >= facts.memory.free;
    notes.push(
      disk === null
        ? `${cached}, and the times hold while it is. Past it, it is read at ${reading.direct === null ? 'an unknown rate' : formatRate(reading.direct)}.`
        : `${isLarge ? 'The file is larger than the free memory' : cached}. Samples were read from the cache; the times count ${bytes} from the disk at ${formatRate(disk * diskShare(facts))}.`,
    );
  }
  const { load, rounds } = facts;
  if (load.programs > BUSY * load.cores)
    notes.push(
      `Other programs are at work (${load.programs.toFixed(1)} of them on ${load.cores} core${load.cores === 1 ? '' : 's'} in the last minute): the times hold while they are.`,
    );
  if (rounds === 1) notes.push('Everything was measured once: give --sample more time for medians of several.');
  const unsure = measured.filter(({ line }) => !line.isFitted).map(({ trial }) => nameOf(trial));
  if (unsure.length > 0)
    notes.push(`Samples too small to tell starting from computing (${unsure.join(', ')}): give --sample more time.`);
  return notes;
}

/** Turns measurements into advice. Pure: the same measurements give the same words. @param trials one thread first, then by workers */
export function decide(facts: JobFacts, trials: readonly Trial[]): Advice {
  const measured = trials
    .filter(({ runs }) => runs.length > 0)
    .map((trial): Measured => {
      const line = fitLine(trial.runs);
      return { trial, line, perFrame: fromDisk(line.perFrame, trial.workers, facts) };
    });
  const serial = measured.find(({ trial }) => trial.layout === 'serial');
  const rows = trials.map((trial) =>
    rowOf(
      trial,
      measured.find((one) => one.trial === trial),
      serial,
      facts,
    ),
  );
  const fitting = rows.filter(({ peakBytes }) => peakBytes === null || peakBytes <= facts.memory.bytes);
  const best = chooseBest(fitting);
  const alone = rows.find((row) => row.layout === 'serial')?.seconds ?? best?.seconds ?? 0;
  return {
    rows,
    best: best && { layout: best.layout, workers: best.workers, seconds: best.seconds },
    verdict: best ? verdictOf(rows, best, facts) : 'Nothing can run this job here as it is.',
    warnings: warningsOf(rows, best, facts),
    notes: notesOf(facts, measured),
    gpu: gpuOutlook(facts, alone, best?.seconds ?? alone, diskRate(facts)),
    cluster: clusterOutlook(facts, best?.seconds ?? alone, diskRate(facts)),
  };
}
