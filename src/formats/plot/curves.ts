import { UsageError } from '../../core/errors.js';
import { plainAxis } from '../../core/stack.js';
import { entryCount, entryName, type Measured } from '../measured.js';
import type { Colour } from '../png/colours.js';
import type { PngOptions } from '../png/options.js';
import { sortedSample } from '../png/range.js';
import {
  BOTTOM,
  drawAxes,
  drawGrid,
  drawHeading,
  FAINT,
  leftOf,
  levelAxis,
  NOTE_SIZE,
  TOP,
  uprightAxis,
} from './frame.js';
import { CURVE_THRESHOLDS, chooseScale, makeScale, type Scale } from './scale.js';
import { type Point, type Surface, widthOf } from './surface.js';
import { frameAxis, titleOf } from './words.js';

/** Size of a figure of curves, in pixels. */
export const CURVES_WIDTH = 1000;
export const CURVES_HEIGHT = 620;
const RIGHT = 28;

const COLOURS: readonly Colour[] = [
  [47, 95, 179],
  [204, 85, 34],
  [34, 139, 94],
  [148, 68, 160],
  [176, 134, 20],
  [90, 90, 98],
];

/** More curves than this are drawn as a map. */
export const MOST_CURVES = COLOURS.length;

/** Fewer points than this are marked one by one. */
const FEW_POINTS = 60;

const pale = (colour: Colour): Colour => [mix(colour[0]), mix(colour[1]), mix(colour[2])];
const mix = (shade: number): number => Math.round(255 - (255 - shade) * 0.3);

interface Range {
  readonly scale: Scale;
  /** How it was chosen, in words. */
  readonly notes: string[];
}

/** The scale of the values: from 0 where they come near it, and bent where a few are far brighter than the rest. */
function valueScale({ signal, errors }: Measured, options: PngOptions): Range {
  const sorted = sortedSample(signal.data);
  const notes: string[] = [];
  const chosen = options.scale ?? chooseScale(sorted, CURVE_THRESHOLDS).kind;
  const count = signal.data.length;
  let finite = 0;
  let [low, high, positive] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let i = 0; i < count; i++) {
    const value = signal.data[i] ?? Number.NaN;
    if (!Number.isFinite(value)) continue;
    finite++;
    const error = Math.abs(errors?.data[i] ?? 0);
    const spread = Number.isFinite(error) ? error : 0;
    low = Math.min(low, value - spread);
    high = Math.max(high, value + spread);
    if (value > 0) positive = Math.min(positive, value);
  }
  if (finite < count) notes.push(`${count - finite} of ${count} values are NaN`);
  if (options.limits) return { scale: makeScale(chosen, ...options.limits), notes };
  if (finite === 0) return { scale: makeScale('linear', 0, 1), notes };
  if (low === high || high <= 0) {
    if (low === high) notes.unshift('constant');
    const apart = low === high ? Math.abs(low) * 0.1 || 1 : (high - low) * 0.05;
    return { scale: makeScale('linear', low > 0 ? 0 : low - apart, high + apart), notes };
  }
  if (chosen === 'log' && Number.isFinite(positive)) {
    const from = Math.max(positive, high * 1e-6);
    notes.unshift('logarithmic scale');
    if (low <= 0) notes.push('values of 0 and less are not drawn');
    return { scale: makeScale('log', from * 0.8, high * 1.4), notes };
  }
  if (chosen === 'sqrt' && low >= 0) {
    notes.unshift('square root scale');
    return { scale: makeScale('sqrt', 0, high * 1.1), notes };
  }
  const room = (high - low) * 0.05;
  return { scale: makeScale('linear', low >= 0 && low < 0.5 * high ? 0 : low - room, high + room), notes };
}

/** Runs of points that can be joined, at most two per column of pixels: the lowest and the highest. */
function runsOf(points: readonly Point[], most: number): Point[][] {
  const runs: Point[][] = [];
  let run: Point[] = [];
  const thin = points.length > 2 * most;
  for (const point of [...points, [0, Number.NaN] as const]) {
    if (!Number.isFinite(point[1])) {
      if (run.length > 0) runs.push(run);
      run = [];
      continue;
    }
    const [before, last] = [run.at(-2), run.at(-1)];
    const column = Math.floor(point[0]);
    if (thin && before && last && Math.floor(before[0]) === column && Math.floor(last[0]) === column) {
      const [low, high] = [Math.min(before[1], last[1], point[1]), Math.max(before[1], last[1], point[1])];
      run.splice(-2, 2, [before[0], before[1] <= last[1] ? low : high], [last[0], before[1] <= last[1] ? high : low]);
    } else run.push(point);
  }
  return runs;
}

/**
 * Draws one curve, or a few over each other, over their axis, with uncertainties as a band. Gaps stand for what is no
 * number.
 *
 * @throws UsageError for more curves than can be told apart
 */
export function drawCurves(surface: Surface, measured: Measured, options: PngOptions): void {
  const { signal, errors } = measured;
  const axis = signal.axes.at(-1) ?? plainAxis(0);
  const bins = signal.shape.at(-1) ?? 1;
  const count = signal.data.length / bins;
  if (count > MOST_CURVES) throw new UsageError('too-many-curves', `${count} curves cannot be told apart in one plot.`);
  const { scale, notes } = valueScale(measured, options);
  const height = CURVES_HEIGHT - TOP - BOTTOM;
  const y = uprightAxis(scale, height);
  const left = leftOf(y);
  const area = { left, top: TOP, width: CURVES_WIDTH - left - RIGHT, height };
  const step = axis.step === 0 ? 1 : axis.step;
  // A single bin is as wide as the figure; several reach from edge to edge.
  const reach =
    bins > 1 ? [axis.origin, axis.origin + (bins - 1) * step] : [axis.origin - step / 2, axis.origin + step / 2];
  const x = levelAxis(makeScale('linear', reach[0] ?? 0, reach[1] ?? 1), area.width);
  drawGrid(surface, area, x, y);
  const place = (i: number, value: number): Point => [
    area.left + x.scale.at(axis.origin + i * step) * area.width,
    area.top + (1 - Math.max(-0.01, Math.min(1, scale.at(value)))) * area.height,
  ];
  const bottom = scale.kind === 'log' ? scale.low : Number.NEGATIVE_INFINITY;
  for (let n = 0; n < count; n++) {
    const colour = COLOURS[n] ?? FAINT;
    const value = (i: number): number => signal.data[n * bins + i] ?? Number.NaN;
    if (errors) {
      const error = (i: number): number => Math.abs(errors.data[n * bins + i] ?? Number.NaN);
      // More bins than pixels share columns: there the band reaches over all of them.
      const share = Math.ceil(bins / area.width);
      const edges = (sign: 1 | -1): Point[] =>
        Array.from({ length: Math.ceil(bins / share) }, (_, k) => {
          const first = k * share;
          let edge = Number.NaN;
          for (let i = first; i < Math.min(bins, first + share); i++) {
            const one = Math.max(bottom, value(i) + sign * error(i));
            if (Number.isNaN(edge) || sign * one > sign * edge) edge = one;
          }
          return place(first, edge);
        });
      const [upper, lower] = [runsOf(edges(1), Number.POSITIVE_INFINITY), runsOf(edges(-1), Number.POSITIVE_INFINITY)];
      for (const [k, run] of upper.entries()) surface.area([...run, ...(lower[k] ?? []).toReversed()], pale(colour));
    }
  }
  for (let n = 0; n < count; n++) {
    const colour = COLOURS[n] ?? FAINT;
    const points = Array.from({ length: bins }, (_, i) => place(i, signal.data[n * bins + i] ?? Number.NaN));
    for (const run of runsOf(points, area.width)) {
      const [first] = run;
      if (run.length === 1 && first) surface.dot(first[0], first[1], 2, colour);
      else surface.line(run, colour, bins > FEW_POINTS ? 2 : 2.5);
    }
    if (bins <= FEW_POINTS) for (const [px, py] of points) if (Number.isFinite(py)) surface.dot(px, py, 4.5, colour);
  }
  drawAxes(
    surface,
    area,
    { ...x, title: titleOf(axis.name, axis.unit, x.marks.exponent) },
    { ...y, title: titleOf(signal.label || signal.name, signal.unit, y.marks.exponent) },
  );
  const heading = signal.label && signal.label !== signal.name ? `${signal.name}: ${signal.label}` : signal.name;
  if (errors) notes.push(`band: ${errors.name}`);
  drawHeading(surface, area.left, area.width, heading, notes);
  if (count > 1) drawLegend(surface, measured, area.left + area.width);
}

/** Names of curves, right of the heading. */
function drawLegend(surface: Surface, { signal }: Measured, right: number): void {
  let place = right;
  const name = frameAxis(signal.axes[0]).name;
  for (let n = entryCount(signal) - 1; n >= 0; n--) {
    const content = n === 0 ? `${name} ${entryName(signal, n)}` : entryName(signal, n);
    surface.text(place, TOP - 14, content, { colour: COLOURS[n] ?? FAINT, size: NOTE_SIZE, anchor: 'end' });
    place -= widthOf(content, NOTE_SIZE) + 46;
    surface.line(
      [
        [place + 18, TOP - 20],
        [place + 40, TOP - 20],
      ],
      COLOURS[n] ?? FAINT,
      3,
    );
  }
}
