import type { ColourMapName } from './colours.js';

/** How an array becomes a picture. */
export interface PngOptions {
  readonly colourMap?: ColourMapName;
  /** Values at both ends of the colour map; without it the 0.1 and 99.9 percentiles of the array. */
  readonly limits?: readonly [low: number, high: number];
}
