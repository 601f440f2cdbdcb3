import type { Channel } from './channel.js';
import type { NumericArray } from './dtype.js';
import type { Labels, WindowOptions } from './series.js';
import type { Axis, Stack } from './stack.js';
import type { Storage } from './storage.js';
import type { SharedPlace } from './team.js';

/**
 * What a worker needs to read a source: plain data, structured-cloneable, nothing left to parse. A stored source is its
 * `Storage`; a generated one names its generator and the numbers that drive it.
 */
export type SourceHandle =
  | { readonly kind: 'stored'; readonly stack: Stack; readonly storage: Storage }
  | { readonly kind: 'generated'; readonly stack: Stack; readonly generator: string; readonly values: GeneratorValues }
  | { readonly kind: 'memory'; readonly stack: Stack; readonly bytes: Uint8Array }
  | { readonly kind: 'selected'; readonly stack: Stack; readonly base: SourceHandle; readonly runs: FrameRuns }
  | {
      /** Windows over time series, frames of (channels, length): channel c of window n starts at `first[n] + c * pitch[n]`. */
      readonly kind: 'windows';
      readonly stack: Stack;
      readonly values: Float64Array;
      readonly first: Float64Array;
      readonly pitch: Float64Array;
    }
  | {
      /** Frames that only the host can get at: a loader puts them where its workers compute. */
      readonly kind: 'fed';
      readonly stack: Stack;
    }
  | {
      readonly kind: 'library';
      readonly stack: Stack;
      readonly library: string;
      readonly path: string;
      readonly dataset: string;
    };

/** Runs of frames of a base source, in order: run k covers `length[k]` frames from `first[k]` on. */
export interface FrameRuns {
  readonly first: Float64Array;
  readonly length: Float64Array;
}

export type GeneratorValues = Readonly<Record<string, string | number | boolean>>;

/** What a file says about the detector that took its frames: lengths in metres, positions in pixels (row, column). */
export interface DetectorFacts {
  readonly name?: string;
  /** Slow (row) then fast (column) direction. */
  readonly pixelSize?: readonly [number, number];
  /** From the sample to the detector. */
  readonly distance?: number;
  /** Where the direct beam meets the detector, in pixels from the outer corner of pixel (0, 0). */
  readonly beamCenter?: readonly [number, number];
  readonly wavelength?: number;
  /** Path of the bad-pixel mask, `file.h5:/data/set`, of the shape of a frame: 0 good, anything else bad. */
  readonly mask?: string;
}

/** Where voxels lie: millimetres of (x, y, z) = matrix times the voxel numbers (x, y, z, 1). */
export interface Affine {
  /** Three rows of four, one behind the other; x is the fastest dimension of a frame, z the slowest. */
  readonly matrix: readonly number[];
  /** What the millimetres are relative to, as NIfTI numbers it: 0 nothing, 1 scanner, 2 another image, 3 Talairach, 4 MNI. */
  readonly code: number;
  readonly from: 'sform' | 'qform' | 'voxel sizes';
  /** Why this one, where the file says different things. */
  readonly note?: string;
}

/** The numbers a file gives its first and last frame, as one part of a series of `total` frames. */
export interface FrameNumbers {
  readonly first: number;
  readonly last: number;
  readonly total?: number;
}

/** A stack that can be read, with what its file says about it. */
export interface Source {
  /** Name of the format that opened it. */
  readonly format: string;
  /** What the user would recognise: the path, and the data set inside it. */
  readonly location: string;
  readonly handle: SourceHandle;
  /** Facts worth showing in `info`: detector, energy, pixel size, warnings. */
  readonly notes: readonly string[];
  /** Absent for sources that say nothing of a detector. */
  readonly detector?: DetectorFacts;
  /** Absent for sources that say nothing of where their frames lie in space. */
  readonly affine?: Affine;
  /** Absent for sources that do not number their frames across files. */
  readonly numbering?: FrameNumbers;
  /** What the frames belong to; absent for sources without classes. */
  readonly labels?: Labels;
  /** Of each frame: frames of one group share points or a recording, and are never split apart. */
  readonly groups?: Int32Array;
  /** Names of the channels of a time series. */
  readonly channels?: readonly string[];
  /** Flags that decide which frames these are, beside the location: what a recipe needs to open them again. */
  readonly openedWith?: Readonly<Record<string, string | number>>;
  /** What files like this one follow each other along when they are joined, such as time; absent when it does not say. */
  readonly series?: Axis;
}

/** Where entries of `shape` lie: as the frames of the source when these are volumes of that shape, else nowhere known. */
export function placementOf({ affine, handle }: Source, shape: readonly number[]): { readonly affine?: Affine } {
  const { frameShape } = handle.stack;
  return affine && frameShape.length === 3 && shape.join() === frameShape.join() ? { affine } : {};
}

/** Every file that frames of this source are read from. */
export function filesOf(handle: SourceHandle): readonly string[] {
  if (handle.kind === 'selected') return filesOf(handle.base);
  if (handle.kind === 'stored') return handle.storage.files;
  return handle.kind === 'library' ? [handle.path] : [];
}

/** What text tables of time series do not say themselves. */
export interface TimeSeriesOptions extends WindowOptions {
  /** Where the class stands: `file` (in the file's name), or the name or number, from 0, of a column. */
  readonly label?: string;
  /** The column of times. */
  readonly time?: string;
  /** Seconds without a point that end a segment; absent: three usual intervals. */
  readonly gap?: number;
  /** What missing points do: end with an error, end the segment, or be interpolated between their neighbours. */
  readonly nan?: 'error' | 'drop' | 'interpolate';
}

/** What to open: a path with an optional data set inside it, and what a headerless file does not say itself. */
export interface OpenOptions {
  readonly dataset?: string;
  readonly frameRank?: number;
  readonly frameShape?: readonly number[];
  readonly dtype?: string;
  readonly offset?: number;
  /** What is read of colour images; their luminance when absent. */
  readonly channel?: Channel;
  /** Open a series although files of it are missing, naming them in the notes. */
  readonly allowGaps?: boolean;
  /** How time series are read, and windows cut from them. */
  readonly timeSeries?: TimeSeriesOptions;
  /** Frames that will be read at most, from the first on: a file that is cut off behind them is opened all the same. */
  readonly until?: number;
  /** With another policy than `fail`, files of a series whose beginning is damaged count as damaged frames. */
  readonly onBadFrame?: BadFramePolicy | undefined;
  /** Ends the opening of files on servers, which may take long. */
  readonly signal?: AbortSignal | undefined;
}

/** What to do with a frame whose chunk is damaged. */
export type BadFramePolicy = 'fail' | 'zero' | 'nan';

/** How a worker reads: nothing here changes a result, except what stands for damaged frames. */
export interface ReadOptions {
  /** Frames decoded at a time. */
  readonly blockFrames: number;
  /** Past the page cache. */
  readonly direct: boolean;
  readonly onBadFrame: BadFramePolicy;
  /** Other paths of the same files; this worker reads these instead. */
  readonly replica: readonly string[] | null;
  readonly kernel: 'wasm' | 'ts';
  /** The team that reads every block together: all members call `load` for the same frames. Absent: this worker alone. */
  readonly shared?: SharedPlace;
}

/** What reading has cost so far. */
export interface ReadStatistics {
  readSeconds: number;
  decodeSeconds: number;
  /** Bytes that came from storage. */
  bytes: number;
  /** Damaged frames that were replaced. */
  readonly badFrames: Set<number>;
}

/** One worker's open end of a source. */
export interface FrameReader {
  readonly statistics: ReadStatistics;
  /** End of the longest run from `first`, at most `maxFrames` long, that decodes no chunk of a neighbour. */
  blockEnd(first: number, maxFrames: number): number;
  /**
   * Frames `first` to `first + count`, native byte order, in the worker's memory. Valid until the next call.
   *
   * @throws SourceError naming the frame, the file and the byte when a chunk is damaged
   */
  load(first: number, count: number): NumericArray;
  /** Says that frames `first` to `first + count` will be loaded next: files on servers begin to fetch them. */
  expect?(first: number, count: number): void;
  close(): void;
}

/** Number of the frame in the source that frames are selected from. */
function baseFrame({ first, length }: FrameRuns, frame: number): number {
  let before = 0;
  for (const [k, count] of length.entries()) {
    if (frame < before + count) return (first[k] ?? 0) + frame - before;
    before += count;
  }
  return -1;
}

/** The file that a frame is read from; null for a source whose files hold all frames together, or that has none. */
export function fileOfFrame(handle: SourceHandle, frame: number): string | null {
  if (handle.kind === 'selected') return fileOfFrame(handle.base, baseFrame(handle.runs, frame));
  if (handle.kind !== 'stored' || handle.storage.layout.kind !== 'chunked' || handle.storage.files.length < 2)
    return null;
  const { files, layout, shape } = handle.storage;
  const positions = shape.length - handle.stack.frameShape.length;
  if (layout.chunkShape.slice(0, positions).some((extent) => extent > 1)) return null;
  const chunks = layout.table.grid.slice(positions).reduce((total, extent) => total * extent, 1);
  return files[layout.table.file[frame * chunks] ?? 0] ?? null;
}
