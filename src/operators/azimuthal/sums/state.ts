import type { StaticSums } from './frame-sums.js';

/** What an integration needs to know of its frames and corrections, whichever way its sums are made. */
export interface Integration {
  readonly pixels: number;
  readonly bins: number;
  /** Normalisation and dark current per pixel, float32; of length 0 when no pixel's own value is ever needed. */
  readonly norm: Float32Array;
  readonly dark: Float32Array;
  readonly fixed: StaticSums;
  /** Normalisation of every frame of the stack; of length 0 without a monitor. */
  readonly monitor: Float64Array;
  /** Sum variances too. */
  readonly variance: boolean;
  /** Look for values that do not count: from `low` to `high`, and NaN. */
  readonly check: boolean;
  readonly low: number;
  readonly high: number;
}

/** The three steps an integration is made of, by the reference or by the kernel; `at` is the frame's first element. */
export interface Steps {
  /** Adds pixels `from` to `to` to `sums`, (bins, 2), and what invalid ones leave out to `missed`, (bins + 2, 3). */
  scatter(at: number, from: number, to: number, sums: Float64Array, missed: Float64Array): void;
  /** The same for pixels `from` to `to` of the spread list. */
  spread(at: number, from: number, to: number, sums: Float64Array, missed: Float64Array): void;
  /** Sums of the bins `from` to `to`. */
  gather(at: number, from: number, to: number, sums: Float64Array, missed: Float64Array): void;
}
