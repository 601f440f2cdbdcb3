/** Structured detail of an error: the part, the frame, the byte offset, the limits involved. */
export type ErrorFields = Readonly<Record<string, string | number | boolean | null>>;

/** The six kinds of failure, each with the exit code the command line uses for it. */
const EXIT_CODES = {
  UsageError: 2,
  SourceError: 3,
  PlanError: 4,
  LayoutError: 4,
  OperatorError: 1,
  SinkError: 5,
} as const;

export type ErrorKind = keyof typeof EXIT_CODES;

/** Serialised form of an error, for the way out of a worker or a child process. */
export interface ErrorWire {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly message: string;
  readonly fields: ErrorFields;
}

/**
 * Base of every error fanfold raises on purpose. The message is one or two plain sentences: what failed, where, and
 * what to do about it.
 */
export abstract class FanfoldError extends Error {
  abstract readonly kind: ErrorKind;
  /** Short, stable identifier for programs, such as `not-found` or `bad-chunk`. */
  readonly code: string;
  readonly fields: ErrorFields;

  constructor(code: string, message: string, fields: ErrorFields = {}, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.fields = fields;
    this.name = new.target.name;
  }

  get exitCode(): number {
    return EXIT_CODES[this.kind];
  }

  toWire(): ErrorWire {
    return { kind: this.kind, code: this.code, message: this.message, fields: this.fields };
  }
}

/** The call itself is wrong: an unknown name, a value out of range, a mask of the wrong shape. */
export class UsageError extends FanfoldError {
  readonly kind = 'UsageError';
}

/** The input is missing, truncated, corrupt, or of a kind that cannot be read. */
export class SourceError extends FanfoldError {
  readonly kind = 'SourceError';
}

/** The job does not fit the limits it was given. */
export class PlanError extends FanfoldError {
  readonly kind = 'PlanError';
}

/** The way of running it is not available here, or broke down: a killed worker, a missing runtime feature. */
export class LayoutError extends FanfoldError {
  readonly kind = 'LayoutError';
}

/** The operator itself failed while it ran. */
export class OperatorError extends FanfoldError {
  readonly kind = 'OperatorError';
}

/** The result cannot be written. */
export class SinkError extends FanfoldError {
  readonly kind = 'SinkError';
}

const CLASSES = { UsageError, SourceError, PlanError, LayoutError, OperatorError, SinkError } as const;

/** Rebuilds an error that came out of a worker. */
export function fromWire(wire: ErrorWire): FanfoldError {
  return new CLASSES[wire.kind](wire.code, wire.message, wire.fields);
}

/** Any thrown value as a fanfold error; what is foreign becomes an `OperatorError` that keeps it as its cause. */
export function asFanfoldError(thrown: unknown, during: string): FanfoldError {
  if (thrown instanceof FanfoldError) return thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return new OperatorError('internal', `${during} failed: ${text}`, {}, { cause: thrown });
}

/** A run that ended because it was asked to: Ctrl-C, an aborted signal. Not a failure of anything. */
export class Stopped extends Error {
  /** Frames finished before the stop. */
  readonly frames: number;
  /** Frames there were to do; 0 when it was not known yet. */
  readonly total: number;

  constructor(frames = 0, total = 0) {
    super('stopped');
    this.name = 'Stopped';
    this.frames = frames;
    this.total = total;
  }
}
