import type { PagePart } from '../../core/page.js';
import type { Surface } from '../plot/surface.js';
import { curvesFigure, roomOfCurves } from './curves-figure.js';
import { imagesFigure, LEAST_ROOM } from './images-figure.js';

/** Width of all figures of a page, in pixels. */
export const FIGURE_WIDTH = 1200;

/** A part of a page as a drawing `FIGURE_WIDTH` wide; null for what is text alone. */
export interface Figure {
  readonly height: number;
  draw(surface: Surface): void;
}

/** The figures of all parts. Whatever has an axis across starts at the same place, so that it can be read from top to bottom. */
export function figuresOf(parts: readonly PagePart[]): (Figure | null)[] {
  const left = Math.max(LEAST_ROOM, ...parts.map((part) => (part.kind === 'curves' ? roomOfCurves(part) : 0)));
  return parts.map((part) => {
    if (part.kind === 'curves') return curvesFigure(part, left, FIGURE_WIDTH);
    return part.kind === 'images' ? imagesFigure(part, left, FIGURE_WIDTH) : null;
  });
}
