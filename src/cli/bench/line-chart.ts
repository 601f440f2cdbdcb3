import { element, label, ticks } from './svg.js';

/** One curve over numbers of workers. */
export interface Curve {
  readonly name: string;
  readonly points: readonly { readonly workers: number; readonly value: number }[];
}

/** One panel of curves. */
export interface Panel {
  readonly title: string;
  readonly unit: string;
  readonly curves: readonly Curve[];
  /** Draw y = workers, up to `cores`, for comparison. */
  readonly ideal: number | null;
}

const WIDTH = 310;
const LEFT = 40;
const RIGHT = 14;
const TOP = 30;
const PLOT_BOTTOM = 178;
/** Doublings from 1 worker to the right edge, at least. */
const DOUBLINGS = 1;
/** Longest name that leaves room for another beside it. */
const SHORT_NAME = 16;
const LINE = 16;

const legendColumns = (curves: readonly Curve[]): number =>
  curves.every(({ name }) => name.length <= SHORT_NAME) ? 2 : 1;

const heightOf = (curves: readonly Curve[]): number =>
  PLOT_BOTTOM + 40 + Math.max(2, Math.ceil(curves.length / legendColumns(curves))) * LINE;

function legend(curves: readonly Curve[]): string {
  const columns = legendColumns(curves);
  return curves
    .map(({ name }, i) => {
      const left = LEFT + (i % columns) * 130;
      const y = PLOT_BOTTOM + 38 + Math.floor(i / columns) * LINE;
      return (
        element('path', { d: `M${left} ${y - 4}h16`, class: `curve curve-${i}` }) +
        label(left + 22, y, name, { class: 'tick' })
      );
    })
    .join('');
}

/** Values over 1, 2, 4, 8, 16 workers and more; the axis of workers is logarithmic. */
export function lineChart({ title, unit, curves, ideal }: Panel): string {
  const highest = Math.max(0, ...curves.flatMap(({ points }) => points.map(({ value }) => value)), ideal ?? 0);
  const most = Math.max(1, ...curves.flatMap(({ points }) => points.map(({ workers }) => workers)));
  const doublings = Math.max(DOUBLINGS, Math.ceil(Math.log2(most)));
  const powers = Array.from({ length: doublings + 1 }, (_, k) => 2 ** k);
  const x = (workers: number): number => LEFT + (Math.log2(workers) / doublings) * (WIDTH - LEFT - RIGHT);
  const marks = ticks(highest * 1.05, 5);
  const top = marks[marks.length - 1] || 1;
  const y = (value: number): number => PLOT_BOTTOM - (value / top) * (PLOT_BOTTOM - TOP);
  const grid = marks.map(
    (value) =>
      element('path', { d: `M${LEFT} ${y(value).toFixed(1)}H${WIDTH - RIGHT}`, class: 'grid' }) +
      label(LEFT - 6, y(value) + 4, String(value), { class: 'tick', 'text-anchor': 'end' }),
  );
  const counts = powers.map((workers) =>
    label(x(workers), PLOT_BOTTOM + 15, String(workers), { class: 'tick', 'text-anchor': 'middle' }),
  );
  const straight =
    ideal === null
      ? ''
      : element('path', {
          d: `M${powers.map((workers) => `${x(workers).toFixed(1)} ${y(Math.min(workers, ideal)).toFixed(1)}`).join('L')}`,
          class: 'ideal',
        });
  const lines = curves.map(({ points }, i) => {
    const path = points.map(({ workers, value }) => `${x(workers).toFixed(1)} ${y(value).toFixed(1)}`).join('L');
    const dots = points.map(({ workers, value }) =>
      element('circle', { cx: x(workers), cy: y(value), r: 2.6, class: `dot curve-${i}` }),
    );
    return element('path', { d: `M${path}`, class: `curve curve-${i}` }) + dots.join('');
  });
  const heading =
    label(LEFT, 16, title, { class: 'panel-title' }) +
    label(WIDTH - RIGHT, 16, unit, { class: 'tick', 'text-anchor': 'end' });
  return element(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${heightOf(curves)}`, role: 'img', 'aria-label': `${title}, ${unit}` },
    [heading, ...grid, ...counts, straight, ...lines, legend(curves)].join(''),
  );
}
