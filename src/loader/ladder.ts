import { LayoutError, PlanError } from '../core/errors.js';

/** Where batches lie while they are handed over, from the best to the last resort. */
export type Rung = 'memory' | 'segment' | 'files' | 'copies' | 'one-thread' | 'disk';

/** Why a rung cannot be taken. */
export type Obstacle = 'runtime' | 'memory' | 'ENOSPC' | 'EACCES';

export interface Refusal {
  readonly obstacle: Obstacle;
  /** What is missing, with its numbers, as the rest of a sentence. */
  readonly reason: string;
  /** What to do about it, as a sentence without a full stop. */
  readonly remedy: string;
}

/** One step down. */
export interface Step {
  readonly from: string;
  readonly to: string;
  readonly refusal: Refusal;
}

export interface Descent {
  readonly rung: Rung;
  /** 0 on the rungs that have none. */
  readonly workers: number;
  readonly steps: readonly Step[];
}

export interface Climber {
  /** The rung wished for. */
  readonly from: Rung;
  readonly workers: number;
  /** Whether a rung bears that many workers; null when it does. */
  refusal(rung: Rung, workers: number): Refusal | null;
  /** Every step down is an error. */
  readonly strict: boolean;
}

/** Threads without common memory go on as copying processes: segments and files are for processes that were asked for. */
const BELOW: Readonly<Record<Rung, Rung | null>> = {
  memory: 'copies',
  segment: 'files',
  files: 'copies',
  copies: 'one-thread',
  'one-thread': 'disk',
  disk: null,
};

const NAMES: Readonly<Record<Rung, string>> = {
  memory: 'threads with one shared memory',
  segment: 'processes with one mapped segment',
  files: 'processes with files in shared memory',
  copies: 'processes that copy batches',
  'one-thread': 'one thread',
  disk: 'one thread and parts of batches, which only a file can hold together (materialize)',
};

const hasWorkers = (rung: Rung): boolean => rung !== 'one-thread' && rung !== 'disk';

function describeRung(rung: Rung, workers: number): string {
  return hasWorkers(rung) ? `${NAMES[rung]}, ${workers} ${workers === 1 ? 'worker' : 'workers'}` : NAMES[rung];
}

/** The sentences that tell of a step, once. */
export function describeStep({ from, to, refusal }: Step): string {
  return `Fell back from ${from} to ${to}: ${refusal.reason}. ${refusal.remedy}.`;
}

/** Most workers below `workers` that the rung bears; 0 for none. */
function fewer({ refusal }: Climber, rung: Rung, workers: number): number {
  for (let count = workers - 1; count > 0; count--) if (refusal(rung, count) === null) return count;
  return 0;
}

/**
 * Goes down from the rung wished for to one that holds: segment, files, copies, fewer workers, one thread, streamed to disk.
 * Pure but for what `refusal` looks at, and done before any work.
 *
 * @throws LayoutError at the first step when `strict`; PlanError when not even the last rung holds
 */
export function descend(climber: Climber): Descent {
  const steps: Step[] = [];
  let rung = climber.from;
  let workers = climber.workers;
  for (;;) {
    const refusal = climber.refusal(rung, workers);
    if (refusal === null) return { rung, workers: hasWorkers(rung) ? workers : 0, steps };
    const from = describeRung(rung, workers);
    if (climber.strict) {
      throw new LayoutError(
        'fallback-refused',
        `Batches cannot be made by ${from}: ${refusal.reason}; strict allows no other way. ${refusal.remedy}.`,
        { obstacle: refusal.obstacle },
      );
    }
    // Fewer workers help against too little memory alone, and only on the last rung that has workers.
    const count = rung === 'copies' && refusal.obstacle === 'memory' ? fewer(climber, rung, workers) : 0;
    const below = BELOW[rung];
    if (count > 0) workers = count;
    else if (below === null) {
      throw new PlanError('does-not-fit', `Batches cannot be made: ${refusal.reason}. ${refusal.remedy}.`, {
        obstacle: refusal.obstacle,
      });
    } else rung = below;
    steps.push({ from, to: describeRung(rung, workers), refusal });
  }
}
