import type { NumericArray } from './dtype.js';

/** What places along a figure are: place i stands at `origin + i * step`. */
export interface PageAxis {
  readonly name: string;
  readonly unit: string;
  readonly origin: number;
  readonly step: number;
}

/** One line of a figure; a value that is no number leaves a gap. */
export interface Line {
  readonly label: string;
  readonly values: ArrayLike<number>;
  /** Standard errors of the values, drawn as a band. */
  readonly errors?: ArrayLike<number>;
}

/** Curves over one axis, drawn together. */
export interface CurvesPart {
  readonly kind: 'curves';
  readonly title: string;
  /** What the places of the values are. */
  readonly axis: PageAxis;
  readonly unit: string;
  readonly lines: readonly Line[];
  /** Places on the axis that deserve a look, such as frames with a warning. */
  readonly marks?: readonly number[];
  readonly note?: string;
}

/** Images beside each other; one of aspect 0 has a row of its own. */
export interface ImagesPart {
  readonly kind: 'images';
  readonly title: string;
  readonly images: readonly PageImage[];
  /** A contact sheet: many small images in rows of as many as there is room for, none enlarged but by whole pixels. */
  readonly isSheet?: true;
  readonly note?: string;
}

export interface PageImage {
  readonly label: string;
  readonly height: number;
  readonly width: number;
  /** Rows from the top. */
  readonly data: NumericArray;
  /** Values drawn darkest and brightest; absent: the least and the largest. */
  readonly limits?: readonly [number, number];
  /** `signed`: blue below the middle of the limits, red above; `rgb`: three values a pixel; grey when absent. */
  readonly colours?: 'signed' | 'rgb';
  /** What stands above it, instead of its label and limits. */
  readonly caption?: string;
  /** Height of a pixel over its width; 1 when absent. 0: as wide and high as there is room, such as a carpet plot. */
  readonly aspect?: number;
  /** What the columns and rows are, where it is worth saying: drawn for an image of aspect 0. */
  readonly across?: PageAxis;
  readonly down?: string;
}

export interface TablePart {
  readonly kind: 'table';
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly note?: string;
}

/** Curves and images beside each other, the curves first: a series and what was made of it. */
export interface BesidePart {
  readonly kind: 'beside';
  readonly title: string;
  readonly curves: CurvesPart;
  readonly images: ImagesPart;
  readonly note?: string;
}

/** A matrix of few rows and columns with names, such as counts of confused classes: cells are shaded, and say what they hold. */
export interface MatrixPart {
  readonly kind: 'matrix';
  readonly title: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** What the rows and the columns are. */
  readonly down: string;
  readonly across: string;
  /** From 0, white, to 1, full colour; row after row. */
  readonly shares: ArrayLike<number>;
  /** What stands in each cell. */
  readonly texts: readonly string[];
  readonly note?: string;
}

export type PagePart = CurvesPart | ImagesPart | BesidePart | TablePart | MatrixPart;

/** What an operator has to show of a run: a program that knows files and pictures makes a page of it. */
export interface Page {
  readonly title: string;
  /** One or two sentences that say how it went. */
  readonly summary: string;
  /** Figures worth having at a glance, with what they are. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly parts: readonly PagePart[];
}
