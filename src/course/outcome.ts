/** `small` ends in a moment and is for tests; `full` has the sizes of the text. */
export type Size = 'small' | 'full';

/** What a program of the course is given. */
export interface Setting {
  readonly size: Size;
  /** A folder of its own for files, removed afterwards. */
  readonly folder: string;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** One line of the table a program gives. */
export interface Row {
  /** What was done, in a few words. Numbers that stand alone may change from run to run; the rest is fixed. */
  readonly what: string;
  /** Median wall time. */
  readonly seconds?: number;
  /** Memory it took, or bytes on disk. */
  readonly bytes?: number;
  /** A number to look at; its unit is in `what`. */
  readonly value?: number;
  /** Largest difference from the naive result, relative to the naive result's largest value. */
  readonly difference?: number;
  /** True for what later rows are compared with; the first row is, anyway. */
  readonly isBase?: boolean;
}

/** What a program of the course found. */
export interface Outcome {
  /** What was worked on, such as `3x3 mean of 1000 x 1000 float64`. */
  readonly subject: string;
  readonly rows: readonly Row[];
  /** Largest `difference` that is rounding and nothing else; 0 when absent. */
  readonly tolerance?: number;
  /** What follows from the numbers, or what could not be run here and why. */
  readonly remarks?: readonly string[];
}

/** A program of the course: the default export of each file in `lessons/`. */
export type Program = (setting: Setting) => Promise<Outcome>;
