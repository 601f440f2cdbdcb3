import type { Grid } from '../grid.js';
import type { Given } from '../method.js';
import { scaleOf, voxelOf } from '../scale.js';
import { lowPassOf } from './low-pass.js';
import { filtersOf } from './smooth.js';
import type { LevelOptions } from './template.js';

/** Smoothing of the coarse search. */
const COARSE_VOXELS = 3.5;

/** Smoothing in voxels below which interpolation between them, in phase with the motion, outweighs the noise. */
const SMOOTH_VOXELS = 1.7;

/** As far apart as the voxels: with more points the noise hardly falls any more. */
const APART_VOXELS = 1;

/** Cells of a template, at most and at least, unless asked for: of a few slices, the noise falls with more points than voxels. */
const MOST_CELLS = 220_000;
const LEAST_CELLS = 8_000;

/** Smoothing of the estimate: full width at half maximum in the unit of the grid. */
export function fwhmOf({ fwhm }: Given, grid: Grid): number {
  return fwhm ?? SMOOTH_VOXELS * voxelOf(grid);
}

/** The template that decides the estimate. */
export function fineOptions(values: Given, grid: Grid): LevelOptions {
  const { taper, margin: usual } = scaleOf(grid);
  const { margin = usual, keep } = values;
  const { size, voxel } = grid;
  const isVolume = !grid.isFlat;
  const extent = size.reduce((all, many, k) => (k === 2 && !isVolume ? all : all * many * (voxel[k] ?? 1)), 1);
  const apart = (cells: number) => (isVolume ? Math.cbrt(extent / cells) : Math.sqrt(extent / cells));
  const common = Math.min(APART_VOXELS * voxelOf(grid), apart(LEAST_CELLS));
  const spacing = values.spacing ?? Math.max(common, isVolume ? apart(MOST_CELLS) : 0);
  const width = Math.min(taper, margin);
  const fwhm = fwhmOf(values, grid);
  const filters = lowPassOf(grid, fwhm);
  const wide = keep < 1 ? lowPassOf(grid, 2 * fwhm) : filters;
  return { filters, wide, spacing, keep, errors: true, ramps: values.ramps, margin: { middle: margin, width } };
}

/** A fifth of the points: enough to come close. */
export function quickOptions(fine: LevelOptions): LevelOptions {
  return { ...fine, spacing: 1.7 * fine.spacing, errors: false };
}

/** Pixels along an image, above which its coarse search smooths more: the same turn moves its corners further. */
const LARGE = 64;

/** Wide enough for turns of 15 degrees either way of a head to look alike; in voxels, so that it fits what is smaller. */
export function coarseOptions(values: Given, grid: Grid): LevelOptions {
  const margin = values.margin ?? scaleOf(grid).margin;
  const fwhm = coarseWidth(grid);
  const filters = filtersOf(grid, fwhm);
  const edge = { middle: margin / 2, width: margin / 2 };
  return { filters, wide: filters, spacing: 0.6 * fwhm, keep: 1, errors: false, ramps: values.ramps, margin: edge };
}

/** Smoothing of the coarse search: full width at half maximum in the unit of the grid. */
export function coarseWidth(grid: Grid): number {
  const wider = grid.isFlat ? Math.sqrt(Math.max(1, grid.size[0] / LARGE, grid.size[1] / LARGE)) : 1;
  return COARSE_VOXELS * wider * voxelOf(grid);
}
