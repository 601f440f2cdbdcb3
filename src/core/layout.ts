import type { NumericArray } from './dtype.js';
import type { Prepared, Slot } from './operator.js';
import type { RawValues } from './params.js';
import type { Plan } from './plan.js';
import type { ChunkEntries, SinkRef } from './sink.js';
import type { BadFramePolicy, SourceHandle } from './source.js';

/** An operator by name, or by the URL of a module that exports it, never as a function. */
export interface OperatorRef {
  readonly name: string;
  readonly module?: string;
  readonly values: RawValues;
}

/** A slot of one of the job's operators, in the order workers fill them. */
export interface BoundSlot {
  readonly operator: number;
  readonly name: string;
  readonly slot: Slot;
}

/** Everything a worker needs, as plain data. */
export interface Task {
  readonly source: SourceHandle;
  readonly operators: readonly OperatorRef[];
  readonly slots: readonly BoundSlot[];
  readonly plan: Plan;
  readonly kernel: 'wasm' | 'ts';
  readonly direct: boolean;
  readonly onBadFrame: BadFramePolicy;
  /** File lists of further copies of the source. */
  readonly replicas: readonly (readonly string[])[];
  /** Number of this crew's first worker among all workers of the run: it decides who reads which copy. */
  readonly firstWorker: number;
  /** A partial is handed in for every part, with its entries written: to be merged in part order, or noted as done. */
  readonly partwise: boolean;
  /** Where the entries of each slot go: a file, or null for memory. */
  readonly destinations: readonly (SinkRef | null)[];
}

/** Unfinished accumulators of the `whole` slots, in slot order, and the parts they cover. */
export interface Partial {
  readonly parts: readonly number[];
  readonly whole: readonly NumericArray[];
}

/** What one worker did, in seconds, bytes and frames. */
export interface WorkerReport {
  readonly worker: number;
  readonly readSeconds: number;
  readonly decodeSeconds: number;
  readonly computeSeconds: number;
  readonly writeSeconds: number;
  /** From the first part to the last, waiting included. */
  readonly wallSeconds: number;
  /** Waiting for parts to be handed out, and for the other members of a team. */
  readonly waitSeconds: number;
  readonly bytesRead: number;
  readonly frames: number;
  readonly parts: number;
  readonly badFrames: readonly number[];
  readonly replica: number;
  readonly entries: ChunkEntries | null;
  /** Peak resident bytes of the process it ran in, when that is not the host. */
  readonly processPeakBytes: number;
  /** Processors that its process may run on, such as `0-3`; absent where it is the host's, or the system does not tell. */
  readonly cores?: string;
}

export interface RunHooks {
  /** Hands out part numbers, at most `max`; an empty list ends the run. */
  next(max: number): readonly number[] | Promise<readonly number[]>;
  onPartial(partial: Partial): void;
  /** Frames finished so far, over all workers. */
  onProgress(frames: number): void;
  readonly signal: AbortSignal;
}

/** Workers that are up and hold the source open. */
export interface Crew {
  /** One pass over the parts that `next` hands out, with one set of prepared arrays per operator. */
  run(prepared: readonly Prepared[], hooks: RunHooks): Promise<readonly WorkerReport[]>;
  /** The finished `each` slots that were kept in memory, in slot order; null for the others. */
  results(): readonly (NumericArray | null)[];
  close(): Promise<void>;
}

export type Availability =
  | { readonly ok: true; readonly note: string }
  | { readonly ok: false; readonly reason: string };

/** How workers and memory are laid out for one run. */
export interface CrewOptions {
  /** Threads inside each worker process; 1 on other layouts. */
  readonly threadsPerWorker: number;
  /** Give every worker process a fixed share of the parts instead of letting it ask for more. */
  readonly plain: boolean;
  /** Resident bytes a worker process may reach before the run is stopped; null without a limit. */
  readonly memoryPerWorker: number | null;
  readonly sharedMemory: boolean;
  /** Hold every worker process to processors of its own. */
  readonly bind: boolean;
  /** Arrays for the `each` slots, in slot order, null where there is none: used when all workers can write there. */
  readonly into?: readonly (NumericArray | null)[];
  /** Says, in one sentence, that something was done another way than asked. */
  warn(message: string): void;
}

/** One way to run a task. */
export interface Layout {
  readonly name: string;
  readonly summary: string;
  available(): Availability;
  start(task: Task, options: CrewOptions): Promise<Crew>;
}
