import type { NumericArray } from '../../core/dtype.js';
import { UsageError } from '../../core/errors.js';
import type { Arrays, LoadedArray, PrepareContext, Prepared } from '../../core/operator.js';
import { ALONE } from '../../core/operator.js';
import type { Values } from '../../core/params.js';
import { formatShape, frameCount, product, type Stack } from '../../core/stack.js';
import { checkSeries, checkTemplate } from './checks.js';
import { BLOCK, blocksOf, COLUMNS, type Level, RAMPS, sumsOf } from './columns.js';
import { type Estimation, estimate } from './estimate.js';
import { asWorldMap, checkAffine, type Grid, makeGrid } from './grid.js';
import { isShort } from './kernel.js';
import { lowPassOf } from './low-pass.js';
import type { RegisterParams } from './params.js';
import { mostPoints } from './points.js';
import { strengthOf } from './residual.js';
import { fromParameters, IDENTITY, invert, type Matrix, multiply } from './rigid.js';
import { type Scale, scaleOf, voxelOf } from './scale.js';
import { type Filters, filtersOf, noiseGain } from './smooth.js';
import { binsOf, makeSpectrum, spectrumLength } from './start/spectrum.js';
import { referenceSteps, type Workspace } from './steps.js';
import { type LevelOptions, makeLevel, type TemplateSteps } from './template.js';
import { kernelTemplate } from './template-kernel.js';
import { referenceTemplate } from './template-reference.js';
import { asCoefficients, coefficientCount } from './volume.js';

type Given = Values<RegisterParams>;

/** What `prepare` makes, by the names it is placed under. */
export interface RegisterPrepared {
  readonly finePoints: Float32Array;
  readonly fineColumns: Float32Array;
  readonly finePairs: Float64Array;
  readonly fineNoise: Float64Array;
  readonly quickPoints: Float32Array;
  readonly quickColumns: Float32Array;
  readonly quickPairs: Float64Array;
  /** How much the noise at each of its points moves the estimate. */
  readonly quickStrength: Float32Array;
  /** Empty when there is no coarse search. */
  readonly coarsePoints: Float32Array;
  readonly coarseColumns: Float32Array;
  readonly coarsePairs: Float64Array;
  /** Of the reference, binned; empty when there is no coarse search. */
  readonly spectrum: Float32Array;
  /** The source's transform from voxels to world mm, 12 numbers; of length 0 when it gives none. */
  readonly placement: Float64Array;
  /** Where world coordinates come from. */
  readonly world: string;
  /** Motion from which each frame starts, 16 numbers each; none: from rest. */
  readonly starts: Float64Array;
  /** What frame 0 moved by against the reference: all motions are given relative to it. */
  readonly origin: Float64Array;
  /** Covariance of that; of length 0 when it is certain. */
  readonly originCovariance: Float64Array;
}

/** Correlation below which a coarse search is worth its time. */
const TRUST = 0.8;

/** Smoothing of the coarse search. */
const COARSE_VOXELS = 3.5;

/** @param placed the transform that the source itself gives, used unless an option gives another */
export function gridOf(stack: Stack, { affine, voxel, transform }: Given, placed?: readonly number[]): Grid {
  if (affine !== undefined) checkAffine(affine);
  return makeGrid(stack, affine ?? placed, voxel, transform !== 'translation');
}

/** Smoothing in voxels below which interpolation between them, in phase with the motion, outweighs the noise. */
const SMOOTH_VOXELS = 1.7;

/** As far apart as the voxels: with more points the noise hardly falls any more. */
const APART_VOXELS = 1;

/** Cells of a template, at most and at least, unless asked for: of a few slices, the noise falls with more points than voxels. */
const MOST_CELLS = 220_000;
const LEAST_CELLS = 8_000;

function fwhmOf({ fwhm }: Given, grid: Grid): number {
  return fwhm ?? SMOOTH_VOXELS * voxelOf(grid);
}

function fineOptions(values: Given, grid: Grid): LevelOptions {
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
function quickOptions(fine: LevelOptions): LevelOptions {
  return { ...fine, spacing: 1.7 * fine.spacing, errors: false };
}

/** Pixels along an image, above which its coarse search smooths more: the same turn moves its corners further. */
const LARGE = 64;

/** Wide enough for turns of 15 degrees either way of a head to look alike; in voxels, so that it fits what is smaller. */
function coarseOptions(values: Given, grid: Grid): LevelOptions {
  const margin = values.margin ?? scaleOf(grid).margin;
  const fwhm = coarseWidth(grid);
  const filters = filtersOf(grid, fwhm);
  const edge = { middle: margin / 2, width: margin / 2 };
  return { filters, wide: filters, spacing: 0.6 * fwhm, keep: 1, errors: false, ramps: values.ramps, margin: edge };
}

/** Its smoothing. */
function coarseWidth(grid: Grid): number {
  const wider = grid.isFlat ? Math.sqrt(Math.max(1, grid.size[0] / LARGE, grid.size[1] / LARGE)) : 1;
  return COARSE_VOXELS * wider * voxelOf(grid);
}

/** The one image of an option, of the shape of a frame; null when none was given. */
export async function loadImage(
  context: PrepareContext<RegisterParams>,
  flag: string,
  all: Given['weight'],
): Promise<NumericArray | null> {
  const [input, ...rest] = all;
  if (input === undefined) return null;
  if (rest.length > 0) throw new UsageError('bad-value', `--${flag} takes one image, not ${all.length}.`);
  const { shape, data }: LoadedArray = await context.load(input);
  const { frameShape } = context.stack;
  if (
    product(shape) !== product(frameShape) ||
    shape.filter((n) => n > 1).join() !== frameShape.filter((n) => n > 1).join()
  ) {
    throw new UsageError(
      'wrong-shape',
      `--${flag} has shape ${formatShape(shape)}, but a frame is ${formatShape(frameShape)}.`,
    );
  }
  return data;
}

/** The number of the frame that others are moved onto. */
export function referenceFrame({ reference }: Given, stack: Stack): number {
  if (reference === 'first' || reference === 'mean') return 0;
  const frame = Number(reference);
  const frames = frameCount(stack);
  if (Number.isInteger(frame) && frame >= 0 && frame < frames) return frame;
  throw new UsageError(
    'bad-value',
    `--reference takes first, mean, or the number of a frame from 0 to ${frames - 1}, not '${reference}'.`,
  );
}

/** The spectrum of a reference, smoothed as frames are before theirs is made. */
function spectrumOf(steps: TemplateSteps, grid: Grid, filters: Filters): Float32Array {
  const bins = binsOf(grid);
  const coefficients = steps.smooth(filters);
  const spectrum = new Float32Array(spectrumLength(bins));
  makeSpectrum(coefficients, bins, spectrum);
  return spectrum;
}

/** How templates are made: as the frames will be, by the kernel or in TypeScript. */
function stepsOf(
  { kernel }: PrepareContext<RegisterParams>,
  image: NumericArray,
  grid: Grid,
  levels: readonly LevelOptions[],
): TemplateSteps {
  // A filter on its way to a spread of points is one tap longer.
  const fits = levels.every(({ filters, wide }) => isShort(filters, 1) && isShort(wide));
  if (kernel === 'ts' || !fits) return referenceTemplate(image, grid);
  const most = Math.max(...levels.map(({ spacing }) => mostPoints(grid, spacing)));
  return kernelTemplate(image, grid, most, levels.some(({ ramps }) => ramps) ? COLUMNS + RAMPS : COLUMNS);
}

/** The templates of a reference image. */
async function templates(
  context: PrepareContext<RegisterParams>,
  image: NumericArray,
  what: string,
): Promise<Omit<RegisterPrepared, 'starts' | 'origin' | 'originCovariance'>> {
  const { stack, values } = context;
  const grid = gridOf(stack, values, context.affine?.matrix);
  const weight = await loadImage(context, 'weight', values.weight);
  const options = fineOptions(values, grid);
  const coarseOnes = coarseOptions(values, grid);
  const steps = stepsOf(context, image, grid, [options, coarseOnes]);
  const quick = makeLevel(steps, grid, quickOptions(options), weight);
  const spectrum = values.coarse === 'auto' ? spectrumOf(steps, grid, options.filters) : new Float32Array(0);
  const fine = makeLevel(steps, grid, options, weight);
  checkTemplate(fine, what);
  const coarse = values.coarse === 'auto' ? makeLevel(steps, grid, coarseOnes, weight) : null;
  return {
    placement: Float64Array.from(context.affine?.matrix ?? []),
    world: grid.origin,
    finePoints: fine.points,
    fineColumns: fine.columns,
    finePairs: fine.pairs,
    fineNoise: fine.noise,
    quickPoints: quick.points,
    quickColumns: quick.columns,
    quickPairs: quick.pairs,
    quickStrength: strengthOf(quick.columns, quick.count, grid.free),
    coarsePoints: coarse?.points ?? new Float32Array(0),
    coarseColumns: coarse?.columns ?? new Float32Array(0),
    coarsePairs: coarse?.pairs ?? new Float64Array(0),
    spectrum,
  };
}

/** Prepared arrays are looked up by name; this says which there are. */
export const asPrepared = (prepared: Prepared) => prepared as unknown as RegisterPrepared;

/** The templates of the first pass. */
export async function prepareRegister(context: PrepareContext<RegisterParams>): Promise<Prepared> {
  const { stack, values } = context;
  const given = await loadImage(context, 'reference-image', values.referenceImage);
  checkSeries(stack, given !== null);
  const frame = referenceFrame(values, stack);
  const image = given ?? (await context.read(frame, 1));
  const made: RegisterPrepared = {
    ...(await templates(context, image, given ? '--reference-image' : `frame ${frame}`)),
    starts: new Float64Array(0),
    origin: Float64Array.from(IDENTITY),
    originCovariance: new Float64Array(0),
  };
  return { ...made };
}

/** The templates of the mean, for a second pass: every frame starts from where the first pass left it. */
export async function prepareMean(
  context: PrepareContext<RegisterParams>,
  pass: number,
  { params, average }: Arrays<string>,
): Promise<Prepared | null> {
  const { stack, values } = context;
  if (values.reference !== 'mean' || values.referenceImage.length > 0 || pass > 0) return null;
  if (!params || !average) return null;
  const grid = gridOf(stack, values, context.affine?.matrix);
  const starts = new Float64Array(16 * frameCount(stack));
  for (let frame = 0; frame < frameCount(stack); frame++) {
    starts.set(motionOf(grid, Float64Array.from(params.subarray(6 * frame, 6 * frame + 6))), 16 * frame);
  }
  const made = await templates(context, average, 'the mean of all frames');
  const unknown = new Float64Array(0);
  const job = estimationOf(stack, values, { ...made, starts, origin: unknown, originCovariance: unknown });
  const first = await context.read(0, 1);
  const space = makeWorkspace(
    job,
    (length) => new Float32Array(length),
    (length) => new Float64Array(length),
    (length) => new Uint32Array(length),
  );
  const { motion, covariance } = estimate(job, 0, IDENTITY, referenceSteps(first, space), space, ALONE);
  const originCovariance = covariance ?? new Float64Array(36).fill(Number.NaN);
  const prepared: RegisterPrepared = { ...made, starts, origin: Float64Array.from(invert(motion)), originCovariance };
  return { ...prepared };
}

/** The motion, in local mm, whose correction has these six parameters. */
export function motionOf(grid: Grid, parameters: Float64Array): Matrix {
  const back = invert(grid.localToWorld);
  return multiply(back, multiply(invert(fromParameters(parameters)), grid.localToWorld));
}

/** The correction of a motion in local mm, in world mm. */
export function correctionOf(grid: Grid, motion: Matrix): Matrix {
  return invert(asWorldMap(grid, motion));
}

function levelOf(
  points: Float32Array,
  columns: Float32Array,
  pairs: Float64Array,
  noise: Float64Array = new Float64Array(0),
): Level {
  const count = points.length / 3;
  return { width: count > 0 ? columns.length / count : COLUMNS, count, points, columns, pairs, noise };
}

/** The source's transform, as it travels to the workers; absent when the source gave none. */
export function placementIn({ placement }: Pick<RegisterPrepared, 'placement'>): readonly number[] | undefined {
  return placement.length > 0 ? [...placement] : undefined;
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

/** Lengths of the arrays of a workspace. */
function lengthsOf({ grid, fine, quick, search }: Estimation) {
  const coarse = search?.stage;
  const blocks = Math.max(blocksOf(fine.level), blocksOf(quick.level), coarse ? blocksOf(coarse.level) : 0);
  const total = sumsOf(fine.level.width).length;
  const waves = search ? spectrumLength(search.bins) : 0;
  return { coefficients: coefficientCount(grid.size) + 4, points: BLOCK, sums: blocks * total, total, waves };
}

export function workspaceBytes(job: Estimation): number {
  const { coefficients, points, sums, total, waves } = lengthsOf(job);
  return 4 * (coefficients + waves) + 8 * points + 8 * (sums + total) + 6 * 128;
}

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
