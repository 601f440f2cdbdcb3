import { gibPerSecond, rowLetter } from './cells.js';
import type { GroupReport } from './report.js';
import type { RowSummary } from './summary.js';
import { element, escapeText, label, ticks } from './svg.js';

const WIDTH = 960;
const LEFT = 290;
const RIGHT = 70;
const TOP = 68;
const STEP = 17;

/** A rate that no row exceeds for long, drawn as a line across the bars. */
interface Roof {
  readonly name: string;
  readonly rate: number;
  /** All that happens on the cores, one after the other. */
  readonly isSum: boolean;
}

const GiB = 2 ** 30;

/** Roofs in decoded bytes per second, for all cores. */
function roofsOf({ floors, files }: GroupReport, cores: number): Roof[] {
  const [first] = Object.values(files);
  const ratio = first ? first.decodedBytes / first.storedBytes : 1;
  const onCores: [string, number | null][] = [
    ['memory', floors.cached.all === null ? null : floors.cached.all * ratio],
    ['decode', floors.decode === null ? null : floors.decode * cores],
    ['arithmetic', floors.arithmetic === null ? null : floors.arithmetic * cores],
  ];
  const alone = onCores.flatMap(([name, rate]) => (rate === null ? [] : [{ name, rate, isSum: false }]));
  const sum = 1 / alone.reduce((seconds, { rate }) => seconds + 1 / rate, 0);
  const disk = floors.disk === null ? [] : [{ name: 'disk, uncached', rate: floors.disk * ratio, isSum: false }];
  return [...disk, ...alone, ...(alone.length > 1 ? [{ name: 'in turn', rate: sum, isSum: true }] : [])];
}

/** Whether anything was measured that bounds the bars. */
export function hasRoofs(group: GroupReport): boolean {
  return roofsOf(group, 1).length > 0;
}

/** The bar itself, and the text beside it, which stands over the roofs. */
function bar(row: RowSummary, y: number, x: (rate: number) => number): { shape: string; text: string } {
  const { configuration, rate, seconds, reason } = row;
  const name = label(LEFT - 8, y + 11, `${rowLetter(row)} ${configuration.label}`.trim(), {
    class: 'name',
    'text-anchor': 'end',
  });
  if (rate === null || !seconds)
    return { shape: '', text: name + label(LEFT + 6, y + 11, reason ?? 'not run', { class: 'quiet value' }) };
  const bytes = rate * seconds.median;
  const [low, high] = [x(bytes / seconds.max), x(bytes / seconds.min)];
  const isCut = x(rate) >= EDGE;
  const title = element('title', {}, escapeText(`${configuration.label}: ${gibPerSecond(rate)} GiB/s`));
  const box = { x: LEFT, y: y + 1, width: Math.max(1, x(rate) - LEFT), height: 12, rx: 2 };
  const range = element('path', { d: `M${low.toFixed(1)} ${y + 7}H${high.toFixed(1)}`, class: 'range' });
  return {
    shape: element('rect', { ...box, class: `bar row-${configuration.row}` }, title) + range,
    text:
      name +
      label(Math.max(x(rate), high) + 6, y + 11, `${isCut ? '» ' : ''}${gibPerSecond(rate)}`, { class: 'value' }),
  };
}

/** Rows that read nothing while they are timed: on compressed data they are faster than the others by far. */
function isInMemory({ configuration: { engine } }: RowSummary): boolean {
  return engine.kind === 'resident' || (engine.kind === 'peer' && engine.mode === 'memory');
}

/** Bars longer than the scale end at its edge. */
const EDGE = WIDTH - RIGHT;

/** Throughput of every row, with the roofs: disk, memory, decoding and arithmetic of all cores. */
export function throughputChart(group: GroupReport, cores: number): string {
  const rows = group.rows.filter(({ configuration }) => configuration.row !== 'floor');
  const rates = (some: readonly RowSummary[]): number[] => some.map(({ rate }) => rate ?? 0);
  const reading = Math.max(GiB / 1e3, ...rates(rows.filter((row) => !isInMemory(row))));
  const overall = Math.max(reading, ...rates(rows));
  const fastest = overall > 3 * reading && reading > GiB / 1e3 ? reading : overall;
  // A roof far above every bar would squeeze the bars; it is named in the corner instead.
  const all = roofsOf(group, cores).toSorted((a, b) => a.rate - b.rate);
  const reach = Math.max(fastest * 1.1, ...all.map(({ rate }) => (rate < 2 * fastest ? rate * 1.02 : 0)));
  const marks = ticks(reach / GiB, 8);
  const top = (marks[marks.length - 1] ?? 1) * GiB;
  const x = (rate: number): number => Math.min(EDGE, LEFT + (rate / top) * (EDGE - LEFT));
  const height = TOP + rows.length * STEP + 30;
  const bottom = height - 26;
  const grid = marks.map(
    (value) =>
      element('path', { d: `M${x(value * GiB).toFixed(1)} ${TOP}V${bottom}`, class: 'grid' }) +
      label(x(value * GiB), bottom + 15, String(value), { class: 'tick', 'text-anchor': 'middle' }),
  );
  const inside = all.filter(({ rate }) => rate <= top);
  const roofs = inside.map(({ name, rate, isSum }, i) => {
    const level = TOP - 8 - (inside.length - 1 - i) * 11;
    return (
      element('path', { d: `M${x(rate).toFixed(1)} ${level + 3}V${bottom}`, class: isSum ? 'roof roof-sum' : 'roof' }) +
      label(x(rate) - 3, level, `${name} ${gibPerSecond(rate)}`, { class: 'roof-name', 'text-anchor': 'end' })
    );
  });
  const beyond = all.filter(({ rate }) => rate > top).map(({ name, rate }) => `${name} ${gibPerSecond(rate)}`);
  const off = beyond.length > 0 ? label(0, 12, `beyond the scale: ${beyond.join(', ')} GiB/s`, { class: 'quiet' }) : '';
  const bars = rows.map((row, i) => bar(row, TOP + i * STEP + 1, x));
  const unit = label(WIDTH - 4, bottom + 15, 'GiB/s', { class: 'tick', 'text-anchor': 'end' });
  return element(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${height}`, role: 'img', 'aria-label': `Throughput of every row, ${group.name}` },
    [...grid, ...bars.map(({ shape }) => shape), ...roofs, ...bars.map(({ text }) => text), unit, off].join(''),
  );
}
