import { spectrumLength } from '../start/spectrum.js';
import { asCoefficients, coefficientCount } from '../volume.js';
import { BLOCK, blocksOf, sumsOf } from './columns.js';
import type { Estimation } from './estimate.js';
import type { Workspace } from './steps.js';

/** Lengths of the arrays of a workspace. */
function lengthsOf({ grid, fine, quick, search }: Estimation) {
  const coarse = search?.stage;
  const blocks = Math.max(blocksOf(fine.level), blocksOf(quick.level), coarse ? blocksOf(coarse.level) : 0);
  const total = sumsOf(fine.level.width).length;
  const waves = search ? spectrumLength(search.bins) : 0;
  return { coefficients: coefficientCount(grid.size) + 4, points: BLOCK, sums: blocks * total, total, waves };
}

/** Bytes of a worker's window. */
export function workspaceBytes(job: Estimation): number {
  const { coefficients, points, sums, total, waves } = lengthsOf(job);
  return 4 * (coefficients + waves) + 8 * points + 8 * (sums + total) + 6 * 128;
}

/** The workspace, in arrays of zeros from wherever it is to lie. */
export function makeWorkspace(
  job: Estimation,
  singles: (length: number) => Float32Array,
  doubles: (length: number) => Float64Array,
  indexes: (length: number) => Uint32Array,
): Workspace {
  const { coefficients, points, sums, total, waves } = lengthsOf(job);
  return {
    coefficients: asCoefficients(job.grid.size, singles(coefficients)),
    samples: singles(points),
    missed: indexes(points),
    sums: doubles(sums),
    total: doubles(total),
    waves: singles(waves),
  };
}
