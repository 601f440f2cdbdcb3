import type { AdviceRow } from '../api/advise/advice.js';
import type { AdviseOutcome } from '../api/advise/index.js';
import { formatBytes, formatRate, formatSeconds } from '../core/size.js';

const count = (value: number): string => Math.round(value).toLocaleString('en');

const orNothing = (value: number | null, format: (value: number) => string): string =>
  value === null ? '' : format(value);

function paysOf({ layout, paysFrom, seconds }: AdviceRow): string {
  if (layout === 'serial' || seconds === null) return '';
  return paysFrom === null ? 'never' : `${count(paysFrom)} frames`;
}

const COLUMNS: readonly { readonly title: string; readonly cell: (row: AdviceRow) => string }[] = [
  { title: 'layout', cell: ({ layout }) => layout },
  { title: 'workers', cell: ({ workers, seconds }) => (seconds === null ? '' : String(workers)) },
  { title: 'start-up', cell: ({ startSeconds }) => orNothing(startSeconds, formatSeconds) },
  { title: 'frames/s', cell: ({ framesPerSecond }) => orNothing(framesPerSecond, count) },
  { title: 'data', cell: ({ bytesPerSecond }) => orNothing(bytesPerSecond, formatRate) },
  { title: 'whole job', cell: ({ seconds }) => orNothing(seconds, formatSeconds) },
  { title: 'memory', cell: ({ peakBytes }) => orNothing(peakBytes, formatBytes) },
  { title: 'pays from', cell: paysOf },
];

/** Rows of what was measured, in columns as wide as their widest cell, and below them what was not, with the reason. */
export function adviceTable({ rows, best }: Pick<AdviseOutcome, 'rows' | 'best'>): string[] {
  const measured = rows.filter(({ refusal }) => refusal === undefined);
  const widths = COLUMNS.map(({ title, cell }, i) =>
    Math.max(title.length, ...(i === 0 ? rows : measured).map((row) => cell(row).length)),
  );
  const line = (cells: readonly string[]): string =>
    cells.map((text, i) => (i === 0 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0))).join('  ');
  const isBest = ({ layout, workers }: AdviceRow): boolean => layout === best?.layout && workers === best.workers;
  return [
    line(COLUMNS.map(({ title }) => title)),
    ...measured.map((row) => `${line(COLUMNS.map(({ cell }) => cell(row)))}${isBest(row) ? '  <' : ''}`.trimEnd()),
    ...rows.flatMap(({ layout, workers, refusal }) =>
      refusal === undefined
        ? []
        : [`${layout.padEnd(widths[0] ?? 0)}  ${workers > 1 ? `${workers} workers: ` : ''}${refusal}`],
    ),
  ];
}
