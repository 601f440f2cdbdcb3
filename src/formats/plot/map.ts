import type { NamedArray } from '../../core/sink.js';
import { type Axis, plainAxis } from '../../core/stack.js';
import { type ColourMapName, colourTable, NAN_COLOUR } from '../png/colours.js';
import type { PngOptions } from '../png/options.js';
import { automaticLimits, formatTick, sortedSample } from '../png/range.js';
import {
  BOTTOM,
  barRoom,
  drawAxes,
  drawBarAxis,
  drawHeading,
  FAINT,
  leftOf,
  levelAxis,
  NOTE_SIZE,
  TOP,
  uprightAxis,
} from './frame.js';
import { COLOUR_THRESHOLDS, chooseScale, makeScale, type Scale } from './scale.js';
import type { Picture, Surface } from './surface.js';
import { frameAxis, printedUnit, titleOf } from './words.js';

/** Size of a figure of a map, in pixels. */
export const MAP_WIDTH = 1000;
export const MAP_HEIGHT = 640;
const BAR = 22;
const BAR_GAP = 18;
/** Larger maps are averaged over blocks: as many bins and rows as a figure has pixels. */
const MOST_COLUMNS = 2000;
const MOST_ROWS = 1000;

/** A map over two axes: row r, column c at values[r * columns + c]. */
interface Grid {
  readonly rows: number;
  readonly columns: number;
  readonly values: ArrayLike<number>;
}

/** Averages blocks of rows and columns; one that is no number makes its block none. */
function reduced(grid: Grid): Grid {
  const [down, across] = [Math.ceil(grid.rows / MOST_ROWS), Math.ceil(grid.columns / MOST_COLUMNS)];
  if (down <= 1 && across <= 1) return grid;
  const [rows, columns] = [Math.ceil(grid.rows / down), Math.ceil(grid.columns / across)];
  const sums = new Float64Array(rows * columns);
  const counts = new Uint32Array(rows * columns);
  for (let r = 0; r < grid.rows; r++) {
    for (let c = 0; c < grid.columns; c++) {
      const at = Math.floor(r / down) * columns + Math.floor(c / across);
      sums[at] = (sums[at] ?? 0) + (grid.values[r * grid.columns + c] ?? 0);
      counts[at] = (counts[at] ?? 0) + 1;
    }
  }
  return { rows, columns, values: sums.map((sum, i) => sum / (counts[i] ?? 1)) };
}

interface Colours {
  readonly scale: Scale;
  readonly notes: string[];
}

function colourScale(values: ArrayLike<number>, unit: string, options: PngOptions): Colours {
  const kind = options.scale ?? chooseScale(sortedSample(values), COLOUR_THRESHOLDS).kind;
  const found = automaticLimits(values, false);
  let [low, high] = options.limits ?? [found.low, found.high];
  const notes: string[] = [];
  const bent = kind !== 'linear' && high > 0 && low > -1e-3 * high;
  if (bent && kind === 'log' && !options.limits) low = Math.max(low, high * 1e-4);
  if (bent && kind === 'sqrt' && !options.limits) low = Math.max(low, 0);
  if (bent && (kind === 'sqrt' || low > 0)) notes.push(kind === 'sqrt' ? 'square root colours' : 'logarithmic colours');
  const scale = makeScale(notes.length > 0 ? kind : 'linear', low, high);
  const span = high - low;
  const printed = unit ? ` ${printedUnit(unit)}` : '';
  notes.push(
    `${formatTick(low, span)} to ${formatTick(high, span)}${printed} (${options.limits ? 'given' : found.rule})`,
  );
  return { scale, notes };
}

/** The map as a picture, its first row at the bottom. */
function paint(grid: Grid, scale: Scale, table: Uint8Array): { picture: Picture; missing: boolean } {
  const { rows, columns, values } = grid;
  const pixels = new Uint8Array(rows * columns * 3);
  let missing = false;
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const value = values[(rows - 1 - r) * columns + c] ?? Number.NaN;
      const at = scale.at(value);
      // What a logarithm has no place for is below all colours, not missing.
      const place = Number.isNaN(at) ? 0 : Math.max(0, Math.min(1, at));
      const shade = Math.round(place * 255) * 3;
      missing ||= Number.isNaN(value);
      pixels.set(Number.isNaN(value) ? NAN_COLOUR : table.subarray(shade, shade + 3), (r * columns + c) * 3);
    }
  }
  return { picture: { width: columns, height: rows, pixels }, missing };
}

/** Bins reach half a step to both sides of their coordinate. */
function edges(axis: Axis, extent: number): Scale {
  const step = axis.step === 0 ? 1 : axis.step;
  return makeScale('linear', axis.origin - step / 2, axis.origin + (extent - 0.5) * step);
}

function drawColourBar(
  surface: Surface,
  left: number,
  height: number,
  scale: Scale,
  table: Uint8Array,
  title: string,
): void {
  const pixels = new Uint8Array(256 * 3);
  for (let i = 0; i < 256; i++) pixels.set(table.subarray((255 - i) * 3, (255 - i) * 3 + 3), i * 3);
  surface.picture(left, TOP, BAR, height, { width: 1, height: 256, pixels });
  drawBarAxis(surface, { left, top: TOP, width: BAR, height }, uprightAxis(scale, height), title);
}

/**
 * Draws a map over two axes, such as a cake (azimuth up, radius to the right) or a series of curves (frames up), with
 * a colour bar. The first row is at the bottom.
 *
 * @param array of two or more dimensions; all but the last are taken together as rows
 */
export function drawMap(surface: Surface, array: NamedArray, options: PngOptions): void {
  const columns = array.shape.at(-1) ?? 1;
  const rows = array.data.length / columns;
  const grid = reduced({ rows, columns, values: array.data });
  const { scale, notes } = colourScale(grid.values, array.unit, options);
  const map: ColourMapName = options.colourMap ?? 'viridis';
  const table = colourTable(map);
  const xAxis = array.axes.at(-1) ?? plainAxis(1);
  // A scan of two dimensions has no axis that all its positions lie on.
  const leading = array.shape.filter((extent, d) => d < array.shape.length - 1 && extent > 1).length;
  const yAxis = leading > 1 ? frameAxis(undefined) : frameAxis(array.axes.at(-2));

  const height = MAP_HEIGHT - TOP - BOTTOM;
  const bar = uprightAxis(scale, height);
  const y = uprightAxis(edges(yAxis, rows), height, yAxis.unit);
  const left = leftOf(y);
  const width = MAP_WIDTH - left - BAR_GAP - BAR - barRoom(bar);
  const area = { left, top: TOP, width, height };
  const x = levelAxis(edges(xAxis, columns), width, xAxis.unit);
  const { picture, missing } = paint(grid, scale, table);
  surface.picture(area.left, area.top, area.width, area.height, picture);
  drawAxes(
    surface,
    area,
    { ...x, title: titleOf(xAxis.name, xAxis.unit, x.marks.exponent) },
    { ...y, title: titleOf(yAxis.name, yAxis.unit, y.marks.exponent) },
  );
  const title = titleOf(array.label || array.name, array.unit, bar.marks.exponent);
  drawColourBar(surface, area.left + width + BAR_GAP, height, scale, table, title);
  const heading = array.label && array.label !== array.name ? `${array.name}: ${array.label}` : array.name;
  drawHeading(surface, left, MAP_WIDTH - left - 24, heading, notes);
  if (missing) {
    const right = area.left + width + BAR_GAP;
    surface.box(right, TOP + height + 24, 16, 16, NAN_COLOUR);
    surface.text(right + 24, TOP + height + 38, 'NaN', { colour: FAINT, size: NOTE_SIZE, anchor: 'start' });
  }
}
