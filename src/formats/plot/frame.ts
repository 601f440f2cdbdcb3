import type { Colour } from '../png/colours.js';
import type { Scale } from './scale.js';
import { type Surface, widthOf } from './surface.js';
import { type Ticks, ticksOf } from './ticks.js';

export const INK: Colour = [20, 20, 24];
export const FAINT: Colour = [96, 96, 104];
export const GRID: Colour = [230, 230, 234];

export const TITLE_SIZE = 22;
export const LABEL_SIZE = 20;
export const TICK_SIZE = 18;
export const NOTE_SIZE = 16;

const MARGIN = 20;
const TICK = 7;
const SMALL_TICK = 4;

/** Where the curves go, in pixels. */
export interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** An axis with its marks and, once these are known, its title. */
export interface AxisPlan {
  readonly scale: Scale;
  readonly marks: Ticks;
}

/** Labels that shortened on an upright axis of this many pixels. */
export function uprightAxis(scale: Scale, pixels: number, unit = ''): AxisPlan {
  return { scale, marks: ticksOf(scale, Math.max(2, Math.floor(pixels / 56)), unit) };
}

/** As many labels as stand side by side without touching. */
export function levelAxis(scale: Scale, pixels: number, unit = ''): AxisPlan {
  for (let most = Math.floor(pixels / 70); ; most--) {
    const marks = ticksOf(scale, Math.max(1, most), unit);
    const widest = Math.max(0, ...marks.ticks.map(({ label }) => widthOf(label, TICK_SIZE)));
    const places = marks.ticks.flatMap(({ at, label }) => (label === '' ? [] : [at * pixels])).sort((a, b) => a - b);
    const apart = places.slice(1).map((place, i) => place - (places[i] ?? 0));
    const isClear = Math.min(Number.POSITIVE_INFINITY, ...apart) >= widest + 1;
    if (most <= 1 || (isClear && places.length * (widest + 16) <= pixels)) return { scale, marks };
  }
}

/** Room that the labels of an upright axis take. */
export function labelRoom({ marks }: AxisPlan): number {
  return Math.max(0, ...marks.ticks.map(({ label }) => widthOf(label, TICK_SIZE)));
}

/** Left edge of an area whose upright axis has labels of this width and a title. */
export function leftOf(axis: AxisPlan): number {
  return Math.ceil(MARGIN + LABEL_SIZE + 8 + labelRoom(axis) + TICK + 6);
}

export const TOP = MARGIN + TITLE_SIZE + NOTE_SIZE + 24;
export const BOTTOM = TICK + TICK_SIZE + LABEL_SIZE + 32;

export function drawGrid(surface: Surface, area: Area, x: AxisPlan, y: AxisPlan): void {
  for (const { at, label } of x.marks.ticks)
    if (label !== '' && at > 0.001 && at < 0.999)
      surface.box(Math.round(area.left + at * area.width), area.top, 1, area.height, GRID);
  for (const { at, label } of y.marks.ticks)
    if (label !== '' && at > 0.001 && at < 0.999)
      surface.box(area.left, Math.round(area.top + (1 - at) * area.height), area.width, 1, GRID);
}

function outline(surface: Surface, { left, top, width, height }: Area): void {
  surface.box(left - 1, top - 1, width + 2, 2, INK);
  surface.box(left - 1, top + height - 1, width + 2, 2, INK);
  surface.box(left - 1, top - 1, 2, height + 2, INK);
  surface.box(left + width - 1, top - 1, 2, height + 2, INK);
}

/** The frame around an area, its ticks outside, their labels, and both titles. */
export function drawAxes(
  surface: Surface,
  area: Area,
  x: AxisPlan & { readonly title: string },
  y: AxisPlan & { readonly title: string },
): void {
  const { left, top, width, height } = area;
  const bottom = top + height;
  for (const { at, label } of x.marks.ticks) {
    const place = left + at * width;
    surface.box(Math.round(place) - 1, bottom, 2, label === '' ? SMALL_TICK : TICK, INK);
    surface.text(place, bottom + TICK + 4 + TICK_SIZE * 0.75, label, {
      colour: INK,
      size: TICK_SIZE,
      anchor: 'middle',
    });
  }
  drawUprightTicks(surface, y, left, top, height, -1);
  outline(surface, area);
  surface.text(left + width / 2, bottom + TICK + TICK_SIZE + 14 + LABEL_SIZE * 0.75, x.title, {
    colour: INK,
    size: LABEL_SIZE,
    anchor: 'middle',
  });
  surface.text(MARGIN + LABEL_SIZE * 0.75, top + height / 2, y.title, {
    colour: INK,
    size: LABEL_SIZE,
    anchor: 'middle',
    turned: true,
  });
}

/** Ticks and labels left (-1) or right (1) of an upright line at `x`. */
function drawUprightTicks(
  surface: Surface,
  axis: AxisPlan,
  x: number,
  top: number,
  height: number,
  side: 1 | -1,
): void {
  for (const { at, label } of axis.marks.ticks) {
    const place = top + (1 - at) * height;
    const length = label === '' ? SMALL_TICK : TICK;
    surface.box(side < 0 ? x - length : x, Math.round(place) - 1, length, 2, INK);
    surface.text(x + side * (TICK + 6), place + TICK_SIZE * 0.36, label, {
      colour: INK,
      size: TICK_SIZE,
      anchor: side < 0 ? 'end' : 'start',
    });
  }
}

/** Frame and labels of a colour bar; its title is read from below, right of the labels. */
export function drawBarAxis(surface: Surface, area: Area, axis: AxisPlan, title: string): void {
  const right = area.left + area.width;
  drawUprightTicks(surface, axis, right, area.top, area.height, 1);
  outline(surface, area);
  surface.text(right + TICK + 14 + labelRoom(axis) + LABEL_SIZE * 0.75, area.top + area.height / 2, title, {
    colour: INK,
    size: LABEL_SIZE,
    anchor: 'middle',
    turned: true,
  });
}

/** Room right of a colour bar for its labels and title. */
export function barRoom(axis: AxisPlan): number {
  return Math.ceil(TICK + 14 + labelRoom(axis) + LABEL_SIZE + 12);
}

/** Texts cut to the width of the figure. */
export function drawHeading(
  surface: Surface,
  left: number,
  width: number,
  title: string,
  notes: readonly string[],
): void {
  const shortened = (content: string, size: number): string => {
    const most = Math.floor(width / (size * 0.618));
    return [...content].length <= most ? content : `${[...content].slice(0, most - 2).join('')}..`;
  };
  surface.text(left, MARGIN + TITLE_SIZE * 0.75, shortened(title, TITLE_SIZE), {
    colour: INK,
    size: TITLE_SIZE,
    anchor: 'start',
  });
  surface.text(left, MARGIN + TITLE_SIZE + 8 + NOTE_SIZE * 0.75, shortened(notes.join(', '), NOTE_SIZE), {
    colour: FAINT,
    size: NOTE_SIZE,
    anchor: 'start',
  });
}
