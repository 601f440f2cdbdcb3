import type { CurvesPart, PageAxis } from '../../core/page.js';
import { bandAround, type Places, runsOf } from '../plot/curve-points.js';
import { COLOURS, pale } from '../plot/curves.js';
import {
  type Area,
  type AxisPlan,
  BOTTOM,
  drawAxes,
  drawGrid,
  FAINT,
  leftOf,
  levelAxis,
  NOTE_SIZE,
} from '../plot/frame.js';
import { makeScale } from '../plot/scale.js';
import { type Surface, widthOf } from '../plot/surface.js';
import { superscript, ticksOf } from '../plot/ticks.js';
import { valueScale } from '../plot/value-scale.js';
import { titleOf } from '../plot/words.js';
import type { Colour } from '../png/colours.js';
import type { Figure } from './figure.js';

const PLOT_HEIGHT = 220;
/** As `levelAxis` counts. */
const PIXELS_A_LABEL = 70;
/** Labels of the values, at most. */
const MOST_TICKS = 6;
const LEGEND_HEIGHT = 34;
const HEAD = 16;
/** Below the name of an axis the next part may begin sooner than in a figure of its own. */
export const SPARE = 16;
/** Room right of a plot, for half of the last label. */
const RIGHT = 36;

/** What deserves a look. */
export const MARK: Colour = [226, 160, 160];

/** Fewer points than this are marked one by one. */
const FEW_POINTS = 60;

/** Values, and values with their errors, as one list. */
function reachOf({ lines }: CurvesPart): Float64Array {
  const all = lines.flatMap(({ values, errors }) =>
    Array.from(values, (value, i) => {
      const error = errors?.[i] ?? 0;
      return Number.isFinite(error) ? [value - error, value + error] : [value];
    }).flat(),
  );
  return Float64Array.from(all);
}

function valueAxis(part: CurvesPart): AxisPlan {
  const data = reachOf(part);
  const signal = { name: part.title, shape: [data.length], data, axes: [], unit: part.unit, label: part.title };
  const { scale } = valueScale({ signal, errors: null }, { scale: 'linear' });
  return { scale, marks: ticksOf(scale, MOST_TICKS) };
}

/** Room left of the plot for the labels of its values. */
export function roomOfCurves(part: CurvesPart): number {
  return leftOf(valueAxis(part));
}

/** The axis of `count` places, each as wide as a step, over `width` pixels. */
export function placesAxis({ origin, step }: PageAxis, count: number, width: number): AxisPlan {
  // No more labels than places: there is no frame 0.5.
  const room = Math.min(width, PIXELS_A_LABEL * count);
  return levelAxis(makeScale('linear', origin - step / 2, origin + (count - 0.5) * step), room);
}

/** Where the plot of a figure lies whose values begin `left` from its edge. */
export function areaFrom(left: number, top: number, width: number, height: number): Area {
  return { left, top, width: width - left - RIGHT, height };
}

function drawLegend(surface: Surface, { lines }: CurvesPart, left: number): void {
  let place = left;
  for (const [n, { label }] of lines.entries()) {
    const colour = COLOURS[n % COLOURS.length] ?? FAINT;
    surface.box(place, LEGEND_HEIGHT - 17, 24, 4, colour);
    surface.text(place + 32, LEGEND_HEIGHT - 10, label, { colour, size: NOTE_SIZE, anchor: 'start' });
    place += 32 + widthOf(label, NOTE_SIZE) + 26;
  }
  const style = { colour: FAINT, size: NOTE_SIZE, anchor: 'start' } as const;
  if (lines.some(({ errors }) => errors)) surface.text(place, LEGEND_HEIGHT - 10, 'bands: standard errors', style);
}

/** Curves over one axis, with a legend when there are several, errors as bands, and lines at marked places. */
export function curvesFigure(part: CurvesPart, left: number, width: number): Figure {
  const { lines, axis, marks = [] } = part;
  const hasLegend = lines.length > 1 || lines.some(({ errors }) => errors);
  const top = hasLegend ? LEGEND_HEIGHT : HEAD;
  const area = areaFrom(left, top, width, PLOT_HEIGHT);
  const bins = Math.max(1, ...lines.map(({ values }) => values.length));
  const y = valueAxis(part);
  const x = placesAxis(axis, bins, area.width);
  const across = (i: number) => x.scale.at(axis.origin + i * axis.step);
  const places: Places = { area, bins, across, up: y.scale.at, lowest: Number.NEGATIVE_INFINITY };
  return {
    height: top + PLOT_HEIGHT + BOTTOM - SPARE,
    draw(surface) {
      drawGrid(surface, area, x, y);
      for (const mark of marks) {
        const at = x.scale.at(mark);
        if (at >= 0 && at <= 1) surface.box(Math.round(area.left + at * area.width), top, 2, PLOT_HEIGHT, MARK);
      }
      for (const [n, { values, errors }] of lines.entries())
        for (const outline of errors ? bandAround(values, errors, places) : [])
          surface.area(outline, pale(COLOURS[n % COLOURS.length] ?? FAINT));
      for (const [n, { values }] of lines.entries()) {
        const colour = COLOURS[n % COLOURS.length] ?? FAINT;
        for (const run of runsOf(values, places)) {
          if (run.length > 1) surface.line(run, colour, bins > 400 ? 1.4 : 2);
          if (run.length === 1 || bins <= FEW_POINTS) for (const [px, py] of run) surface.dot(px, py, 3.2, colour);
        }
      }
      if (hasLegend) drawLegend(surface, part, left);
      const { exponent } = y.marks;
      const title = exponent === 0 ? part.unit : `10${superscript(exponent)} ${part.unit}`;
      drawAxes(surface, area, { ...x, title: titleOf(axis.name, axis.unit, x.marks.exponent) }, { ...y, title });
    },
  };
}
