import { COLUMNS, sectionsOf } from './cells.js';
import { fileFacts, stateFacts } from './facts.js';
import type { BenchReport, GroupReport } from './report.js';
import type { RowSummary } from './summary.js';

const escapeCell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function table(rows: readonly RowSummary[]): string[] {
  const columns = COLUMNS.filter((column) => rows.some((row) => column.cell(row) !== ''));
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeCell).join(' | ')} |`;
  return [
    line(columns.map(({ title }) => title)),
    `|${columns.map(({ numeric }) => (numeric ? ' ---: ' : ' --- ')).join('|')}|`,
    ...rows.map((row) => line(columns.map((column) => column.cell(row)))),
  ];
}

function groupMarkdown(group: GroupReport): string[] {
  const lines = ['', `## ${group.name}`, '', ...fileFacts(group)];
  for (const { title, rows } of sectionsOf(group.rows)) lines.push('', `### ${title}`, '', ...table(rows));
  if (group.findings.length > 0) lines.push('', ...group.findings.map((text) => `- ${text}`));
  return lines;
}

/** The report as Markdown. */
export function reportMarkdown(report: BenchReport): string {
  const facts = stateFacts(report).map(([name, text]) => `- ${name}: ${text}`);
  const method = report.method.map((text) => `- ${text}`);
  const head = [`# ${report.title}`, '', `Measured ${report.date.slice(0, 10)} with \`fanfold bench\`.`, ''];
  return `${[...head, ...facts, '', ...method, ...report.groups.flatMap(groupMarkdown)].join('\n')}\n`;
}
