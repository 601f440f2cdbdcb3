import { SourceError } from '../../../core/errors.js';
import type { PrepareContext } from '../../../core/operator.js';
import { frameCount } from '../../../core/stack.js';
import type { RegisterParams } from '../params.js';
import { type Matrix, toParameters } from '../rigid.js';
import { afniFile, afniMatrices } from './afni.js';
import { linesOf, type MotionFormat } from './format.js';
import { fslFile } from './fsl.js';
import type { Geometry } from './geometry.js';
import { isItkText, itkFile } from './itk.js';
import { spmFile } from './spm.js';

/** The files that carry the motion of a series called `name` to other programs. */
export function motionFileNames(name: string): readonly string[] {
  return files(name).map(([file]) => file);
}

/** @param corrections one for each frame, from its world to the reference's, in mm */
export function motionTexts(name: string, corrections: readonly Matrix[], geometry: Geometry) {
  return files(name).map(([file, format]) => ({ file, text: format.write(corrections, geometry) }));
}

function files(name: string): readonly (readonly [string, MotionFormat])[] {
  return [
    [`rp_${name}.txt`, spmFile],
    [`${name}.par`, fslFile],
    [`${name}.1D`, afniFile],
    [`${name}.aff12.1D`, afniMatrices],
    [`${name}.tfm`, itkFile],
  ];
}

/** No shift is as far, in mm. */
const FARTHEST = 1e6;

/** Which program wrote a file, by its extension, or by what is in it. */
function formatOf(path: string, text: string): MotionFormat {
  if (isItkText(text) || /\.tfm$/i.test(path)) return itkFile;
  if (/\.par$/i.test(path)) return fslFile;
  const hasMatrices = linesOf(text)[0]?.split(/[\s,]+/).length === 12;
  if (/\.aff12\.1d$/i.test(path)) return afniMatrices;
  if (/\.1d$/i.test(path)) return hasMatrices ? afniMatrices : afniFile;
  if (/\.txt$/i.test(path)) return spmFile;
  throw new SourceError(
    'not-motion',
    `${path} is no file of motion that is known: rp_*.txt (SPM), .par (FSL), .1D or .aff12.1D (AFNI), .tfm (ITK).`,
    { path },
  );
}

/**
 * Motion from a text, as six parameters a frame, those of SPM.
 *
 * @param frames of the series
 * @throws SourceError that names file, row and column
 */
export function parseMotion(text: string, path: string, frames: number, geometry: Geometry): Float64Array {
  const plain = text.replace(/^\uFEFF/, '');
  const format = formatOf(path, plain);
  const corrections = format.read(plain, path, geometry);
  if (corrections.length !== frames) {
    throw new SourceError(
      'wrong-rows',
      `${path} has ${corrections.length} ${format === itkFile ? 'transforms' : 'rows'}, but the series has ${frames} frames. Give the file of this series, or choose its frames with --frames.`,
      { path, rows: corrections.length, frames },
    );
  }
  const six = Float64Array.from(corrections.flatMap((one) => toParameters(one)));
  const bad = six.findIndex((value) => !(Math.abs(value) < FARTHEST));
  if (bad < 0) return six;
  const row = Math.floor(bad / 6) + 1;
  throw new SourceError(
    'bad-motion',
    `${path}: row ${row} is no motion: its numbers are too large for mm and radians.`,
    { path },
  );
}

/** Motion from a file, as six parameters a frame, those of SPM. @throws SourceError */
export async function readMotion(
  context: PrepareContext<RegisterParams>,
  path: string,
  geometry: Geometry,
): Promise<Float64Array> {
  return parseMotion(await context.readText(path), path, frameCount(context.stack), geometry);
}
