import type { Page, TablePart } from '../../core/page.js';
import type { Provenance } from '../../core/sink.js';
import { FAINT, GRID, INK } from '../plot/frame.js';
import { type Surface, type TextStyle, widthOf } from '../plot/surface.js';
import { encodeRgb } from '../png/encode-rgb.js';
import { provenanceText } from '../png/provenance-text.js';
import { Raster } from '../png/raster.js';
import { FIGURE_WIDTH, figuresOf } from './figure.js';
import { Shifted } from './shifted.js';
import { shorten, wrap } from './wrap.js';

const MARGIN = 40;
const BLOCK_GAP = 24;
const TITLE = 30;
const HEADING = 22;
const BODY = 18;
const LINE = 1.45;
const FACT_COLUMNS = 2;
const FACT_GAP = 48;
/** A picture that nobody can scroll through says nothing: the rest of a longer table is in the other files. */
const MOST_ROWS = 40;
const CELL_GAP = 24;

/** Something as wide as a figure; drawn at the top of a surface. */
interface Block {
  readonly height: number;
  draw(surface: Surface): void;
}

function textBlock(content: string, size: number, colour: TextStyle['colour']): Block {
  const lines = wrap(content, FIGURE_WIDTH, size);
  return {
    height: lines.length * size * LINE,
    draw(surface) {
      for (const [n, line] of lines.entries())
        surface.text(0, (n * LINE + 1) * size, line, { colour, size, anchor: 'start' });
    },
  };
}

/** Names at the left, values at the right of columns, one fact below the other. */
function factsBlock(facts: Page['facts']): Block {
  const rows = Math.ceil(facts.length / FACT_COLUMNS);
  const column = (FIGURE_WIDTH - FACT_GAP * (FACT_COLUMNS - 1)) / FACT_COLUMNS;
  const step = BODY * 1.7;
  return {
    height: rows * step,
    draw(surface) {
      for (const [i, [name, value]] of facts.entries()) {
        const left = Math.floor(i / rows) * (column + FACT_GAP);
        const base = (i % rows) * step + BODY;
        const room = column - widthOf(name, BODY) - 16;
        surface.text(left, base, name, { colour: FAINT, size: BODY, anchor: 'start' });
        const shown = shorten(value, room, BODY);
        surface.text(left + column, base, shown, { colour: INK, size: BODY, anchor: 'end' });
        surface.box(left, Math.round(base + 8), column, 1, GRID);
      }
    },
  };
}

function tableBlock({ head, rows }: TablePart): Block {
  const shown = [head, ...rows.slice(0, MOST_ROWS)];
  const widths = head.map((_, c) => Math.max(...shown.map((row) => widthOf(row[c] ?? '', BODY))) + CELL_GAP);
  const step = BODY * 1.6;
  const omitted = rows.length - MOST_ROWS;
  return {
    height: (shown.length + (omitted > 0 ? 1 : 0)) * step,
    draw(surface) {
      for (const [r, row] of shown.entries()) {
        let left = 0;
        for (const [c, text] of row.entries()) {
          const style = { colour: r === 0 ? FAINT : INK, size: BODY, anchor: 'start' } as const;
          surface.text(left, r * step + BODY, shorten(text, FIGURE_WIDTH - left, BODY), style);
          left += widths[c] ?? 0;
        }
        surface.box(0, Math.round(r * step + BODY + 7), FIGURE_WIDTH, 1, GRID);
      }
      const style = { colour: FAINT, size: BODY, anchor: 'start' } as const;
      if (omitted > 0) surface.text(0, shown.length * step + BODY, `and ${omitted} more`, style);
    },
  };
}

/** All blocks of a page, each with the room above it. */
function blocksOf(page: Page, { program, version }: Provenance): [number, Block][] {
  const figures = figuresOf(page.parts);
  const blocks: [number, Block][] = [
    [0, textBlock(page.title, TITLE, INK)],
    [8, textBlock(page.summary, BODY, INK)],
    [16, factsBlock(page.facts)],
  ];
  for (const [i, part] of page.parts.entries()) {
    blocks.push([BLOCK_GAP, textBlock(part.title, HEADING, INK)]);
    if (part.note !== undefined) blocks.push([0, textBlock(part.note, BODY * 0.9, FAINT)]);
    const block = part.kind === 'table' ? tableBlock(part) : figures[i];
    if (block) blocks.push([8, block]);
  }
  return [...blocks, [BLOCK_GAP, textBlock(`Made by ${program} ${version}.`, BODY * 0.9, FAINT)]];
}

/** A page as one PNG picture, its parts one below the other; what made it stands in the text of the file. */
export function makePicture(page: Page, provenance: Provenance): Uint8Array {
  const blocks = blocksOf(page, provenance);
  const height = blocks.reduce((sum, [above, block]) => sum + above + block.height, 0);
  const raster = new Raster(FIGURE_WIDTH + 2 * MARGIN, Math.ceil(height) + 2 * MARGIN);
  let top = MARGIN;
  for (const [above, block] of blocks) {
    top = Math.round(top + above);
    block.draw(new Shifted(raster, MARGIN, top));
    top += block.height;
  }
  return encodeRgb(raster.canvas, provenanceText(page.title, provenance));
}
