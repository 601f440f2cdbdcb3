import { UsageError } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import type { NamedArray, Provenance, StreamOptions, StreamSink } from '../core/sink.js';
import type { Stack } from '../core/stack.js';
import { checkTarget, tryTarget } from '../io/output.js';
import { absolutePath, extensionOf, isSameFile, withPart } from '../io/path.js';
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
  /** True when one file holds any number of arrays; else each array gets a file of its own. */
  readonly holdsSeveral: boolean;
  write(path: string, arrays: readonly NamedArray[], provenance: Provenance, options: OutputOptions): Promise<void>;
  /** Starts a file that workers write frame by frame; absent where a format cannot. */
  stream?(path: string, stack: Stack, options: StreamOptions): Promise<StreamSink>;
}

/** All output formats, by extension. */
export const OUTPUTS: readonly OutputFormat[] = [
  {
    extensions: ['.h5', '.hdf5', '.hspy', '.emd'],
    summary: 'HDF5 that h5py, HyperSpy and py4DSTEM open',
    holdsSeveral: true,
    write: async (path, arrays, provenance, options) =>
      (await import('./hdf5/write/results.js')).writeHdf5(path, arrays, provenance, options.overwrite),
    stream: async (path, stack, options) =>
      (await import('./hdf5/write/stream.js')).createHdf5Stream(path, stack, options),
  },
  {
    extensions: ['.npy'],
    summary: 'NumPy array',
    holdsSeveral: false,
    write: async (path, arrays, _provenance, options) => {
      const { writeNpy } = await import('./npy-write.js');
      for (const array of arrays) writeNpy(path, array, options.overwrite);
    },
    stream: async (path, stack, options) => (await import('./npy-write.js')).createNpyStream(path, stack, options),
  },
  {
    extensions: ['.npz'],
    summary: 'NumPy archive with recipe.json',
    holdsSeveral: true,
    write: async (path, arrays, provenance, options) =>
      (await import('./npz-write.js')).writeNpz(path, arrays, provenance, options.overwrite),
  },
  {
    extensions: ['.raw', '.bin'],
    summary: 'bare numbers, little-endian, without a header',
    holdsSeveral: false,
    write: async (path, arrays, _provenance, options) => {
      const { writeFile } = await import('../io/output.js');
      for (const array of arrays) writeFile(path, options.overwrite, (file) => file.write(array.data, 0));
    },
    stream: async (path, stack, options) => (await import('./npy-write.js')).createRawStream(path, stack, options),
  },
  {
    extensions: ['.csv'],
    summary: 'an image or curves as comma-separated text',
    holdsSeveral: true,
    write: async (path, arrays, provenance, options) =>
      (await import('./csv.js')).writeText(path, arrays, provenance, options.overwrite, ','),
  },
  {
    extensions: ['.txt', '.xy'],
    summary: 'an image or curves as text with blanks between',
    holdsSeveral: true,
    write: async (path, arrays, provenance, options) =>
      (await import('./csv.js')).writeText(path, arrays, provenance, options.overwrite, ' '),
  },
  {
    extensions: ['.tif', '.tiff'],
    summary: 'float32 image or stack of images with scale and unit, as ImageJ reads it',
    holdsSeveral: false,
    write: async (path, arrays, provenance, options) => {
      const { writeTiff } = await import('./tiff/write.js');
      for (const array of arrays) writeTiff(path, array, provenance, options.overwrite);
    },
  },
  {
    extensions: ['.png'],
    summary: 'a picture with colour map, limits and scale bar',
    holdsSeveral: false,
    write: async (path, arrays, provenance, options) => {
      const { writePng } = await import('./png/index.js');
      for (const array of arrays) writePng(path, array, provenance, options.overwrite, options.png);
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

/** Files that `writeOutput` will make for these arrays: one, or one per array. @throws UsageError for an extension */
export function outputPaths(path: string, names: readonly string[]): string[] {
  if (formatOf(path).holdsSeveral || names.length === 1) return [path];
  return names.map((name) => withPart(path, name.replaceAll('/', '-')));
}

/**
 * Refuses, before anything is computed, an output that cannot be written in the end.
 *
 * @throws UsageError for an unknown extension; SinkError when a target exists already, is a directory, or cannot be made
 *   where it should be
 */
export function checkOutput(path: string, names: readonly string[], overwrite: boolean): void {
  for (const target of outputPaths(path, names)) tryTarget(target, overwrite);
}

/** Checks all outputs of a run: that none is a file it reads, or named twice. @throws as `checkOutput` */
export function checkOutputs(
  paths: readonly string[],
  names: readonly string[],
  overwrite: boolean,
  inputs: readonly string[],
): void {
  const targets = new Set<string>();
  for (const target of paths.flatMap((path) => outputPaths(path, names))) {
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
  for (const path of paths) checkOutput(path, names, overwrite);
}

/**
 * Writes finished arrays in the format that the extension names. Several arrays go into one file where the format
 * allows it; else each goes to a file named after it, `scan.com.npy`.
 *
 * @returns the files written
 * @throws UsageError for an unknown extension or arrays the format cannot hold; SinkError when writing fails
 */
export async function writeOutput(
  path: string,
  arrays: readonly NamedArray[],
  provenance: Provenance,
  options: OutputOptions,
): Promise<string[]> {
  const format = formatOf(path);
  const paths = outputPaths(
    path,
    arrays.map((array) => array.name),
  );
  for (const target of paths) checkTarget(target, options.overwrite);
  if (paths.length === 1) await format.write(path, arrays, provenance, options);
  else {
    for (const [i, array] of arrays.entries()) await format.write(paths[i] ?? path, [array], provenance, options);
  }
  return paths;
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
