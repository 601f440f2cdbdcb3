import type { Curve, Panel } from './line-chart.js';
import type { GroupReport } from './report.js';
import type { RowSummary } from './summary.js';

/** Families of rows that differ only in the number of workers. */
const FAMILIES: readonly { readonly title: string; readonly parts: readonly [row: string, name: string][] }[] = [
  {
    title: 'one file',
    parts: [
      ['a', 'cluster'],
      ['c', 'plain'],
    ],
  },
  {
    title: 'two files',
    parts: [
      ['b', 'cluster'],
      ['d', 'plain'],
    ],
  },
  { title: 'small set, 1 GiB per worker', parts: [['h', 'cluster']] },
];

function curveOf(
  rows: readonly RowSummary[],
  letter: string,
  threads: number,
  name: string,
  value: (row: RowSummary) => number | null,
): Curve {
  const points = rows.flatMap((row) => {
    const { configuration } = row;
    const found = configuration.row === letter && configuration.threads === threads ? value(row) : null;
    return found === null ? [] : [{ workers: configuration.workers, value: found }];
  });
  return { name, points: points.toSorted((a, b) => a.workers - b.workers) };
}

function panelsOf(
  { rows }: GroupReport,
  unit: string,
  ideal: number | null,
  value: (row: RowSummary) => number | null,
): Panel[] {
  return FAMILIES.flatMap(({ title, parts }) => {
    const curves = parts.flatMap(([letter, name]) =>
      (name === 'plain' ? [1] : [1, 2, 4]).map((threads) =>
        curveOf(rows, letter, threads, name === 'plain' ? 'plain' : `cluster, T = ${threads}`, value),
      ),
    );
    const drawn = curves.filter(({ points }) => points.length > 0);
    return drawn.length > 0 ? [{ title, unit, curves: drawn, ideal }] : [];
  });
}

/** Speed-up over workers, one panel for each family of rows. */
export function speedUpPanels(group: GroupReport, cores: number): Panel[] {
  return panelsOf(group, 'x (e)', cores, ({ speedUp }) => speedUp);
}

/** Peak memory over workers in GiB, one panel for each family of rows. */
export function memoryPanels(group: GroupReport): Panel[] {
  return panelsOf(group, 'GiB', null, ({ peakBytes }) => (peakBytes === null ? null : peakBytes / 2 ** 30));
}
