import type { NumericArray } from '../core/dtype.js';
import { LayoutError } from '../core/errors.js';
import type { BatchCrew, CrewTask } from './crew.js';
import { startInline } from './inline.js';
import { describeStep } from './ladder.js';
import type { LoaderPlan } from './plan.js';
import { startProcesses } from './processes/index.js';
import { refusalIn } from './processes/refusal.js';
import type { Sharing } from './processes/ring.js';
import type { LoaderWork } from './task.js';
import { startThreads } from './threads.js';

/** What processes share when a way does not hold. */
const BELOW: Readonly<Record<Sharing, Sharing | null>> = { segment: 'files', files: 'copies', copies: null };

/** Worker processes, sharing what the plan says or, told and not when `strict`, the next best thing that holds. */
async function startSharing(
  task: CrewTask,
  { prepared }: LoaderWork,
  plan: LoaderPlan,
  strict: boolean,
  fellBack: (line: string) => void,
): Promise<BatchCrew> {
  let sharing: Sharing = plan.sharing === 'memory' ? 'segment' : plan.sharing;
  for (;;) {
    const below = BELOW[sharing];
    try {
      return await startProcesses(task, prepared, sharing);
    } catch (error) {
      const refusal = refusalIn(error);
      if (!refusal || below === null) throw error;
      const step = describeStep({ from: sharing, to: below, refusal });
      if (strict) throw new LayoutError('fallback-refused', step, { obstacle: refusal.obstacle });
      fellBack(step);
      sharing = below;
    }
  }
}

/** Starts those that the plan speaks of. @param fellBack told of every step down @throws FanfoldError; nothing is then left of them */
export async function startCrew(
  work: LoaderWork,
  plan: LoaderPlan,
  strict: boolean,
  fellBack: (line: string) => void,
): Promise<BatchCrew> {
  const task: CrewTask = { ...work.outline, workers: Math.max(1, plan.workers), slots: plan.slots };
  if (plan.layout === 'inline') return startInline(task, work.prepared);
  const crew =
    plan.layout === 'threads'
      ? await startThreads(task, work.prepared)
      : await startSharing(task, work, plan, strict, fellBack);
  crew.task?.(plan.chunk);
  return crew;
}

/**
 * Seconds the calling thread takes for a batch of the first samples, when it has made one before.
 *
 * @param frame stands for all of them where only the host can read the source
 */
export async function timeBatch(
  work: LoaderWork,
  samples: Uint32Array,
  frame: NumericArray | null = null,
): Promise<number> {
  const crew = await startInline({ ...work.outline, workers: 1, slots: 1 }, work.prepared);
  const frames = crew.frames?.(0);
  if (frame) for (const place of samples.keys()) frames?.set(frame, place * frame.length);
  const make = (): Promise<number> =>
    new Promise((resolve, reject) => {
      crew.fill(0, { number: 0, samples }, (filled) =>
        filled instanceof Error ? reject(filled) : resolve(filled.seconds),
      );
    });
  try {
    await make();
    return await make();
  } finally {
    await crew.close();
  }
}
