/** Wall seconds of one run over so many frames. */
export interface TimedRun {
  readonly frames: number;
  readonly seconds: number;
  /** Of these, those before the first part was handed out: preparing, starting workers. */
  readonly startSeconds: number;
}

/** One way to run the job, measured on samples, or why it was not. */
export interface Trial {
  readonly layout: string;
  readonly workers: number;
  /** Over at least two numbers of frames, where there are that many. */
  readonly runs: readonly TimedRun[];
  /** Bytes that the whole job is planned to take, runtime included; null where it was not planned. */
  readonly peakBytes: number | null;
  /** Absent for what was measured. */
  readonly refusal?: string;
}

/** What is known of the job and the machine. */
export interface JobFacts {
  readonly frames: number;
  /** Decoded. */
  readonly frameBytes: number;
  /** Bytes that are fetched from storage for one frame; 0 for frames in memory or made by a program. */
  readonly storedFrameBytes: number;
  /** Bytes of results that are kept until the end, per frame. */
  readonly keptFrameBytes: number;
  /** Memory that may be used, in bytes, and whether that was asked for. */
  readonly memory: {
    readonly bytes: number;
    readonly isAsked: boolean;
    /** What is free altogether, page cache included. */
    readonly free: number;
  };
  /** What of the file is in the page cache, from 0 to 1, and bytes a second: the first time, again, and past the cache. Null without a file. */
  readonly reading: {
    readonly cached: number;
    readonly first: number;
    readonly again: number;
    readonly direct: number | null;
  } | null;
  /** Shares of a single worker's time, adding up to 1. */
  readonly shares: { readonly read: number; readonly decode: number; readonly compute: number; readonly write: number };
  /** The job can be spread over frames at all: it has more than one part. */
  readonly parts: number;
  /** Programs that wanted a core at a time before anything was measured, and cores there are. */
  readonly load: { readonly programs: number; readonly cores: number };
  /** How often everything was run. */
  readonly rounds: number;
}

/** One way to run the whole job, as predicted. */
export interface AdviceRow {
  readonly layout: string;
  readonly workers: number;
  readonly refusal?: string;
  /** Seconds that do not grow with the number of frames: starting workers, preparing. Null where it was not measured. */
  readonly startSeconds: number | null;
  readonly framesPerSecond: number | null;
  /** Of decoded frames. */
  readonly bytesPerSecond: number | null;
  /** Seconds for all frames. */
  readonly seconds: number | null;
  readonly peakBytes: number | null;
  /** From how many frames on it is faster than one thread; null for one thread itself and for what never is. */
  readonly paysFrom: number | null;
}

/** Whether something that is not here would help, and why. */
export interface Outlook {
  readonly helps: boolean;
  readonly reason: string;
}

/** What to do, and the numbers it rests on. */
export interface Advice {
  readonly rows: readonly AdviceRow[];
  /** Null when nothing fits the memory. */
  readonly best: { readonly layout: string; readonly workers: number; readonly seconds: number } | null;
  /** In one or two sentences. */
  readonly verdict: string;
  /** What goes wrong unless something is done, each with its remedy. */
  readonly warnings: readonly string[];
  /** What the numbers hold for. */
  readonly notes: readonly string[];
  readonly gpu: Outlook;
  readonly cluster: Outlook;
}
