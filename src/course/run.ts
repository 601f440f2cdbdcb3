import { OperatorError, PlanError, Stopped } from '../core/errors.js';
import { openScratch } from '../io/scratch.js';
import { type Lesson, nameOf } from './lessons.js';
import type { Outcome, Size } from './outcome.js';

/** Room a lesson may take on the disk at its full size. */
const DISK_BYTES = 2 ** 29;

/**
 * Runs one program in a scratch folder that is gone afterwards.
 *
 * @throws PlanError when there is no room; OperatorError when a fast version gives another result than the naive one; Stopped
 */
export async function runLesson(lesson: Lesson, size: Size, signal: AbortSignal): Promise<Outcome> {
  if (signal.aborted) throw new Stopped();
  // On the disk and not in /dev/shm: some lessons are about files.
  const { scratch, notes } = openScratch(size === 'full' ? DISK_BYTES : 0, false);
  if (!scratch) throw new PlanError('no-scratch', `Lessons need a folder for files. ${notes.join(' ')}`);
  try {
    const { default: program } = await lesson.load();
    const outcome = await program({ size, folder: scratch.path, signal });
    // Work that was called off may have left holes in its results.
    if (signal.aborted) throw new Stopped();
    checkAgreement(lesson, outcome);
    return outcome;
  } catch (error) {
    if (signal.aborted) throw new Stopped();
    throw error;
  } finally {
    scratch.remove();
  }
}

function checkAgreement(lesson: Lesson, { rows, tolerance = 0 }: Outcome): void {
  const wrong = rows.find(({ difference = 0 }) => !(difference <= tolerance));
  if (!wrong) return;
  const { what, difference = 0 } = wrong;
  throw new OperatorError(
    'lesson-differs',
    `${nameOf(lesson)}: '${what}' differs from the naive result by ${difference.toExponential(1)}, more than ${tolerance.toExponential(1)}. Please report it.`,
    { lesson: nameOf(lesson), what, difference },
  );
}
