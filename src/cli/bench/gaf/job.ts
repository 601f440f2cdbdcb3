import type { Dtype, NumericArray } from '../../../core/dtype.js';

/** Series of a benchmark and the images they become. */
export interface GafSize {
  readonly samples: number;
  readonly channels: number;
  /** Points of a series. */
  readonly length: number;
  /** Rows and columns of an image. */
  readonly size: number;
}

/** What a row's program is told. */
export interface GafJob extends GafSize {
  /**
   * Batches of threads through a small ring, or in one that keeps them all; batches of worker processes, on a segment, on files, or copied;
   * the operator alone, in new memory or in the same each time; or conversion of arrays.
   */
  readonly what: 'stream' | 'keep' | 'segment' | 'files' | 'copies' | 'run' | 'into' | 'convert';
  readonly dtype: Dtype;
  /** Of `convert`: what there is, on memory of the kind `shared` or `plain`. */
  readonly from: Dtype;
  readonly shared: boolean;
  /** Bytes of `from`. */
  readonly bytes: number;
  readonly workers: number;
  /** How often: the first time counts apart. */
  readonly times: number;
  /** Where the images of the first sample go. */
  readonly out: string;
}

/** Something that can be done several times in one process. */
export interface Repeatable {
  /** Bytes written, or of conversion read, each time. */
  readonly bytes: number;
  readonly frames: number | null;
  once(): Promise<void>;
  /** Images of the first sample, summation before difference; null where there are none. */
  first(): NumericArray | null;
  close(): Promise<void>;
}

/** Bytes of both images of every channel and sample. */
export function imageBytes({ samples, channels, size }: GafSize, elementBytes: number): number {
  return 2 * samples * channels * size * size * elementBytes;
}
