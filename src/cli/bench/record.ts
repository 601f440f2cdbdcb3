/** One way of doing the job, timed several times: a row of the table. */
export interface Configuration {
  /** Unique within its group, such as `a-2x4`. */
  readonly id: string;
  readonly row: Row;
  /** What a person reads, such as `cluster 2 x 4`. */
  readonly label: string;
  readonly workers: number;
  readonly threads: number;
  /** Copies of the data set that are read at once. */
  readonly files: 1 | 2;
  readonly set: SetName;
  /** Limit of one worker in bytes, or null without one. */
  readonly memoryPerWorker: number | null;
  readonly engine: Engine;
}

/**
 * Rows (a) to (h) of the 4D-STEM scenario; (s), (0), (1) and (2) of the azimuthal one: serial and its layouts; (1) to (5) and
 * (r) of registration: steps, and the last without each; C floors, read and decode floors, Python rivals, and rows the user composed.
 */
export type Row =
  | 'a'
  | 'b'
  | 'c'
  | 'd'
  | 'e'
  | 'f'
  | 'g'
  | 'h'
  | 's'
  | '0'
  | '1'
  | '2'
  | '3'
  | '4'
  | '5'
  | 'r'
  | 'native'
  | 'floor'
  | 'peer'
  | 'own';

/** Which of the scenario's data sets. */
export type SetName = 'main' | 'large' | 'small';

/** What carries a configuration out. */
export type Engine =
  | { readonly kind: 'cluster' | 'plain' | 'serial' | 'resident' }
  | { readonly kind: 'floor'; readonly what: FloorKind }
  | { readonly kind: 'native'; readonly target: 'native' | 'x86-64' }
  | { readonly kind: 'peer'; readonly mode: string }
  /** A `run` with flags of this row alone beside those that all rows have. */
  | { readonly kind: 'own'; readonly layout: string; readonly flags: readonly string[] };

/** Reading from the page cache, reading past it, decoding chunks, and the kernel on frames in cache. */
export type FloorKind = 'cached' | 'direct' | 'decode' | 'arithmetic';

/** Seconds of all workers together. */
export interface Stages {
  readonly read: number;
  readonly decode: number;
  readonly compute: number;
  readonly wait: number;
}

/** What one run of a configuration gave, in seconds and bytes. */
export interface Measurement {
  /** The job itself: workers already started, data set open. */
  readonly seconds: number;
  /** The whole process from start to exit. */
  readonly wallSeconds: number;
  /** User and system time of the process and its children; null where the system does not tell. */
  readonly cpuSeconds: number | null;
  /** Decoded bytes that were worked on. */
  readonly bytes: number;
  /** Frames that were worked on; null where the program does not say. */
  readonly frames: number | null;
  /** Where workers spent their time; null where the program does not say. */
  readonly stages: Stages | null;
  /** Highest resident size as the program itself reports it. */
  readonly peakBytes: number;
  /** Highest proportional size of the process tree, sampled from outside; only in warm-up runs. */
  readonly treeBytes: number | null;
  /** Waiting for parts per part handed out, in seconds. */
  readonly taskSeconds: number | null;
  /** SHA-256 of the result file. */
  readonly digest: string | null;
  /** Largest relative difference from the reference result, when the two are not the same bytes. */
  readonly difference: number | null;
  /** How far the result is from what is known to be true, in mm; absent or null where that is not known. */
  readonly error?: number | null;
  readonly isDirect: boolean;
  /** The first time in a fresh process, where `seconds` is that of later ones; absent or null where each run is a process. */
  readonly coldSeconds?: number | null;
  /** Resident bytes of the program before it has anything to do; absent or null where that is not known. */
  readonly idleBytes?: number | null;
  /** What the program itself says its workers spent most time on; null when it does not say. */
  readonly limiter: string | null;
  /** What the program said it did otherwise than asked. */
  readonly notes: readonly string[];
}

/** A line of the journal. */
export type Entry =
  | { readonly kind: 'setup'; readonly fingerprint: string }
  | {
      readonly kind: 'run';
      readonly group: string;
      readonly configuration: string;
      /** Runs count from 0; warm-ups from -1 downwards. */
      readonly repeat: number;
      readonly measurement: Measurement;
    }
  | { readonly kind: 'failure'; readonly group: string; readonly configuration: string; readonly reason: string };

/** All that is known about one configuration. */
export interface Series {
  readonly configuration: Configuration;
  /** Why it was not run, or stopped being run. */
  readonly reason: string | null;
  readonly warmups: readonly Measurement[];
  readonly runs: readonly Measurement[];
}
