import { COLUMNS, sectionsOf } from './cells.js';
import { fileFacts, stateFacts } from './facts.js';
import type { BenchReport, GroupReport } from './report.js';
import type { RowSummary } from './summary.js';

/** Rows under headings, in columns as wide as their widest cell; columns without any cell are left out. */
function alignColumns(rows: readonly RowSummary[]): string[] {
  const columns = COLUMNS.map((column) => {
    const cells = rows.map((row) => column.cell(row));
    return { ...column, cells, width: Math.max(column.title.length, ...cells.map((cell) => cell.length)) };
  }).filter(({ cells }) => cells.some((cell) => cell !== ''));
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, i) => {
        const { numeric, width } = columns[i] ?? { numeric: false, width: 0 };
        return numeric ? text.padStart(width) : text.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [
    line(columns.map(({ title }) => title)),
    ...rows.map((_, r) => line(columns.map(({ cells }) => cells[r] ?? ''))),
  ];
}

function groupText(group: GroupReport): string[] {
  const lines = [`\n${group.name}`, ...fileFacts(group)];
  for (const { title, rows } of sectionsOf(group.rows)) lines.push('', title, ...alignColumns(rows));
  if (group.findings.length > 0) lines.push('', ...group.findings);
  return lines;
}

/** The report for a terminal. */
export function reportText(report: BenchReport): string {
  const facts = stateFacts(report).map(([name, text]) => `${name.padEnd(9)} ${text}`);
  return [report.title, '', ...facts, '', ...report.method, ...report.groups.flatMap(groupText), ''].join('\n');
}
