import type { Page, PagePart, TablePart } from '../../core/page.js';
import type { Provenance } from '../../core/sink.js';
import { provenanceLines } from '../provenance-lines.js';
import { SvgDrawing } from '../svg/drawing.js';
import { element, escapeXml } from '../svg/markup.js';
import { FIGURE_WIDTH, type Figure, figuresOf } from './figure.js';
import { STYLE } from './style.js';

function table({ head, rows }: TablePart): string {
  const row = (cell: string, cells: readonly string[]) =>
    element('tr', {}, cells.map((text) => `<${cell}>${escapeXml(text)}</${cell}>`).join(''));
  const body = rows.map((cells) => row('td', cells)).join('\n');
  const inner = `<thead>${row('th', head)}</thead><tbody>${body}</tbody>`;
  return element('div', { class: 'scroll' }, element('table', {}, inner));
}

function drawn(title: string, figure: Figure): string {
  const drawing = new SvgDrawing();
  figure.draw(drawing);
  return drawing.inline(FIGURE_WIDTH, figure.height, title);
}

function section(part: PagePart, figure: Figure | null): string {
  const note = part.note === undefined ? '' : element('p', { class: 'soft' }, escapeXml(part.note));
  const body = part.kind === 'table' ? table(part) : figure ? drawn(part.title, figure) : '';
  return element('section', { class: part.kind }, `<h2>${escapeXml(part.title)}</h2>${note}${body}`);
}

function footer(provenance: Provenance): string {
  const lines = provenanceLines(provenance).map(escapeXml).join('\n');
  const made = escapeXml(`Made by ${provenance.program} ${provenance.version}.`);
  return `<footer><details><summary>${made}</summary><pre>${lines}</pre></details></footer>`;
}

/** A page as one HTML file that needs nothing else: no scripts, no other files. It is well-formed XML too. */
export function makeHtml(page: Page, provenance: Provenance): string {
  const { title, summary, facts, parts } = page;
  const figures = figuresOf(parts);
  const list = facts.map(([name, value]) => `<div><dt>${escapeXml(name)}</dt><dd>${escapeXml(value)}</dd></div>`);
  const body = [
    `<h1>${escapeXml(title)}</h1>`,
    `<p>${escapeXml(summary)}</p>`,
    list.length > 0 ? `<dl>${list.join('\n')}</dl>` : '',
    ...parts.map((part, i) => section(part, figures[i] ?? null)),
    footer(provenance),
  ];
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"/><meta name="viewport" content="width=device-width, initial-scale=1"/>
<title>${escapeXml(title)}</title><style>${STYLE}</style></head>
<body><main>
${body.join('\n')}
</main></body></html>
`;
}
