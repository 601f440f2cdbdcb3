import type { Size } from '../outcome.js';

/** One thing that was looked at in a reader's solution. */
export interface Finding {
  readonly ok: boolean;
  /** What holds, or what does not and for which input. A line of English that `translate` knows. */
  readonly what: string;
}

/** What the solution's process is told: plain data. */
export interface Input {
  readonly size: Size;
  /** Files or addresses that the exercise is about. */
  readonly places: readonly string[];
  /** A folder the solution may write to. */
  readonly folder: string;
  /** What should come out, where only the host knows it. */
  readonly expected: readonly (readonly number[])[];
}

/** What the host keeps ready while a solution runs, such as a server. */
export interface Stage {
  readonly input: Input;
  /** What can be seen from outside once the solution has ended. */
  findings(): Promise<readonly Finding[]>;
  close(): Promise<void>;
}

/** A function of the reader, whose types nobody has checked. */
export type Solution = (...args: unknown[]) => unknown;

/** An exercise: what is set up for it, and how a solution is examined. */
export interface Exercise {
  /** The function that the reader's file exports. */
  readonly exports: string;
  /** Seconds after which a solution is stopped. */
  readonly patience: number;
  open(size: Size, folder: string): Promise<Stage>;
  /** Runs in the solution's own process. */
  examine(solution: Solution, input: Input): Promise<readonly Finding[]>;
}

/** A stage with nothing on it. */
export function emptyStage(size: Size, folder: string): Stage {
  const input = { size, folder, places: [], expected: [] };
  return { input, findings: async () => [], close: async () => undefined };
}
