import type { Dtype, NumericArray } from '../core/dtype.js';
import type { ErrorWire, FanfoldError } from '../core/errors.js';
import type { OperatorRef } from '../core/layout.js';
import type { SourceHandle } from '../core/source.js';

/** One named output of a batch, and where its entries lie in a slot of the ring. */
export interface Field {
  /** What users call it: `sum`, or `gaf.sum` where several operators run. */
  readonly label: string;
  /** Number of its operator, and the name of the output there. */
  readonly operator: number;
  readonly name: string;
  readonly dtype: Dtype;
  /** Of one entry. */
  readonly shape: readonly number[];
  /** Numbers of one entry. */
  readonly size: number;
  /** Bytes from the start of a slot. */
  readonly offset: number;
}

/** Room in every slot of the ring for the frames of a batch, of a source that only the host can get at. */
export interface FrameRoom {
  readonly dtype: Dtype;
  /** Numbers of one frame. */
  readonly size: number;
  /** Bytes from the start of a slot. */
  readonly offset: number;
}

/** Everything those who make batches need, as plain data, but for what the operators prepared. */
export interface CrewTask {
  readonly source: SourceHandle;
  readonly operators: readonly OperatorRef[];
  readonly fields: readonly Field[];
  /** Where the host puts frames; null where workers read the source themselves. */
  readonly room: FrameRoom | null;
  readonly kernel: 'wasm' | 'ts';
  /** Samples of a full batch. */
  readonly batch: number;
  /** Consecutive frames read and processed at a time. */
  readonly blockFrames: number;
  readonly workers: number;
  readonly slots: number;
  /** Bytes of one slot, a multiple of 64, space behind every field included. */
  readonly slotBytes: number;
  /** Bytes of one worker's arena, without prepared arrays and without a slot. */
  readonly windowBytes: number;
  /** Bytes of all prepared arrays where they are placed. */
  readonly preparedBytes: number;
}

/** Which samples a slot of the ring is to hold, by their position in the stack. */
export interface BatchRequest {
  readonly number: number;
  readonly samples: Uint32Array;
  /** Places in the batch of samples whose frames the host could not get: nothing is made of them. */
  readonly missing?: readonly number[];
  /** Place of the first of them in the batch (0): not 0 where a worker makes only a piece of it. */
  readonly at?: number;
}

/** A sample whose entries could not be made. */
export interface FailedSample {
  /** Its place in the batch. */
  readonly place: number;
  /** Its position in the stack. */
  readonly sample: number;
  readonly error: ErrorWire;
}

/** What became of a request. */
export interface Filled {
  readonly slot: number;
  readonly number: number;
  readonly failed: readonly FailedSample[];
  /** Seconds the worker was busy with it. */
  readonly seconds: number;
  /** When it was finished: milliseconds by the clock of all (`performance.timeOrigin + performance.now()`). */
  readonly finishedAt: number;
  /** What the host knows that fed the frames. */
  readonly fed?: Fed;
}

/** What came of feeding a batch. */
export interface Fed {
  /** Those asked for, or fewer when there were no more; none: the batch before was the last. */
  readonly samples: Uint32Array;
  /** Class of each; null where the source has them, or none. */
  readonly labels: Int32Array | null;
  /** Why no frame comes any more. */
  readonly error: FanfoldError | null;
}

/**
 * Those who make batches, with the memory they make them in. The host asks for one batch a slot at a time, and gives a slot out again
 * only when its consumer has released it. They keep the process alive only while they have something to do.
 */
export interface BatchCrew {
  readonly workers: number;
  readonly slots: number;
  /** Bytes of the ring, and of everything shared beside it. */
  readonly bytes: number;
  /** How batches come back: without a copy, or with how many copies of every byte. */
  readonly copies: number;
  /** Batches that were made again because their worker had died. */
  readonly redone?: number;
  /** Entries of a slot, by label, room for a whole batch. The same arrays at every call. */
  views(slot: number): Readonly<Record<string, NumericArray>>;
  /** Room for the frames of a slot, to be filled before it is asked for; null where workers read the source themselves. */
  frames?(slot: number): NumericArray | null;
  /** @param done called once, from the event loop, never from within `fill`. A worker that dies has its request done once more by another */
  fill(slot: number, request: BatchRequest, done: (filled: Filled | Error) => void): void;
  /** Samples that a worker gets at a time from now on: whole batches until there are as many, or pieces of a batch. */
  task?(samples: number): void;
  /** Lets only the first `workers` of all take requests from now on; 1 at least. */
  limit?(workers: number): void;
  /** Ends all workers and frees what they shared; what was asked for is never answered. Safe to call twice. */
  close(): Promise<void>;
}
