import { LARGEST_MEMORY } from '../../../core/arena.js';
import type { NumericArray } from '../../../core/dtype.js';
import type { Arrays, PrepareContext, Prepared } from '../../../core/operator.js';
import { ALONE } from '../../../core/operator.js';
import { frameCount } from '../../../core/stack.js';
import { checkSeries, checkTemplate } from '../checks.js';
import { type Grid, motionOf } from '../grid.js';
import type { RegisterParams } from '../params.js';
import { gridOf, type RegisterPrepared } from '../prepared.js';
import { loadImage, referenceFrame } from '../reference.js';
import { fromParameters, IDENTITY, invert } from '../rigid.js';
import { binsOf, makeSpectrum, spectrumLength } from '../start/spectrum.js';
import { COLUMNS, RAMPS } from './columns.js';
import { estimate } from './estimate.js';
import { estimationOf } from './estimation.js';
import { isShort } from './kernel.js';
import { coarseOptions, fineOptions, quickOptions } from './levels.js';
import { mostPoints } from './points.js';
import { strengthOf } from './residual.js';
import type { Filters } from './smooth.js';
import { referenceSteps } from './steps.js';
import { type LevelOptions, makeLevel, type TemplateSteps } from './template.js';
import { kernelTemplate, kernelTemplateBytes } from './template-kernel.js';
import { referenceTemplate } from './template-reference.js';
import { makeWorkspace } from './workspace.js';

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
  const width = levels.some(({ ramps }) => ramps) ? COLUMNS + RAMPS : COLUMNS;
  // Of volumes beyond some 50 million voxels the kernel's arrays do not fit one memory.
  if (kernelTemplateBytes(image, grid, most, width) > LARGEST_MEMORY) return referenceTemplate(image, grid);
  return kernelTemplate(image, grid, most, width);
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

/** The templates of the first pass. */
export async function prepareRegister(context: PrepareContext<RegisterParams>): Promise<Prepared> {
  const { stack, values } = context;
  const given = await loadImage(context, 'reference-image', values.referenceImage);
  checkSeries(stack, values);
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
    starts.set(
      motionOf(grid, fromParameters(Float64Array.from(params.subarray(6 * frame, 6 * frame + 6)))),
      16 * frame,
    );
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
