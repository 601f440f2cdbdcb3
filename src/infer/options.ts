import type { FanfoldError } from '../core/errors.js';
import type { OpenOptions } from '../core/source.js';
import type { Spent } from './messages.js';
import type { Activation, Ranked } from './predictions.js';
import type { PreprocessOptions } from './preparation.js';
import type { ImageProcessor } from './processor.js';
import type { Device } from './runtime.js';

/** How a network is opened. */
export interface ModelOptions extends PreprocessOptions {
  /** What the file must be, in hexadecimal. */
  readonly sha256?: string;
  /** Names of the classes, or a file with one a line. */
  readonly labels?: string | readonly string[];
  /** Workers, each with the network open: one a core by default. */
  readonly numWorkers?: number;
  /** Threads of the runtime inside each worker (1): several are for images that must not wait for others. */
  readonly threads?: number;
  /** `auto` and `cpu`: the processor; `gpu`: a graphics card, where the runtime has a provider for one. */
  readonly device?: Device;
  /** Which output of the network has the scores; its first without. */
  readonly output?: string;
  /** Another network whose workers this one shares: both stay open. */
  readonly beside?: ImageProcessor;
  /** Bytes for everything together, this process included. */
  readonly memory?: number;
  /** Stops a download. */
  readonly signal?: AbortSignal;
}

/** What a network says of one image. */
export interface Prediction {
  /** Its place in the input, from 0. */
  readonly index: number;
  readonly name: string;
  /** The likeliest classes, likeliest first; none where it failed. */
  readonly top: readonly Ranked[];
  /** Of all classes; null where it failed. */
  readonly probabilities: Float32Array | null;
  /** Why there is nothing; null for a good one. */
  readonly error: FanfoldError | null;
}

/** How images go through a network. */
export interface ProcessOptions {
  /** Images of a batch at most (32). Large images come in smaller ones: see `batchOf`. */
  readonly batchSize?: number;
  /** Workers; those of the processor without, and more are started when more are asked for. */
  readonly numWorkers?: number;
  /** Classes of each image (5). */
  readonly top?: number;
  /** How scores become probabilities (`auto`). */
  readonly activation?: Activation;
  /** What an image without a result does: ends everything (`throw`), or is handed over with its error (`skip`). */
  readonly onError?: 'throw' | 'skip';
  readonly signal?: AbortSignal;
  /** How files are opened. */
  readonly open?: OpenOptions;
  onProgress?(images: number, total: number | null): void;
  /** Told what could be worth knowing of the images. */
  onNote?(note: string): void;
  /** Told the seconds that a worker spent on some images. */
  onSpent?(spent: Spent, images: number): void;
}

/** Predictions in the order of the images, to be gone through, or taken all at once. */
export interface Predictions extends AsyncIterable<Prediction> {
  /** All of them as an array. */
  all(): Promise<Prediction[]>;
}
