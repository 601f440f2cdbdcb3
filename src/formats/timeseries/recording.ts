/** Points of some channels as a file holds them, before gaps and missing points cut them. */
export interface Recording {
  /** What the user would recognise: a file, or a row of it. */
  readonly name: string;
  /** Channel after channel, `length` points each; what is missing is not finite. */
  readonly values: Float64Array;
  readonly length: number;
  /** Seconds, of each point; null where nothing is known. */
  readonly times: Float64Array | null;
  /** The class of all points, or of each; null for none. */
  readonly label: string | null | readonly (string | null)[];
  /** Where a point stands in its file. */
  place(channel: number, point: number): string;
  /** How a file calls what stands at a place, such as `row`; points that follow in time stand below or beside each other. */
  placeOfTime(point: number): string;
}

/** All recordings of a source, of the same channels. */
export interface Recordings {
  readonly channels: readonly string[];
  readonly recordings: readonly Recording[];
  /** In the order of the file's own list; null where the classes are those that occur. */
  readonly classes: readonly string[] | null;
  readonly notes: readonly string[];
}
