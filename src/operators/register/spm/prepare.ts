import { UsageError } from '../../../core/errors.js';
import type { Arrays, PrepareContext, Prepared } from '../../../core/operator.js';
import { frameCount, type Stack } from '../../../core/stack.js';
import { checkSeries } from '../checks.js';
import type { Grid } from '../grid.js';
import type { Given } from '../method.js';
import type { RegisterParams } from '../params.js';
import { gridOf, placementIn } from '../prepared.js';
import { loadImage, referenceFrame } from '../reference.js';
import { fromParameters, IDENTITY, invert } from '../rigid.js';
import { Aligner } from './align.js';
import { choosePoints, smoothed } from './choose.js';
import { makeSpmTemplate, type SpmTemplate } from './template.js';

/** What `prepare` makes, by the names it is placed under. */
export interface SpmPrepared {
  /** The source's transform from voxels to world mm, 12 numbers; of length 0 when it gives none. */
  readonly placement: Float64Array;
  /** Where world coordinates come from. */
  readonly world: string;
  readonly spmPlaces: Float64Array;
  readonly spmWeights: Float64Array;
  readonly spmValues: Float64Array;
  readonly spmColumns: Float64Array;
  /** Corrections from which frames start, 16 numbers each; none: from rest. */
  readonly starts: Float64Array;
  /** Follows every correction, so that frame 0 comes to rest. */
  readonly origin: Float64Array;
  /** The frame that is the reference itself and stays where it is; -1: none. */
  readonly still: number;
  /** Whether this pass gathers the mean for another. */
  readonly gathers: boolean;
}

/** Prepared arrays are looked up by name; this says which there are. */
export const asSpmPrepared = (prepared: Prepared) => prepared as unknown as SpmPrepared;

/** Whether a second pass follows. */
export function hasMean({ reference, referenceImage }: Given): boolean {
  return reference === 'mean' && referenceImage.length === 0;
}

/** The grid of the frames, as the workers see it. */
export function spmGrid(stack: Stack, values: Given, { placement }: SpmPrepared): Grid {
  return gridOf(stack, values, placementIn({ placement }));
}

/** @throws UsageError for what SPM does not know */
function checkOptions({ transform, ramps }: Given): void {
  const unknown = transform !== 'rigid' ? '--transform translation' : ramps ? '--ramps' : null;
  if (unknown === null) return;
  throw new UsageError('bad-value', `${unknown} does not go with --method spm. Leave it out, or choose --method fit.`);
}

async function firstPass(context: PrepareContext<RegisterParams>, grid: Grid) {
  const { stack, values } = context;
  const given = await loadImage(context, 'reference-image', values.referenceImage);
  checkSeries(stack, values);
  const still = given ? -1 : referenceFrame(values, stack);
  const image = given ?? (await context.read(still, 1));
  const weight = await loadImage(context, 'weight', values.weight);
  const what = given ? '--reference-image' : `frame ${still}`;
  return { still, ...choosePoints(frameCount(stack), values, grid, image, weight, what) };
}

function placed(
  { affine }: PrepareContext<RegisterParams>,
  grid: Grid,
  { points, values, columns }: SpmTemplate,
): Omit<SpmPrepared, 'starts' | 'origin' | 'still' | 'gathers'> {
  return {
    placement: Float64Array.from(affine?.matrix ?? []),
    world: grid.origin,
    spmPlaces: points.places,
    spmWeights: points.weights,
    spmValues: values,
    spmColumns: columns,
  };
}

/** The template of the reference frame or image. */
export async function prepareSpm(context: PrepareContext<RegisterParams>): Promise<Prepared> {
  const { stack, values, affine } = context;
  checkOptions(values);
  const grid = gridOf(stack, values, affine?.matrix);
  const { still, points, known } = await firstPass(context, grid);
  const made: SpmPrepared = {
    ...placed(context, grid, makeSpmTemplate(grid, points, known)),
    starts: new Float64Array(0),
    origin: Float64Array.from(IDENTITY),
    still,
    gathers: hasMean(values),
  };
  return { ...made };
}

/** The template of the mean at the same points; frames start from where the first pass left them. */
export async function prepareSpmMean(
  context: PrepareContext<RegisterParams>,
  pass: number,
  { params, spmCount, spmSums }: Arrays<string>,
): Promise<Prepared | null> {
  const { stack, values, affine } = context;
  if (!hasMean(values) || pass > 0 || !params || !spmCount || !spmSums) return null;
  const grid = gridOf(stack, values, affine?.matrix);
  const { points } = await firstPass(context, grid);
  const count = spmCount.length;
  const known = Float64Array.from(spmSums, (sum, i) => sum / Math.max(1, spmCount[i % count] ?? 0));
  const template = makeSpmTemplate(grid, points, known);
  const starts = new Float64Array(16 * frameCount(stack));
  for (let n = 0; n < frameCount(stack); n++)
    starts.set(fromParameters(Float64Array.from(params.subarray(6 * n, 6 * n + 6))), 16 * n);
  const inView = { points: new Uint32Array(count), samples: new Float64Array(count) };
  const frame = smoothed(await context.read(0, 1), grid, values);
  const first = new Aligner(grid, template, frame, inView).align(IDENTITY);
  const made: SpmPrepared = {
    ...placed(context, grid, template),
    starts,
    origin: Float64Array.from(typeof first === 'string' ? IDENTITY : invert(first.correction)),
    still: -1,
    gathers: false,
  };
  return { ...made };
}
