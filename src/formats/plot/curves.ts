import { UsageError } from '../../core/errors.js';
import type { NamedArray } from '../../core/sink.js';
import { plainAxis } from '../../core/stack.js';
import { entryCount, entryName, type Measured } from '../measured.js';
import type { Colour } from '../png/colours.js';
import type { PngOptions } from '../png/options.js';
import { bandAround, type Places, runsOf } from './curve-points.js';
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
import { makeScale } from './scale.js';
import { type Surface, widthOf } from './surface.js';
import { valueScale } from './value-scale.js';
import { frameAxis, titleOf } from './words.js';

/** Size of a figure of curves, in pixels. */
export const CURVES_WIDTH = 1000;
export const CURVES_HEIGHT = 620;
const RIGHT = 28;

/** Of curves that are drawn together, in their order. */
export const COLOURS: readonly Colour[] = [
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

/** The colour of the band around a curve. */
export const pale = (colour: Colour): Colour => [mix(colour[0]), mix(colour[1]), mix(colour[2])];
const mix = (shade: number): number => Math.round(255 - (255 - shade) * 0.3);

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
  const places: Places = {
    area,
    bins,
    across: (i) => x.scale.at(axis.origin + i * step),
    up: scale.at,
    lowest: scale.kind === 'log' ? scale.low : Number.NEGATIVE_INFINITY,
  };
  const curve = (array: NamedArray, n: number) => array.data.subarray(n * bins, (n + 1) * bins);
  for (let n = 0; errors && n < count; n++)
    for (const outline of bandAround(curve(signal, n), curve(errors, n), places))
      surface.area(outline, pale(COLOURS[n] ?? FAINT));
  for (let n = 0; n < count; n++) {
    const colour = COLOURS[n] ?? FAINT;
    for (const run of runsOf(curve(signal, n), places)) {
      const [first] = run;
      if (run.length === 1 && first) surface.dot(first[0], first[1], 2, colour);
      else surface.line(run, colour, bins > FEW_POINTS ? 2 : 2.5);
      if (bins <= FEW_POINTS) for (const [px, py] of run) surface.dot(px, py, 4.5, colour);
    }
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
