import type { Curve, Panel } from './line-chart.js';
import type { GroupReport } from './report.js';
import type { RowSummary } from './summary.js';

/** Rows whose names begin alike, by the number of threads in a worker. */
interface Part {
  readonly ids: string;
  readonly name: string;
  readonly threads: readonly number[];
}

const cluster = (ids: string): Part => ({ ids, name: 'cluster', threads: [1, 2, 4] });
const simple = (ids: string, name: string): Part => ({ ids, name, threads: [1] });

/** Families of rows that differ only in the number of workers. */
const FAMILIES: readonly { readonly title: string; readonly parts: readonly Part[] }[] = [
  { title: 'one file', parts: [cluster('a-'), simple('c-', 'plain')] },
  { title: 'two files', parts: [cluster('b-'), simple('d-', 'plain')] },
  { title: 'small set, 1 GiB per worker', parts: [cluster('h-')] },
  {
    title: 'layouts',
    parts: [
      simple('0-csr-', '0: inside a frame, csr'),
      simple('1-csr-', '1: threads, csr'),
      simple('1-auto-', '1: threads'),
      simple('2-auto-', '2: processes'),
    ],
  },
];

function curveOf(
  rows: readonly RowSummary[],
  { ids, name, threads: all }: Part,
  threads: number,
  value: (row: RowSummary) => number | null,
): Curve {
  const points = rows.flatMap((row) => {
    const { configuration } = row;
    const found = configuration.id.startsWith(ids) && configuration.threads === threads ? value(row) : null;
    return found === null ? [] : [{ workers: configuration.workers, value: found }];
  });
  return {
    name: all.length > 1 ? `${name}, T = ${threads}` : name,
    points: points.toSorted((a, b) => a.workers - b.workers),
  };
}

function panelsOf(
  { rows }: GroupReport,
  unit: string,
  ideal: number | null,
  value: (row: RowSummary) => number | null,
): Panel[] {
  return FAMILIES.flatMap(({ title, parts }) => {
    const curves = parts.flatMap((part) => part.threads.map((threads) => curveOf(rows, part, threads, value)));
    const drawn = curves.filter(({ points }) => points.length > 0);
    return drawn.length > 0 ? [{ title, unit, curves: drawn, ideal }] : [];
  });
}

/** Speed-up over workers, one panel for each family of rows; over the serial run where the scenario has one. */
export function speedUpPanels(group: GroupReport, cores: number): Panel[] {
  const isOverSerial = group.rows.some(({ overSerial }) => overSerial !== null);
  return isOverSerial
    ? panelsOf(group, 'x serial', cores, ({ overSerial }) => overSerial)
    : panelsOf(group, 'x (e)', cores, ({ speedUp }) => speedUp);
}

/** Peak memory over workers in GiB, one panel for each family of rows. */
export function memoryPanels(group: GroupReport): Panel[] {
  return panelsOf(group, 'GiB', null, ({ peakBytes }) => (peakBytes === null ? null : peakBytes / 2 ** 30));
}
