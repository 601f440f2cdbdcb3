import type { Arrays, ReadBack } from '../../../core/operator.js';
import { frameCount, type Stack } from '../../../core/stack.js';
import { fillAverages } from './averages.js';
import { brainVoxels, medianOf } from './brain.js';
import { carpetRows, keepColumn, spread } from './carpet.js';
import { ChangeMeter, eachRealigned, expectedChange, SCALED } from './dvars.js';

/** Fills what follows from the motion and the realigned frames: mean, tSNR and mask, DVARS, the courses of some voxels. */
export function finishQuality(out: Partial<Arrays<string>>, stack: Stack, read: ReadBack): void {
  const frames = frameCount(stack);
  fillAverages(out, frames);
  fillChanges(out, stack, frames, read);
}

/** One pass over the realigned frames. */
function fillChanges(out: Partial<Arrays<string>>, stack: Stack, frames: number, read: ReadBack): void {
  const { mean, covered, dvars, stdDvars, carpet } = out;
  if (!mean || !covered || !dvars || !stdDvars || !(carpet instanceof Float32Array)) return;
  const brain = brainVoxels(mean, covered, frames);
  const kept = spread(brain, carpetRows(stack));
  const meter = new ChangeMeter(brain);
  const median = medianOf(mean, brain);
  const unit = median > 0 ? SCALED / median : Number.NaN;
  eachRealigned(
    stack,
    frames,
    (first, count) => read('realigned', first, count),
    (frame, values) => {
      dvars[frame] = meter.next(values);
      keepColumn(carpet, kept, frame, frames, values);
    },
  );
  const expected = expectedChange(carpet.subarray(0, kept.length * frames), frames);
  for (let t = 0; t < frames; t++) {
    const change = dvars[t] ?? Number.NaN;
    dvars[t] = change * unit;
    stdDvars[t] = expected > 0 ? change / expected : Number.NaN;
  }
}
