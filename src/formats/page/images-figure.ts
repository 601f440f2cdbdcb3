import type { ImagesPart, PageImage } from '../../core/page.js';
import { type AxisPlan, BOTTOM, drawAxes, FAINT, NOTE_SIZE } from '../plot/frame.js';
import { makeScale } from '../plot/scale.js';
import type { Picture, Surface } from '../plot/surface.js';
import { titleOf } from '../plot/words.js';
import { colourTable, NAN_COLOUR } from '../png/colours.js';
import { automaticLimits, formatTick, type Limits } from '../png/range.js';
import { areaFrom, placesAxis, SPARE } from './curves-figure.js';
import type { Figure } from './figure.js';
import { shorten } from './wrap.js';

/** Room left of a wide image for its title. */
export const LEAST_ROOM = 60;

const GAP = 20;
const CAPTION = 30;
const WIDE_HEIGHT = 300;
/** Higher images are drawn narrower than there is room. */
const MOST_HEIGHT = 560;
/** A caption needs so much room. */
const LEAST_CELL = 120;
/** Pixels of an image are drawn this large, at most. */
const MOST_ZOOM = 16;

function limitsOf({ limits, data }: PageImage): Limits {
  return limits ? { low: limits[0], high: limits[1], rule: 'given' } : automaticLimits(data, false);
}

function paint({ width, height, data, colours }: PageImage, { low, high }: Limits): Picture {
  const pixels = new Uint8Array(width * height * 3);
  if (colours === 'rgb') {
    for (let i = 0; i < pixels.length; i++)
      pixels[i] = Math.round(Math.max(0, Math.min(1, ((data[i] ?? low) - low) / (high - low || 1))) * 255);
    return { width, height, pixels };
  }
  const table = colourTable(colours === 'signed' ? 'diverging' : 'gray');
  for (let i = 0; i < width * height; i++) {
    const value = data[i] ?? Number.NaN;
    const shade = Math.round(Math.max(0, Math.min(1, (value - low) / (high - low || 1))) * 255) * 3;
    pixels.set(Number.isNaN(value) ? NAN_COLOUR : table.subarray(shade, shade + 3), i * 3);
  }
  return { width, height, pixels };
}

/** `mean: 0 (black) to 1200 (white)`. */
function captionOf({ label, caption, colours }: PageImage, { low, high }: Limits): string {
  if (caption !== undefined) return caption;
  const [least, most] = colours === 'signed' ? ['blue', 'red'] : ['black', 'white'];
  const range = `${formatTick(low, high - low)} (${least}) to ${formatTick(high, high - low)} (${most})`;
  return label === '' ? range : `${label}: ${range}`;
}

interface Row {
  readonly height: number;
  draw(surface: Surface, top: number): void;
}

/** An upright axis without numbers. */
const BARE: AxisPlan = { scale: makeScale('linear', 0, 1), marks: { ticks: [], exponent: 0 } };

function wideRow(image: PageImage, left: number, width: number): Row {
  const limits = limitsOf(image);
  const axis = image.across ?? { name: '', unit: '', origin: 0, step: 1 };
  return {
    height: CAPTION + WIDE_HEIGHT + BOTTOM - SPARE,
    draw(surface, top) {
      const area = areaFrom(left, top + CAPTION, width, WIDE_HEIGHT);
      const x = placesAxis(axis, image.width, area.width);
      caption(surface, left, top, area.width, captionOf(image, limits));
      surface.picture(area.left, area.top, area.width, area.height, paint(image, limits));
      const title = titleOf(axis.name, axis.unit, x.marks.exponent);
      drawAxes(surface, area, { ...x, title }, { ...BARE, title: image.down ?? '' });
    },
  };
}

function caption(surface: Surface, x: number, top: number, width: number, content: string): void {
  const style = { colour: FAINT, size: NOTE_SIZE, anchor: 'start' } as const;
  surface.text(x, top + CAPTION - 11, shorten(content, width, NOTE_SIZE), style);
}

/** Images beside each other, all with the same zoom. */
/** @param across images of a row of a contact sheet; else a single image is as large as one of two, to be compared with those of other parts */
function gridRow(images: readonly PageImage[], width: number, across?: number): Row {
  const columns = across ?? Math.max(2, images.length);
  const cell = (width - GAP * (columns - 1)) / columns;
  const widest = Math.max(...images.map((image) => image.width));
  const highest = Math.max(...images.map(({ height, aspect = 1 }) => height * aspect));
  const fit = Math.min(cell / widest, MOST_HEIGHT / highest, MOST_ZOOM);
  // Whole pixels look even, where there is room for them.
  const zoom = fit >= 3 || (across !== undefined && fit >= 1) ? Math.floor(fit) : fit;
  return {
    height: CAPTION + Math.ceil(highest * zoom) + GAP,
    draw(surface, top) {
      for (const [n, image] of images.entries()) {
        const x = Math.round(n * (cell + GAP));
        const limits = limitsOf(image);
        const across = Math.max(1, Math.round(image.width * zoom));
        const down = Math.max(1, Math.round(image.height * (image.aspect ?? 1) * zoom));
        caption(surface, x, top, cell, captionOf(image, limits));
        // A frame, so that a white image ends somewhere.
        surface.box(x - 1, top + CAPTION - 1, across + 2, down + 2, FAINT);
        surface.picture(x, top + CAPTION, across, down, paint(image, limits));
      }
    },
  };
}

/** Rows of a contact sheet, each with as many images as there is room for. */
function sheetRows(images: readonly PageImage[], width: number): Row[] {
  const widest = Math.max(LEAST_CELL, ...images.map((image) => image.width));
  const columns = Math.max(1, Math.floor((width + GAP) / (widest + GAP)));
  return Array.from({ length: Math.ceil(images.length / columns) }, (_, r) =>
    gridRow(images.slice(r * columns, (r + 1) * columns), width, columns),
  );
}

/** Images in rows from top to bottom: the wide ones each in its own, the others beside each other, or in the rows of a sheet. */
export function imagesFigure({ images, isSheet }: ImagesPart, left: number, width: number): Figure {
  const beside = images.filter(({ aspect }) => aspect !== 0);
  const rows = [
    ...(isSheet ? sheetRows(beside, width) : beside.length > 0 ? [gridRow(beside, width)] : []),
    ...images.filter(({ aspect }) => aspect === 0).map((image) => wideRow(image, left, width)),
  ];
  return {
    height: rows.reduce((sum, { height }) => sum + height, 0),
    draw(surface) {
      let top = 0;
      for (const row of rows) {
        row.draw(surface, top);
        top += row.height;
      }
    },
  };
}
