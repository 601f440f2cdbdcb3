import { asVoxelMap } from '../grid.js';
import type { Matrix } from '../rigid.js';
import { blocksOf, CONSTANT, type Level } from './columns.js';
import type { Bench } from './descend.js';
import { blockRange } from './steps.js';

/**
 * How much the noise at every point moves the estimate: its part in the squares of the sums, over the free motions. Air, where the
 * noise of a magnitude is weaker, and the even inside of a tissue have next to none.
 *
 * @param columns column after column, each times the weight
 */
export function strengthOf(columns: Float32Array, count: number, free: readonly number[]): Float32Array {
  const strength = new Float32Array(count);
  for (const j of free) {
    const column = columns.subarray(j * count, (j + 1) * count);
    const total = column.reduce((sum, value) => sum + value * value, 0);
    if (total > 0) for (let n = 0; n < count; n++) strength[n] = (strength[n] ?? 0) + (column[n] ?? 0) ** 2 / total;
  }
  return strength;
}

/**
 * Mean square of what some columns leave of a frame, each point as strong as it moves the estimate. The same in every member of a team,
 * to the last bit.
 *
 * @param strength of every point of the level
 * @param fitted columns, and what each is times
 * @returns NaN when no point counts
 */
export function meanSquare(
  { grid, steps, space, team }: Bench,
  level: Level,
  strength: Float32Array,
  motion: Matrix,
  fitted: readonly (readonly [column: number, weight: number])[],
): number {
  const { columns, count } = level;
  const map = asVoxelMap(grid, motion);
  const blocks = blocksOf(level);
  const parts = new Float64Array(2 * blocks);
  for (let block = team.rank; block < blocks; block += team.size) {
    steps.sumBlock(level, block, map);
    const [from, to] = blockRange(level, block);
    let squares = 0;
    let whole = 0;
    for (let n = from; n < to; n++) {
      const value = space.samples[n - from] ?? 0;
      // Points out of view were set to exactly 0.
      if (value === 0) continue;
      let explained = 0;
      for (const [column, weight] of fitted) explained += weight * (columns[column * count + n] ?? 0);
      const left = value - explained / (columns[CONSTANT * count + n] || 1);
      squares += (strength[n] ?? 0) * left * left;
      whole += strength[n] ?? 0;
    }
    parts[2 * block] = squares;
    parts[2 * block + 1] = whole;
  }
  team.sum(parts);
  let squares = 0;
  let whole = 0;
  for (let block = 0; block < blocks; block++) {
    squares += parts[2 * block] ?? 0;
    whole += parts[2 * block + 1] ?? 0;
  }
  return squares / whole;
}
