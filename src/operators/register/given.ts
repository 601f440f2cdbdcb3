import { UsageError } from '../../core/errors.js';
import type { Prepared } from '../../core/operator.js';
import { type Grid, motionOf } from './grid.js';
import type { Method } from './method.js';
import { geometryOf } from './motion-files/geometry.js';
import { readMotion } from './motion-files/index.js';
import { asPrepared, gridOf, placementIn } from './prepared.js';
import { fromParameters } from './rigid.js';

interface GivenPrepared {
  /** Six parameters a frame. */
  readonly given: Float64Array;
}

const UNKNOWN: readonly number[] = new Array<number>(6).fill(Number.NaN);

function motionIn(grid: Grid, prepared: Prepared, frame: number) {
  const { given } = prepared as unknown as GivenPrepared;
  return motionOf(grid, fromParameters(given.slice(6 * frame, 6 * frame + 6)));
}

/** Motion from a file: nothing is estimated, and of its errors nothing is known. */
export const given: Method = {
  async prepare(context) {
    const path = context.values.apply;
    if (path === undefined) throw new UsageError('no-motion', 'register has no file of motion. Give --apply.');
    const geometry = await geometryOf(context);
    const motion = await readMotion(context, path, geometry);
    const placement = Float64Array.from(context.affine?.matrix ?? []);
    return { given: motion, placement, world: geometry.grid.origin };
  },
  again: async () => null,
  slots: () => ({}),
  workerBytes: () => 0,
  laterPreparedBytes: () => 0,
  start({ stack, values, prepared }) {
    const grid = gridOf(stack, values, placementIn(asPrepared(prepared)));
    return {
      find: (tile, k) => ({ motion: motionIn(grid, prepared, tile.first + k), errors: UNKNOWN, flags: 0 }),
    };
  },
};
