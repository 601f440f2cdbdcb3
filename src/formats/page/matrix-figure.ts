import type { MatrixPart } from '../../core/page.js';
import { COLOURS } from '../plot/curves.js';
import { FAINT, INK, NOTE_SIZE, TICK_SIZE } from '../plot/frame.js';
import { type Surface, widthOf } from '../plot/surface.js';
import type { Colour } from '../png/colours.js';
import type { Figure } from './figure.js';
import { shorten } from './wrap.js';

const GAP = 12;
const CELL_HEIGHT = 44;
const LEAST_WIDTH = 44;
const MOST_WIDTH = 150;
/** Of the width, what the names of rows take at most. */
const NAMES_SHARE = 0.25;
const PAPER: Colour = [255, 255, 255];
/** From this share on a cell is dark, and what stands in it white. */
const DARK = 0.55;
/** On a light cell: not the ink of the page, which a dark page turns light while cells keep their shade. */
const ON_LIGHT: Colour = [24, 24, 30];

function shadeOf(share: number): Colour {
  const full = COLOURS[0] ?? INK;
  const at = (c: 0 | 1 | 2) => Math.round(255 - (255 - full[c]) * Math.max(0, Math.min(1, share)));
  return [at(0), at(1), at(2)];
}

/** Cells in the shade of their share, names of rows to the left and of columns above them, each cell with its text. */
export function matrixFigure({ rows, columns, down, across, shares, texts }: MatrixPart, width: number): Figure {
  const names = Math.min(width * NAMES_SHARE, Math.max(...[down, ...rows].map((name) => widthOf(name, TICK_SIZE))));
  const left = Math.ceil(names + GAP);
  const widest = Math.max(LEAST_WIDTH, ...columns.map((name) => widthOf(name, TICK_SIZE) + GAP));
  const cell = Math.floor(Math.min(MOST_WIDTH, widest, (width - left) / Math.max(1, columns.length)));
  const top = NOTE_SIZE + TICK_SIZE + 2 * GAP;
  const label = (surface: Surface, x: number, y: number, text: string, room: number, anchor: 'middle' | 'end') =>
    surface.text(x, y, shorten(text, room, TICK_SIZE), { colour: INK, size: TICK_SIZE, anchor });
  return {
    height: top + rows.length * CELL_HEIGHT,
    draw(surface) {
      const note = { colour: FAINT, size: NOTE_SIZE, anchor: 'start' } as const;
      surface.text(left, NOTE_SIZE, shorten(across, width - left, NOTE_SIZE), note);
      surface.text(0, top - GAP, shorten(down, names, NOTE_SIZE), note);
      for (const [c, name] of columns.entries())
        label(surface, left + (c + 0.5) * cell, top - GAP, name, cell - 4, 'middle');
      for (const [r, name] of rows.entries()) {
        const y = top + r * CELL_HEIGHT;
        const base = y + (CELL_HEIGHT + TICK_SIZE) / 2 - 3;
        label(surface, left - GAP, base, name, names, 'end');
        for (let c = 0; c < columns.length; c++) {
          const share = shares[r * columns.length + c] ?? 0;
          const text = texts[r * columns.length + c] ?? '';
          surface.box(left + c * cell, y, cell - 1, CELL_HEIGHT - 1, shadeOf(share));
          const colour = share >= DARK ? PAPER : ON_LIGHT;
          const style = { colour, size: TICK_SIZE, anchor: 'middle' } as const;
          surface.text(left + (c + 0.5) * cell, base, shorten(text, cell - 4, TICK_SIZE), style);
        }
      }
    },
  };
}
