import type { NamedArray } from '../../core/sink.js';
import { plainAxis } from '../../core/stack.js';
import { Canvas, fitText, textWidth } from './canvas.js';
import type { Colour } from './colours.js';
import type { PngOptions } from './options.js';
import { formatTick } from './range.js';

const INK: Colour = [20, 20, 24];
const GRID: Colour = [222, 222, 226];
const CURVE: Colour = [47, 95, 179];
const WIDTH = 640;
const HEIGHT = 300;
const MARGIN = 16;
const TOP = 64;
const TICKS = [0, 0.25, 0.5, 0.75, 1];

/** Smallest and largest finite value, pulled apart when they are equal. */
function extremes(values: ArrayLike<number>): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN;
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return [0, 1];
  return low === high ? [low - (Math.abs(low) * 0.01 || 1), high + (Math.abs(high) * 0.01 || 1)] : [low, high];
}

/** A curve over its one axis; gaps where values are not finite. More points than pixels are drawn all the same. */
export function drawPlot(array: NamedArray, options: PngOptions): Canvas {
  const axis = array.axes[0] ?? plainAxis(0);
  const count = array.data.length;
  const [low, high] = options.limits ?? extremes(array.data);
  const labels = TICKS.map((tick) => formatTick(low + tick * (high - low), high - low));
  const left = MARGIN + Math.max(...labels.map((label) => textWidth(label))) + 12;
  const canvas = new Canvas(left + WIDTH + MARGIN, TOP + HEIGHT + 64);

  const title = array.label && array.label !== array.name ? `${array.name}: ${array.label}` : array.name;
  canvas.text(MARGIN, MARGIN, fitText(title, WIDTH), INK);
  if (array.unit) canvas.text(MARGIN, MARGIN + 22, fitText(array.unit, WIDTH), INK);
  const last = Math.max(1, count - 1);
  TICKS.forEach((tick, n) => {
    const y = TOP + Math.round((1 - tick) * (HEIGHT - 1));
    const x = left + Math.round(tick * (WIDTH - 1));
    canvas.rectangle(left, y, WIDTH, 1, GRID);
    canvas.rectangle(x, TOP, 1, HEIGHT, GRID);
    const label = labels[n] ?? '';
    canvas.text(left - 8 - textWidth(label), Math.min(y - 7, TOP + HEIGHT - 14), label, INK);
    const position = formatTick(axis.origin + tick * last * axis.step, last * Math.abs(axis.step));
    const room = textWidth(position);
    canvas.text(Math.max(left, Math.min(x - (room >> 1), left + WIDTH - room)), TOP + HEIGHT + 10, position, INK);
  });
  const name = axis.unit ? `${axis.name} (${axis.unit})` : axis.name;
  canvas.text(left + ((WIDTH - textWidth(name)) >> 1), TOP + HEIGHT + 34, name, INK);

  const height = (value: number) => TOP + (1 - Math.max(0, Math.min(1, (value - low) / (high - low)))) * (HEIGHT - 2);
  const across = (i: number) => left + (i / last) * (WIDTH - 2);
  for (let i = 0; i < count; i++) {
    const [before, value] = [array.data[i - 1] ?? Number.NaN, array.data[i] ?? Number.NaN];
    if (!Number.isFinite(value)) continue;
    const start = Number.isFinite(before) ? [across(i - 1), height(before)] : [across(i), height(value)];
    canvas.line(start[0] ?? 0, start[1] ?? 0, across(i), height(value), CURVE);
  }
  canvas.outline(left, TOP, WIDTH, HEIGHT, INK);
  return canvas;
}
