import type { Filled } from './crew.js';

/** What a loader has done so far, over all epochs, in plain seconds and bytes. */
export interface LoaderStatistics {
  readonly epochs: number;
  readonly batches: number;
  readonly samples: number;
  /** Of entries handed to the consumer. */
  readonly bytes: number;
  /** From asking for the first batch of an epoch to its end, over all epochs. */
  readonly seconds: number;
  /** 10^9 bytes a second. */
  readonly gigabytesPerSecond: number;
  /** The consumer waited for a batch that was not ready. */
  readonly waitForDataSeconds: number;
  /** From a batch handed over to the next asked for: what the consumer does with it. */
  readonly waitForConsumerSeconds: number;
  /** All workers were making batches. */
  readonly workerSeconds: number;
  /** From a batch made to the consumer that waited for it, in the mean; 0 when it never waited. */
  readonly handOverSeconds: number;
  readonly ringBytes: number;
  /** Most bytes of the ring that were in use at a time. */
  readonly peakRingBytes: number;
  /** Bytes that were copied on their way to the consumer. */
  readonly copiedBytes: number;
  /** Batches made again because their worker died. */
  readonly redone: number;
  /** Samples left out or replaced. */
  readonly failed: number;
  /** Every step that was not taken as asked or as planned, in sentences. */
  readonly fallbacks: readonly string[];
}

/** Bytes of the ring, most of them in use at a time, and batches made again. */
export interface RingUsage {
  readonly bytes: number;
  readonly peak: number;
  readonly redone: number;
}

/** Adds up what batches report. */
export class Tally {
  epochs = 0;
  batches = 0;
  samples = 0;
  bytes = 0;
  seconds = 0;
  waitForDataSeconds = 0;
  waitForConsumerSeconds = 0;
  workerSeconds = 0;
  copiedBytes = 0;
  failed = 0;
  #handOvers = 0;
  #handOverSeconds = 0;

  /** @param asked when the consumer began to wait, on the clock of all, in milliseconds */
  count({ seconds, finishedAt }: Filled, asked: number, now: number): void {
    this.workerSeconds += seconds;
    if (finishedAt < asked) return;
    this.#handOvers++;
    this.#handOverSeconds += (now - finishedAt) / 1000;
  }

  statistics(ring: RingUsage, fallbacks: readonly string[]): LoaderStatistics {
    const { epochs, batches, samples, bytes, seconds, copiedBytes, failed } = this;
    return {
      epochs,
      batches,
      samples,
      bytes,
      seconds,
      gigabytesPerSecond: seconds > 0 ? bytes / seconds / 1e9 : 0,
      waitForDataSeconds: this.waitForDataSeconds,
      waitForConsumerSeconds: this.waitForConsumerSeconds,
      workerSeconds: this.workerSeconds,
      handOverSeconds: this.#handOvers > 0 ? this.#handOverSeconds / this.#handOvers : 0,
      ringBytes: ring.bytes,
      peakRingBytes: ring.peak,
      copiedBytes,
      redone: ring.redone,
      failed,
      fallbacks,
    };
  }
}
