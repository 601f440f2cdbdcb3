import type { Colour } from '../png/colours.js';

export type Point = readonly [x: number, y: number];

export interface TextStyle {
  readonly colour: Colour;
  /** Height of a line in pixels. */
  readonly size: number;
  /** What of the text stands at x. */
  readonly anchor: 'start' | 'middle' | 'end';
  /** Read from below. */
  readonly turned?: boolean;
}

/** RGB, three bytes a pixel, row-major. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** What a plot is drawn on: pixels, or vectors. Lengths are pixels, y grows downwards. */
export interface Surface {
  /** An open line through all points; a single point becomes a dot. */
  line(points: readonly Point[], colour: Colour, width: number): void;
  area(points: readonly Point[], colour: Colour): void;
  box(x: number, y: number, width: number, height: number, colour: Colour): void;
  dot(x: number, y: number, radius: number, colour: Colour): void;
  /** @param y of the base line */
  text(x: number, y: number, content: string, style: TextStyle): void;
  /** Without smoothing. */
  picture(x: number, y: number, width: number, height: number, picture: Picture): void;
}

/** Width that is kept free for a text, in pixels: a little more than it takes. */
export function widthOf(content: string, size: number): number {
  return [...content].length * size * 0.618;
}
