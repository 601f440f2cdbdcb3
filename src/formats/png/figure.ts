import type { NamedArray } from '../../core/sink.js';
import { Canvas, fitText, textWidth } from './canvas.js';
import { type Colour, type ColourMapName, colourTable, NAN_COLOUR } from './colours.js';
import type { PngOptions } from './options.js';
import { type Panel, panelsOf } from './panels.js';
import { automaticLimits, formatTick, type Limits, roundLength } from './range.js';

const INK: Colour = [20, 20, 24];
const FAINT: Colour = [110, 110, 118];
const MARGIN = 16;
const GAP = 12;
const LINE = 20;
const BAR_WIDTH = 18;
/** Longer side of one image, in pixels: alone, and as one of several. */
const TARGET_ALONE = 512;
const TARGET_GRID = 1024;

interface Look {
  readonly limits: Limits;
  readonly table: Uint8Array;
  /** Pixels of the figure for each pixel of the image. */
  readonly zoom: number;
}

function drawPanel(canvas: Canvas, panel: Panel, left: number, top: number, look: Look): boolean {
  const { low, high } = look.limits;
  let hasNan = false;
  for (let y = 0; y < panel.height; y++) {
    for (let x = 0; x < panel.width; x++) {
      const value = panel.values[y * panel.width + x] ?? Number.NaN;
      const shade = Math.round(Math.max(0, Math.min(1, (value - low) / (high - low))) * 255) * 3;
      const colour: Colour = [look.table[shade] ?? 0, look.table[shade + 1] ?? 0, look.table[shade + 2] ?? 0];
      hasNan ||= Number.isNaN(value);
      canvas.rectangle(
        left + x * look.zoom,
        top + y * look.zoom,
        look.zoom,
        look.zoom,
        Number.isNaN(value) ? NAN_COLOUR : colour,
      );
    }
  }
  canvas.outline(left, top, panel.width * look.zoom, panel.height * look.zoom, INK);
  return hasNan;
}

function drawColourBar(canvas: Canvas, left: number, top: number, height: number, look: Look, unit: string): void {
  const { low, high } = look.limits;
  for (let y = 0; y < height; y++) {
    const shade = Math.round((1 - y / Math.max(1, height - 1)) * 255) * 3;
    canvas.rectangle(left, top + y, BAR_WIDTH, 1, [
      look.table[shade] ?? 0,
      look.table[shade + 1] ?? 0,
      look.table[shade + 2] ?? 0,
    ]);
  }
  canvas.outline(left, top, BAR_WIDTH, height, INK);
  const ticks = height >= 150 ? [0, 0.25, 0.5, 0.75, 1] : height >= 70 ? [0, 0.5, 1] : [0, 1];
  for (const tick of ticks) {
    const y = top + Math.round((1 - tick) * (height - 1));
    canvas.rectangle(left + BAR_WIDTH + 1, y, 5, 1, INK);
    const label = formatTick(low + tick * (high - low), high - low);
    canvas.text(left + BAR_WIDTH + 10, Math.max(top, Math.min(top + height - 14, y - 7)), label, INK);
  }
  if (unit) canvas.text(left, top + height + 10, unit, INK);
}

/** Length of the scale bar in units and in pixels of the figure; `px` when the step of the axis has no unit. */
function scaleBar(axis: { readonly unit: string; readonly step: number }, width: number, drawn: number) {
  const known = axis.unit !== '' && axis.step !== 0 && Number.isFinite(axis.step);
  const step = known ? Math.abs(axis.step) : 1;
  const length = roundLength(Math.max(step, width * step * 0.3));
  return {
    pixels: Math.max(1, Math.round((length / step / width) * drawn)),
    label: `${length} ${known ? axis.unit : 'px'}`,
  };
}

function chooseMap(values: readonly Panel[], isVector: boolean): ColourMapName {
  if (!isVector) return 'viridis';
  const signed = values.every((panel) => Array.prototype.some.call(panel.values, (value: number) => value < 0));
  return signed ? 'diverging' : 'viridis';
}

/**
 * Draws an array as images with title, colour bar, limits and scale bar. All images of one figure share their limits.
 *
 * @throws UsageError when the array has fewer than two dimensions
 */
export function drawFigure(array: NamedArray, options: PngOptions = {}): Canvas {
  const { panels, left: omitted, xAxis, isVector } = panelsOf(array);
  const [first] = panels;
  const [columnsOfImage, rowsOfImage] = [first?.width ?? 1, first?.height ?? 1];
  const map = options.colourMap ?? chooseMap(panels, isVector);
  const values = panels.length === 1 && first ? first.values : panels.flatMap((panel) => Array.from(panel.values));
  const limits: Limits = options.limits
    ? { low: options.limits[0], high: options.limits[1], rule: 'given' }
    : automaticLimits(values, map === 'diverging');
  const columns = Math.min(panels.length, Math.ceil(Math.sqrt(panels.length)));
  const rows = Math.ceil(panels.length / columns);
  const target = panels.length === 1 ? TARGET_ALONE : Math.min(TARGET_ALONE * 0.75, TARGET_GRID / columns);
  const zoom = Math.max(1, Math.round(target / Math.max(columnsOfImage, rowsOfImage)));
  const look: Look = { limits, table: colourTable(map), zoom };
  const [width, height] = [columnsOfImage * zoom, rowsOfImage * zoom];
  const caption = panels.length > 1 ? LINE : 0;

  const ticks = [0, 0.25, 0.5, 0.75, 1].map((t) =>
    formatTick(limits.low + t * (limits.high - limits.low), limits.high - limits.low),
  );
  const barSpace =
    GAP + BAR_WIDTH + 10 + Math.max(...ticks.map((tick) => textWidth(tick)), textWidth(array.unit) - BAR_WIDTH);
  const body = columns * width + (columns - 1) * GAP;
  const top = MARGIN + LINE * 2 + 8;
  const bodyHeight = rows * (height + caption) + (rows - 1) * GAP;
  const canvas = new Canvas(Math.max(300, MARGIN * 2 + body + barSpace), top + bodyHeight + 56);
  const room = canvas.width - 2 * MARGIN;

  const heading = array.label && array.label !== array.name ? `${array.name}: ${array.label}` : array.name;
  canvas.text(MARGIN, MARGIN, fitText(heading, room), INK);
  let hasNan = false;
  panels.forEach((panel, n) => {
    const x = MARGIN + (n % columns) * (width + GAP);
    const y = top + Math.floor(n / columns) * (height + caption + GAP);
    if (caption > 0) canvas.text(x, y, fitText(panel.caption, width), INK);
    hasNan = drawPanel(canvas, panel, x, y + caption, look) || hasNan;
  });
  const range = `${formatTick(limits.low, limits.high - limits.low)} to ${formatTick(limits.high, limits.high - limits.low)}`;
  const rest = omitted > 0 ? `, first ${panels.length} of ${panels.length + omitted}` : '';
  const facts = `${range}  (${limits.rule}${rest})`;
  const size = textWidth(facts) <= room ? 2 : 1;
  canvas.text(MARGIN, MARGIN + LINE, fitText(facts, room, size), FAINT, size);
  drawColourBar(canvas, MARGIN + body + GAP, top + caption, bodyHeight - caption, look, array.unit);
  const below = top + bodyHeight + 12;
  const bar = scaleBar(xAxis, columnsOfImage, width);
  canvas.rectangle(MARGIN, below, bar.pixels, 6, INK);
  canvas.text(MARGIN, below + 14, bar.label, INK);
  if (hasNan) {
    const x = MARGIN + Math.max(bar.pixels, textWidth(bar.label)) + 24;
    canvas.rectangle(x, below + 14, 14, 14, NAN_COLOUR);
    canvas.text(x + 22, below + 14, 'NaN', INK);
  }
  return canvas;
}
