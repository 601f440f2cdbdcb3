import type { Report } from '../../core/report.js';
import { readNpyArray } from '../../formats/loaded-array.js';
import { digestOf, fileBytes } from '../../io/folder.js';
import { extensionOf } from '../../io/path.js';
import { type ChildOutcome, type Command, runChild } from './child.js';
import type { Configuration, Measurement, Stages } from './record.js';
import type { Attempt } from './runner.js';

/** The JSON object on the last line of stdout that has one. */
function lastObject(stdout: string): Parsed | null {
  try {
    // mpirun puts escape sequences around what its ranks print.
    const line = /\{.*\}(?=[^}]*$)/.exec(stdout)?.[0] ?? '';
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Parsed) : null;
  } catch {
    return null;
  }
}

/** Why a program gave no figures, in one line. */
export function failureOf({ code, stderr }: ChildOutcome): string {
  const lines = stderr.trim().split('\n');
  // fanfold says what is wrong in one line; other programs say it last.
  const line = lines.find((one) => one.startsWith('fanfold: ')) ?? lines[lines.length - 1] ?? '';
  const text = line.replace(/^fanfold: /, '');
  if (code === null) return `ended by a signal${text ? `: ${text}` : ''}`;
  return text === '' ? `ended with code ${code}` : text;
}

/** What a program says about itself. */
export type Figures = Omit<Measurement, 'wallSeconds' | 'cpuSeconds' | 'treeBytes' | 'digest' | 'difference'>;

type Parsed = Readonly<Record<string, unknown>>;

/** How the last line of a program is understood. */
export interface Reading {
  /** Null when it holds no figures. */
  figures(parsed: Parsed, configuration: Configuration): Figures | null;
  /** Names of its results, where one file holds several. */
  outputs(parsed: Parsed): readonly string[];
}

function stagesOf({ seconds: { read, decode, compute, wait } }: Report): Stages {
  return { read, decode, compute, wait };
}

/** Figures of `fanfold run --json`. */
export function figuresOfReport(report: Report, asked: number): Figures {
  const tasks = report.perWorker.reduce((total, { parts }) => total + parts, 0);
  const waited = report.perWorker.reduce((total, { waitSeconds }) => total + waitSeconds, 0);
  const few = report.workers < asked ? [`${report.workers} of ${asked} workers had work`] : [];
  return {
    seconds: report.seconds.run,
    bytes: report.bytes,
    frames: report.frames,
    stages: stagesOf(report),
    peakBytes: report.peakBytes,
    taskSeconds: tasks > 0 ? waited / tasks : null,
    isDirect: report.direct,
    limiter: report.limiter,
    // That both copies share a disk is marked by the row itself.
    notes: [...few, ...report.fallbacks.filter((note) => !note.includes('on the same disk'))],
  };
}

function figuresOf(parsed: Parsed, configuration: Configuration): Figures | null {
  const { engine, workers, threads } = configuration;
  if ('report' in parsed) {
    const asked = engine.kind === 'serial' ? 1 : workers * threads;
    return figuresOfReport(parsed.report as Report, asked);
  }
  const { seconds, bytes, peakBytes } = parsed;
  if (typeof seconds !== 'number' || typeof bytes !== 'number' || !(seconds > 0)) return null;
  const peak = typeof peakBytes === 'number' ? peakBytes : 0;
  const unsaid = { frames: null, stages: null, taskSeconds: null, isDirect: false, limiter: null, notes: [] };
  return { seconds, bytes, peakBytes: peak, ...unsaid };
}

/**
 * Largest difference between two results, relative to the larger magnitude of the reference; infinite for other shapes.
 */
export function differenceBetween(path: string, reference: string, dataset?: string): number {
  const [a, b] = [readNpyArray(path, dataset).data, readNpyArray(reference, dataset).data];
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const [x = 0, y = 0] = [a[i], b[i]];
    if (x === y || (Number.isNaN(x) && Number.isNaN(y))) continue;
    const difference = Math.abs(x - y) / Math.max(Math.abs(y), Number.MIN_VALUE);
    largest = Math.max(largest, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
  }
  return largest;
}

function outputNames({ results }: Parsed): string[] {
  return Array.isArray(results) ? results.map((result: { name: string }) => result.name) : [];
}

/** The programs of this package. */
const OWN_READING: Reading = { figures: figuresOf, outputs: outputNames };

/** Where a run leaves its result, and the result it is compared with. */
export interface Comparison {
  readonly out: string;
  readonly reference: string | null;
  readonly referenceDigest: string | null;
}

/** Runs a program once and takes its figures. */
export async function measureOnce(
  command: Command,
  configuration: Configuration,
  comparison: Comparison,
  sample: boolean,
  signal: AbortSignal,
  reading: Reading = OWN_READING,
): Promise<Attempt> {
  const outcome = await runChild(command, sample, signal);
  if (outcome.code !== 0) return { reason: failureOf(outcome) };
  const parsed = lastObject(outcome.stdout);
  const figures = parsed ? reading.figures(parsed, configuration) : null;
  if (!figures) return { reason: `printed no figures (${outcome.stdout.trim().slice(0, 80)})` };
  const { out, reference, referenceDigest } = comparison;
  const digest = fileBytes(out) === null ? null : digestOf(out);
  const compare = digest !== null && reference !== null && digest !== referenceDigest;
  // An archive holds one array per output; a plain file holds one without a name.
  const names = extensionOf(out) === '.npz' ? reading.outputs(parsed ?? {}) : [undefined];
  return {
    measurement: {
      ...figures,
      wallSeconds: outcome.wallSeconds,
      cpuSeconds: outcome.cpuSeconds,
      treeBytes: outcome.treeBytes,
      digest,
      difference: compare ? Math.max(...names.map((name) => differenceBetween(out, reference, name))) : null,
    },
  };
}
