import { DTYPES } from '../core/dtype.js';
import { UsageError } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import type { NamedArray, Provenance, StreamOptions, StreamSink, Unfilled } from '../core/sink.js';
import { product, type Stack } from '../core/stack.js';
import { checkTarget, OutputFile, removeFile, tryTarget } from '../io/output.js';
import { absolutePath, extensionOf, isSameFile, withPart } from '../io/path.js';
import { isFramePattern, perFrame } from './frame-files.js';
import { type Announced, measuredOf, picturesOf } from './measured.js';
import type { PngOptions } from './png/options.js';

export interface OutputOptions {
  readonly overwrite: boolean;
  /** Colour map, limits and size of pictures. */
  readonly png?: PngOptions;
}

/** One kind of output file. */
interface OutputFormat {
  readonly extensions: readonly string[];
  readonly summary: string;
  /** `all`: one file holds any number of arrays; `each`: every array gets a file of its own; `pictures`: every picture. */
  readonly holds: 'all' | 'each' | 'pictures';
  /** Dimensions an array must have, where not every array will do. */
  readonly dimensions?: readonly [least: number, most: number];
  write(path: string, arrays: readonly NamedArray[], provenance: Provenance, options: OutputOptions): Promise<void>;
  /** Takes the classes of frames, and other arrays of any shape, beside the results. */
  readonly isArchive?: true;
  /**
   * Writes everything of a file but the elements of its arrays, zeros until then; absent where a format cannot.
   *
   * @returns where the elements of each begin
   */
  outline?(file: OutputFile, arrays: readonly Unfilled[], provenance: Provenance): Promise<readonly number[]>;
  /** Starts a file that workers write frame by frame; absent where a format cannot. */
  stream?(path: string, stack: Stack, options: StreamOptions): Promise<StreamSink>;
}

/** All output formats, by extension. */
export const OUTPUTS: readonly OutputFormat[] = [
  {
    extensions: ['.h5', '.hdf5', '.hspy', '.emd'],
    summary: 'HDF5 that h5py, silx, h5web, HyperSpy and py4DSTEM open, as NeXus with axes and units',
    holds: 'all',
    isArchive: true,
    write: async (path, arrays, provenance, options) =>
      (await import('./hdf5/write/results.js')).writeHdf5(path, arrays, provenance, options.overwrite),
    outline: async (file, arrays, provenance) =>
      (await import('./hdf5/write/results.js')).outlineHdf5(file, arrays, provenance),
    stream: async (path, stack, options) =>
      (await import('./hdf5/write/stream.js')).createHdf5Stream(path, stack, options),
  },
  {
    extensions: ['.npy'],
    summary: 'NumPy array',
    holds: 'each',
    write: async (path, arrays, _provenance, options) => {
      const { writeNpy } = await import('./npy-write.js');
      for (const array of arrays) writeNpy(path, array, options.overwrite);
    },
    outline: async (file, arrays) => {
      const { outlineNpy } = await import('./npy-write.js');
      return arrays.map((array) => outlineNpy(file, array));
    },
    stream: async (path, stack, options) => (await import('./npy-write.js')).createNpyStream(path, stack, options),
  },
  {
    extensions: ['.npz'],
    summary: 'NumPy archive with recipe.json',
    holds: 'all',
    isArchive: true,
    write: async (path, arrays, provenance, options) =>
      (await import('./npz-write.js')).writeNpz(path, arrays, provenance, options.overwrite),
  },
  {
    extensions: ['.raw', '.bin'],
    summary: 'bare numbers, little-endian, without a header',
    holds: 'each',
    write: async (path, arrays, _provenance, options) => {
      const { writeFile } = await import('../io/output.js');
      for (const array of arrays) writeFile(path, options.overwrite, (file) => file.write(array.data, 0));
    },
    outline: async (file, arrays) => {
      const { outlineRaw } = await import('./npy-write.js');
      return arrays.map((array) => outlineRaw(file, array));
    },
    stream: async (path, stack, options) => (await import('./npy-write.js')).createRawStream(path, stack, options),
  },
  {
    extensions: ['.csv'],
    summary: 'an image or curves as comma-separated text, what made them in lines that start with #',
    holds: 'all',
    write: async (path, arrays, provenance, options) =>
      (await import('./csv.js')).writeText(path, arrays, provenance, options.overwrite, ','),
  },
  {
    extensions: ['.txt', '.xy', '.dat'],
    summary: 'an image or curves as text with blanks between, what made them in lines that start with #',
    holds: 'all',
    write: async (path, arrays, provenance, options) =>
      (await import('./csv.js')).writeText(path, arrays, provenance, options.overwrite, ' '),
  },
  {
    extensions: ['.tif', '.tiff'],
    summary: 'float32 image or stack of images with scale and unit, as ImageJ reads it',
    holds: 'each',
    dimensions: [2, Number.POSITIVE_INFINITY],
    write: async (path, arrays, provenance, options) => {
      const { writeTiff } = await import('./tiff/write.js');
      for (const array of arrays) writeTiff(path, array, provenance, options.overwrite);
    },
  },
  {
    extensions: ['.nii'],
    summary: 'NIfTI image, volume or series of volumes, placed as its source is, what made it as an extension',
    holds: 'each',
    dimensions: [2, 4],
    write: async (path, arrays, provenance, options) => {
      const { writeNifti } = await import('./nifti/write.js');
      for (const array of arrays) writeNifti(path, array, provenance, options.overwrite);
    },
    stream: async (path, stack, options) => (await import('./nifti/write.js')).createNiftiStream(path, stack, options),
  },
  {
    extensions: ['.nii.gz'],
    summary: 'the same packed with gzip',
    holds: 'each',
    dimensions: [2, 4],
    write: async (path, arrays, provenance, options) => {
      const { writePackedNifti } = await import('./nifti/write.js');
      for (const array of arrays) await writePackedNifti(path, array, provenance, options.overwrite);
    },
  },
  {
    extensions: ['.png'],
    summary: 'a picture: images with colour map and scale bar, curves, series of curves and cakes with axes',
    holds: 'pictures',
    write: async (path, arrays, provenance, options) => {
      const { writePng } = await import('./png/index.js');
      for (const one of measuredOf(arrays)) writePng(path, one, provenance, options.overwrite, options.png);
    },
  },
  {
    extensions: ['.svg'],
    summary: 'curves, a series of curves or a cake as vectors, with axes',
    holds: 'pictures',
    write: async (path, arrays, provenance, options) => {
      const { writeSvg } = await import('./svg/index.js');
      for (const one of measuredOf(arrays)) writeSvg(path, one, provenance, options.overwrite, options.png);
    },
  },
];

function formatOf(path: string): OutputFormat {
  const extension = extensionOf(path);
  const found = OUTPUTS.find((format) => format.extensions.includes(extension));
  if (found) return found;
  const known = OUTPUTS.flatMap((format) => format.extensions);
  const guess = extension ? nearest(extension, known) : undefined;
  throw new UsageError(
    'unknown-output',
    `${path}: ${extension ? `${extension} is no output format` : 'the name needs an extension'}. Possible are ${known.join(' ')}.` +
      `${guess ? ` Did you mean ${guess}?` : ''}`,
    { path },
  );
}

/** True for an output that holds arrays of any shape beside each other. @throws UsageError for an unknown extension */
export function isArchive(path: string): boolean {
  return formatOf(path).isArchive ?? false;
}

/** Arrays and the file they go to. */
export interface Target<A> {
  readonly path: string;
  readonly arrays: readonly A[];
}

/** The files of an output: one, one per array or picture, or, for a name with `{}` or `%05d`, that for every frame. */
export function targetsOf<A extends Announced>(path: string, arrays: readonly A[]): Target<A>[] {
  const { holds } = formatOf(path);
  if (isFramePattern(path)) return perFrame(path, arrays).flatMap((one) => targetsOf(one.path, one.arrays));
  const groups = holds === 'all' ? [arrays] : holds === 'each' ? arrays.map((array) => [array]) : picturesOf(arrays);
  if (groups.length <= 1) return [{ path, arrays: groups[0] ?? [] }];
  return groups.map((group) => ({
    path: withPart(path, (group[0]?.name ?? '').replaceAll('/', '-')),
    arrays: group,
  }));
}

/** Files that `writeOutput` will make for these arrays. @throws UsageError for an extension, or `{}` without frames */
export function outputPaths(path: string, results: readonly Announced[]): string[] {
  return targetsOf(path, results).map((target) => target.path);
}

/** @throws UsageError for results that the format cannot hold, beside others that it can */
function checkDimensions(path: string, results: readonly Announced[]): void {
  const [least, most] = formatOf(path).dimensions ?? [0, Number.POSITIVE_INFINITY];
  const [unfit, fit] = [true, false].map((is) =>
    results.filter(({ shape }) => (shape.length < least || shape.length > most) === is).map(({ name }) => name),
  );
  if (!unfit?.length || !fit?.length) return;
  throw new UsageError(
    'unfit-results',
    `${path} can hold ${fit.join(', ')}, but not ${unfit.join(', ')}. Write .h5 or .npz, or fill a folder (-o out/) where the operator can.`,
    { path },
  );
}

/**
 * Refuses, before anything is computed, an output that cannot be written in the end.
 *
 * @throws UsageError for an unknown extension; SinkError when a target exists already, is a directory, or cannot be made
 *   where it should be
 */
export function checkOutput(path: string, results: readonly Announced[], overwrite: boolean): void {
  checkDimensions(path, results);
  for (const target of outputPaths(path, results)) tryTarget(target, overwrite);
}

/** Checks all outputs of a run: that none is a file it reads, or named twice. @throws as `checkOutput` */
export function checkOutputs(
  paths: readonly string[],
  results: readonly Announced[],
  overwrite: boolean,
  inputs: readonly string[],
): void {
  const targets = new Set<string>();
  for (const target of paths.flatMap((path) => outputPaths(path, results))) {
    if (inputs.some((input) => isSameFile(input, target))) {
      throw new UsageError(
        'output-is-input',
        `${target} is the input; a source is never changed. Choose another output.`,
        { path: target },
      );
    }
    const absolute = absolutePath(target);
    if (targets.has(absolute)) throw new UsageError('output-twice', `${target} is named twice as an output.`);
    targets.add(absolute);
  }
  for (const path of paths) checkOutput(path, results, overwrite);
}

/**
 * Writes finished arrays in the format that the extension names. Several arrays go into one file where the format
 * allows it; else each goes to a file named after it, `scan.com.npy`. A name with `{}` or `%05d` makes a file for every
 * frame.
 *
 * @returns the files written
 * @throws UsageError for an unknown extension or arrays the format cannot hold; SinkError when writing fails: files of this
 *   output are then gone again, but for what was replaced
 */
export async function writeOutput(
  path: string,
  arrays: readonly NamedArray[],
  provenance: Provenance,
  options: OutputOptions,
): Promise<string[]> {
  const format = formatOf(path);
  const targets = targetsOf(path, arrays);
  for (const target of targets) checkTarget(target.path, options.overwrite);
  const written: string[] = [];
  try {
    for (const target of targets) {
      await format.write(target.path, target.arrays, provenance, options);
      written.push(target.path);
    }
  } catch (error) {
    // What was overwritten cannot be brought back; what is new goes.
    if (!options.overwrite) for (const one of written) removeFile(one);
    throw error;
  }
  return written;
}

/** Refuses an output that cannot be made before its numbers are known. @throws UsageError */
export function checkOutline(path: string): void {
  if (formatOf(path).outline && !isFramePattern(path)) return;
  const possible = OUTPUTS.filter((one) => one.outline).flatMap((one) => one.extensions);
  throw new UsageError(
    'no-resume',
    `${path} cannot be written piece by piece over several runs. With --resume, possible are ${possible.join(' ')}.`,
    { path },
  );
}

/**
 * Makes the file that `writeOutput` would make of these arrays, but for their elements, which are zeros until they are written.
 *
 * @returns where the elements of each begin
 * @throws UsageError as `checkOutline`; SinkError when the file cannot be made, or will not fit on its disk
 */
export async function outlineOutput(
  path: string,
  arrays: readonly Unfilled[],
  provenance: Provenance,
): Promise<readonly number[]> {
  checkOutline(path);
  const file = OutputFile.create(path, { overwrite: true });
  try {
    file.reserve(arrays.reduce((total, { shape, dtype }) => total + product(shape) * DTYPES[dtype].bytes, 0));
    const offsets = await formatOf(path).outline?.(file, arrays, provenance);
    file.commit();
    return offsets ?? [];
  } catch (error) {
    file.abort();
    throw error;
  }
}

/**
 * Starts an output that workers write frame by frame.
 *
 * @throws UsageError for an extension or codec that cannot be streamed; SinkError when the file cannot be made
 */
export async function createStream(path: string, stack: Stack, options: StreamOptions): Promise<StreamSink> {
  const format = formatOf(path);
  if (format.stream) return format.stream(path, stack, options);
  const possible = OUTPUTS.filter((one) => one.stream).flatMap((one) => one.extensions);
  throw new UsageError('no-stream', `${path} cannot take a whole stack. Possible are ${possible.join(' ')}.`, { path });
}
