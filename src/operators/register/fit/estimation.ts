import type { Stack } from '../../../core/stack.js';
import type { Given } from '../method.js';
import { gridOf, placementIn, type RegisterPrepared } from '../prepared.js';
import { type Scale, scaleOf } from '../scale.js';
import { binsOf } from '../start/spectrum.js';
import { COLUMNS, type Level } from './columns.js';
import type { Estimation } from './estimate.js';
import { coarseWidth, fwhmOf } from './levels.js';
import { lowPassOf } from './low-pass.js';
import { filtersOf, noiseGain } from './smooth.js';

/** Correlation below which a coarse search is worth its time. */
const TRUST = 0.8;

function levelOf(
  points: Float32Array,
  columns: Float32Array,
  pairs: Float64Array,
  noise: Float64Array = new Float64Array(0),
): Level {
  const count = points.length / 3;
  return { width: count > 0 ? columns.length / count : COLUMNS, count, points, columns, pairs, noise };
}

/** What a worker needs to know to estimate. */
export function estimationOf(stack: Stack, values: Given, p: RegisterPrepared): Estimation {
  const grid = gridOf(stack, values, placementIn(p));
  const filters = lowPassOf(grid, fwhmOf(values, grid));
  const coarse = levelOf(p.coarsePoints, p.coarseColumns, p.coarsePairs);
  const scale: Scale = scaleOf(grid);
  const stage = { level: coarse, filters: filtersOf(grid, coarseWidth(grid)) };
  return {
    grid,
    scale,
    fine: { level: levelOf(p.finePoints, p.fineColumns, p.finePairs, p.fineNoise), filters },
    quick: { level: levelOf(p.quickPoints, p.quickColumns, p.quickPairs), filters },
    search: coarse.count > 0 ? { stage, bins: binsOf(grid), spectrum: p.spectrum, trust: TRUST } : null,
    gain: noiseGain(filters),
    strength: p.quickStrength,
    tolerance: values.tolerance ?? scale.tolerance,
    iterations: values.iterations,
  };
}
