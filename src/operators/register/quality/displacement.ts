import type { NumericArray } from '../../../core/dtype.js';
import type { Arrays, Prepared, ReadBack } from '../../../core/operator.js';
import { frameCount, type Stack } from '../../../core/stack.js';
import { motionOf, type Triple } from '../grid.js';
import type { Given } from '../method.js';
import { comparedIn } from '../motion-files/prepared.js';
import { asPrepared, gridOf, placementIn } from '../prepared.js';
import { displacement, fromParameters, type Matrix } from '../rigid.js';

/** Radius of the sphere in which displacement is averaged, mm (Jenkinson 1999, and FSL's rmsdiff). */
const SPHERE = 80;
/** The centre of the volume, in local mm. */
const CENTRE: Triple = [0, 0, 0];

/**
 * Framewise displacement of Power et al. 2012 (doi 10.1016/j.neuroimage.2011.10.018): the sum of the absolute changes of the
 * six parameters, turns as arcs.
 *
 * @param six parameters of every frame
 * @param radius of the arcs, mm
 * @param into one number a frame; the first is 0
 */
export function powerDisplacement(six: NumericArray, radius: number, into: NumericArray): void {
  into[0] = 0;
  for (let frame = 1; frame < into.length; frame++) {
    let sum = 0;
    for (let p = 0; p < 6; p++) {
      const change = Math.abs((six[6 * frame + p] ?? 0) - (six[6 * frame - 6 + p] ?? 0));
      sum += p < 3 ? change : radius * change;
    }
    into[frame] = sum;
  }
}

/** Root mean square over the sphere of how far apart two motions put the points of the reference, mm. */
export function between(a: Matrix, b: Matrix): number {
  return displacement(a, b, SPHERE, CENTRE);
}

/**
 * Fills `fd`, Power's framewise displacement; `jenkinson`, that between a frame and the one before within a sphere of 80 mm
 * about the centre of the volume; and `difference`, that between what was found and the file to compare with.
 */
export function fillDisplacement(
  out: Partial<Arrays<string>>,
  stack: Stack,
  values: Given,
  prepared: Prepared,
  read: ReadBack,
): void {
  const { fd, jenkinson, difference } = out;
  const frames = frameCount(stack);
  const six = out.params ?? read('params', 0, frames);
  const grid = gridOf(stack, values, placementIn(asPrepared(prepared)));
  const motion = (of: NumericArray, frame: number) =>
    motionOf(grid, fromParameters(Float64Array.from(of.subarray(6 * frame, 6 * frame + 6))));
  const compared = comparedIn(prepared);
  if (fd) powerDisplacement(six, values.radius, fd);
  let before = motion(six, 0);
  for (let frame = 0; frame < frames; frame++) {
    const here = motion(six, frame);
    if (jenkinson) jenkinson[frame] = between(here, before);
    if (difference) difference[frame] = between(here, motion(compared, frame));
    before = here;
  }
}
