import type { ScaleKind } from '../plot/scale.js';
import type { ColourMapName } from './colours.js';

/** How an array becomes a picture. */
export interface PngOptions {
  readonly colourMap?: ColourMapName;
  /** Values at both ends of the colour map or of the axis; without it chosen from the array. */
  readonly limits?: readonly [low: number, high: number];
  /** Of the values of curves, series and cakes; without it chosen from the spread of the values. */
  readonly scale?: ScaleKind;
}
