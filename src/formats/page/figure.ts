import type { BesidePart, PagePart } from '../../core/page.js';
import type { Surface } from '../plot/surface.js';
import { curvesFigure, roomOfCurves } from './curves-figure.js';
import { imagesFigure, LEAST_ROOM } from './images-figure.js';
import { matrixFigure } from './matrix-figure.js';
import { Shifted } from './shifted.js';

/** Width of all figures of a page, in pixels. */
export const FIGURE_WIDTH = 1200;

/** A part of a page as a drawing `FIGURE_WIDTH` wide; null for what is text alone. */
export interface Figure {
  readonly height: number;
  draw(surface: Surface): void;
}

/** Of the width, what curves take that have images beside them. */
const CURVES_SHARE = 0.5;

function besideFigure({ curves, images }: BesidePart, left: number): Figure {
  const width = Math.round(FIGURE_WIDTH * CURVES_SHARE);
  const [drawn, shown] = [curvesFigure(curves, left, width), imagesFigure(images, left, FIGURE_WIDTH - width)];
  return {
    height: Math.max(drawn.height, shown.height),
    draw(surface) {
      drawn.draw(surface);
      shown.draw(new Shifted(surface, width, 0));
    },
  };
}

/** The figures of all parts. Whatever has an axis across starts at the same place, so that it can be read from top to bottom. */
export function figuresOf(parts: readonly PagePart[]): (Figure | null)[] {
  const curves = parts.flatMap((part) =>
    part.kind === 'curves' ? [part] : part.kind === 'beside' ? [part.curves] : [],
  );
  const left = Math.max(LEAST_ROOM, ...curves.map(roomOfCurves));
  return parts.map((part) => {
    if (part.kind === 'beside') return besideFigure(part, left);
    if (part.kind === 'curves') return curvesFigure(part, left, FIGURE_WIDTH);
    if (part.kind === 'matrix') return matrixFigure(part, FIGURE_WIDTH);
    return part.kind === 'images' ? imagesFigure(part, left, FIGURE_WIDTH) : null;
  });
}
