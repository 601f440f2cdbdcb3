import type { NumericArray } from '../../../core/dtype.js';
import type { FolderContext } from '../../../core/operator.js';
import { frameCount } from '../../../core/stack.js';
import type { Grid } from '../grid.js';
import type { RegisterParams } from '../params.js';
import { apply, displacement, fromParameters, IDENTITY } from '../rigid.js';
import { isFault } from './words.js';

/** Within this sphere about the centre of the image displacements are measured, in mm. */
const SPHERE = 80;
export const DEGREES = 180 / Math.PI;

/** How the frames moved, one entry each. */
export interface Course {
  readonly frames: number;
  readonly params: NumericArray;
  readonly errors: NumericArray;
  readonly flags: readonly number[];
  /** Numbers of the frames whose motion is in doubt. */
  readonly doubtful: readonly number[];
  /** Root mean square displacement from the reference in a sphere, mm. */
  readonly moved: Float64Array;
  /** Displacement of the centre, mm. */
  readonly shift: Float64Array;
  /** Degrees. */
  readonly turn: Float64Array;
}

/** The motion of every frame in numbers that do not depend on where the world has its origin. */
export function courseOf({ out, stack, read }: FolderContext<RegisterParams, string>, { localToWorld }: Grid): Course {
  const frames = frameCount(stack);
  const take = (slot: string) => out[slot] ?? read(slot, 0, frames);
  const [params, errors, flags] = [take('params'), take('errors'), Array.from(take('flags'))];
  const centre = apply(localToWorld, [0, 0, 0]);
  const [moved, shift, turn] = [new Float64Array(frames), new Float64Array(frames), new Float64Array(frames)];
  for (let i = 0; i < frames; i++) {
    const matrix = fromParameters(Float64Array.from(params.subarray(6 * i, 6 * i + 6)));
    const [x, y, z] = apply(matrix, centre);
    moved[i] = displacement(matrix, IDENTITY, SPHERE, centre);
    shift[i] = Math.hypot(x - centre[0], y - centre[1], z - centre[2]);
    const trace = (matrix[0] ?? 1) + (matrix[5] ?? 1) + (matrix[10] ?? 1);
    turn[i] = DEGREES * Math.acos(Math.max(-1, Math.min(1, (trace - 1) / 2)));
  }
  const doubtful = flags.flatMap((one, i) => (isFault(one) ? [i] : []));
  return { frames, params, errors, flags, doubtful, moved, shift, turn };
}
