import { hasRoofs, throughputChart } from './bar-chart.js';
import { COLUMNS, type Column, sectionsOf } from './cells.js';
import { fileFacts, stateFacts } from './facts.js';
import { lineChart, type Panel } from './line-chart.js';
import { PAGE_STYLE } from './page-style.js';
import { memoryPanels, speedUpPanels } from './panels.js';
import type { BenchReport, GroupReport } from './report.js';
import type { RowSummary } from './summary.js';
import { element, escapeText } from './svg.js';

const ROOFS =
  ' Dashed lines: what the disk alone, and memory, decoding and arithmetic of all cores allow, each alone. Solid line: these one after the other, without the disk.';

const paragraph = (text: string, kind = ''): string => element('p', kind ? { class: kind } : {}, escapeText(text));

function cellOf(column: Column, row: RowSummary): string {
  const text = column.cell(row);
  const isWide = column.title === 'limited by' || column.title === 'notes';
  const classes = [column.numeric ? 'number' : '', isWide ? 'wide' : '', text === 'DIFFERS' ? 'differs' : ''];
  return element('td', { class: classes.filter(Boolean).join(' ') }, escapeText(text));
}

function table(rows: readonly RowSummary[]): string {
  const columns = COLUMNS.filter((column) => rows.some((row) => column.cell(row) !== ''));
  const head = columns.map(({ title, numeric }) =>
    element('th', numeric ? { class: 'number' } : {}, escapeText(title)),
  );
  const body = rows.map((row) =>
    element('tr', row.seconds ? {} : { class: 'unmeasured' }, columns.map((column) => cellOf(column, row)).join('')),
  );
  const parts = element('thead', {}, element('tr', {}, head.join(''))) + element('tbody', {}, body.join(''));
  return element('div', { class: 'scroll' }, element('table', {}, parts));
}

function panelRow(title: string, panels: readonly Panel[]): string {
  if (panels.length === 0) return '';
  return element('h3', {}, escapeText(title)) + element('div', { class: 'panels' }, panels.map(lineChart).join(''));
}

function groupSection(group: GroupReport, cores: number): string {
  const parts = [element('h2', {}, escapeText(group.name)), ...fileFacts(group).map((text) => paragraph(text, 'soft'))];
  if (group.findings.length > 0) {
    const items = group.findings.map((text) => element('li', {}, escapeText(text)));
    parts.push(element('ul', {}, items.join('')));
  }
  parts.push(
    element('h3', {}, hasRoofs(group) ? 'Throughput and what bounds it' : 'Throughput'),
    paragraph(`Bars: median, with the range of all runs.${hasRoofs(group) ? ROOFS : ''}`, 'soft'),
    element('div', { class: 'scroll' }, throughputChart(group, cores)),
    panelRow(
      'Speed-up over the number of workers (dotted: as many times as fast as cores are used)',
      speedUpPanels(group, cores),
    ),
    panelRow('Peak memory over the number of workers', memoryPanels(group)),
  );
  for (const { title, rows } of sectionsOf(group.rows)) parts.push(element('h3', {}, escapeText(title)), table(rows));
  return parts.join('\n');
}

/** The report as one HTML file that needs nothing else. */
export function reportPage(report: BenchReport): string {
  const { cores } = report.state.machine;
  const facts = stateFacts(report).map(
    ([name, text]) => element('dt', {}, escapeText(name)) + element('dd', {}, escapeText(text)),
  );
  const body = [
    element('h1', {}, escapeText(report.title)),
    paragraph(`fanfold ${report.state.fanfold}, measured ${report.date.slice(0, 10)}`, 'soft'),
    element('dl', {}, facts.join('')),
    element('ul', { class: 'soft' }, report.method.map((text) => element('li', {}, escapeText(text))).join('')),
    ...report.groups.map((group) => groupSection(group, cores)),
  ].join('\n');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeText(report.title)}</title><style>${PAGE_STYLE}</style></head>
<body><main>${body}</main></body></html>
`;
}
