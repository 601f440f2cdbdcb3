import type { NumericArray } from '../../../core/dtype.js';
import { UsageError } from '../../../core/errors.js';
import { emptyReference } from '../checks.js';
import type { Grid } from '../grid.js';
import type { Given } from '../method.js';
import { voxelOf } from '../scale.js';
import { FEWEST_POINTS } from './align.js';
import { asSpmCoefficients, type SpmCoefficients, spmLength, spmSmooth, spmTaps } from './coefficients.js';
import { makeSpmPoints, type SpmPoints, spmCells } from './points.js';
import { informative } from './prune.js';
import { type Known, knowledgeAt, makeSpmTemplate } from './template.js';

/** Defaults of SPM12, in mm; without millimetres lengths are those for voxels of 3 mm. */
const FWHM = 5;
const SPACING = 4;
const VOXEL = 3;
const QUALITY = 0.9;

/** Their columns take half a GiB. */
const MOST_POINTS = 5_000_000;

const lengthOf = (grid: Grid, mm: number) => (grid.unit === 'mm' ? mm : (mm / VOXEL) * voxelOf(grid));

/** Smoothed coefficients of one frame, on the host. */
export function smoothed(frame: NumericArray, grid: Grid, values: Given): SpmCoefficients {
  const coefficients = asSpmCoefficients(grid.size, new Float64Array(spmLength(grid.size)));
  spmSmooth(frame, 0, tapsOf(grid, values), coefficients);
  return coefficients;
}

/** The filters that frames are smoothed by. */
export function tapsOf(grid: Grid, { fwhm }: Given) {
  return spmTaps(grid, fwhm ?? lengthOf(grid, FWHM));
}

/** @throws UsageError when there are too many points, or fewer than a frame needs in view */
function checkCount(count: number, spacing: number): void {
  if (count >= FEWEST_POINTS && count <= MOST_POINTS) return;
  const [limit, remedy] =
    count < FEWEST_POINTS ? [`at least ${FEWEST_POINTS}`, 'smaller'] : [`at most ${MOST_POINTS}`, 'larger'];
  throw new UsageError(
    'bad-value',
    `A point every ${spacing} along each axis makes ${count}, but --method spm takes ${limit}. Give a ${remedy} --spacing.`,
  );
}

/** @throws UsageError when frames cannot be compared with what is known of the reference at the points */
function checkKnown(known: Known, isWeighted: boolean, what: string): void {
  const count = known.length / 4;
  if (count < FEWEST_POINTS && isWeighted) {
    throw new UsageError(
      'no-weight',
      `--weight leaves ${count} points, but --method spm needs ${FEWEST_POINTS}. Give another mask, or a smaller --spacing.`,
    );
  }
  if (known.subarray(count).every((slope) => slope === 0)) throw emptyReference(what);
}

/**
 * The points that tell most, and the reference there.
 *
 * @param frames of the series: SPM takes all points for one or two
 * @param what the reference is, for people
 */
export function choosePoints(
  frames: number,
  values: Given,
  grid: Grid,
  image: NumericArray,
  weight: NumericArray | null,
  what: string,
): { points: SpmPoints; known: Known } {
  const spacing = values.spacing ?? lengthOf(grid, SPACING);
  checkCount(spmCells(grid, spacing), spacing);
  const every = makeSpmPoints(grid, spacing, weight);
  const known = knowledgeAt(every, smoothed(image, grid, values));
  checkKnown(known, weight !== null, what);
  if (frames <= 2) return { points: every, known };
  // 1 says no more than that nothing was asked for.
  const quality = values.keep < 1 ? values.keep : QUALITY;
  const kept = informative(makeSpmTemplate(grid, every, known), quality, FEWEST_POINTS);
  const choose = (from: Float64Array) => {
    const count = every.places.length / 3;
    const parts = from.length / count;
    return Float64Array.from({ length: parts * kept.length }, (_, i) => {
      const part = Math.floor(i / kept.length);
      return from[part * count + (kept[i - part * kept.length] ?? 0)] ?? 0;
    });
  };
  return {
    points: { places: choose(every.places), weights: choose(every.weights) },
    known: choose(known),
  };
}
