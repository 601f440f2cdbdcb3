import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MatrixPart, Page } from '../../dist/core/page.js';
import { makeHtml } from '../../dist/formats/page/html.js';
import { writePage } from '../../dist/formats/page/index.js';
import { makePicture } from '../../dist/formats/page/picture.js';
import { python, pythonHas } from './python.js';

const HOSTILE = `<script>alert("1")</script> & 'x' ]]> <!-- \u0007 é 雪`;
/** What is left of it once parsed: control characters are not allowed in XML. */
const READ = HOSTILE.replace('\u0007', ' ');
const PROVENANCE = { program: 'fanfold', version: '1.2.3', recipe: JSON.stringify({ source: HOSTILE }) };
const AXIS = { name: 'frame', unit: '', origin: 0, step: 1 };

function pageWith(text: string): Page {
  return {
    title: text,
    summary: text,
    facts: [
      [text, text],
      ['frames', '12'],
    ],
    parts: [
      {
        kind: 'curves',
        title: 'two lines',
        axis: { ...AXIS, name: text },
        unit: text,
        lines: [
          { label: text, values: [0, 1, 0, Number.NaN, 2, 1], errors: [0.1, 0.1, 0.2, 0.1, 0.1, 0.1] },
          { label: 'b', values: [1, 1.5, 1, 1, -2, 1] },
        ],
        marks: [1, 4],
        note: text,
      },
      {
        kind: 'images',
        title: text,
        images: [
          { label: text, height: 2, width: 3, data: Float32Array.of(0, 1, 2, 3, 4, 5), aspect: 2, limits: [0, 5] },
          { label: 'b', height: 2, width: 3, data: Float32Array.of(5, 4, 3, 2, 1, Number.NaN), limits: [0, 5] },
          { label: 'wide', height: 2, width: 6, data: new Int16Array(12).fill(7), aspect: 0, across: AXIS, down: text },
        ],
      },
      { kind: 'table', title: text, head: ['frame', text], rows: [['3', text]], note: text },
    ],
  };
}

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'page-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a page as HTML', () => {
  it('is complete in one file, without scripts, links or anything to load', () => {
    const html = makeHtml(pageWith('plain'), PROVENANCE);
    expect(html).not.toMatch(/<script|<link|https?:|@import|url\(/i);
    expect([...html.matchAll(/<svg /g)].length).toBe(2);
    expect(html).toContain('prefers-color-scheme: dark');
  });

  it.runIf(pythonHas('xml.dom.minidom', 'well-formed pages'))('is well-formed, and shows hostile text as it is', () => {
    const path = join(folder, 'page.html');
    writeFileSync(path, makeHtml(pageWith(HOSTILE), PROVENANCE));
    const program = `
import json, sys, xml.dom.minidom as dom
page = dom.parse(sys.argv[1])
of = lambda name: [''.join(n.data for n in e.childNodes if n.nodeType == n.TEXT_NODE) for e in page.getElementsByTagName(name)]
print(json.dumps({name: of(name) for name in ['script', 'title', 'h1', 'h2', 'p', 'dt', 'dd', 'th', 'td', 'text', 'pre']}))`;
    const found = JSON.parse(python(program, path));
    expect(found.script).toEqual([]);
    for (const name of ['title', 'h1', 'dt', 'dd', 'p']) expect(found[name], name).toContain(READ);
    expect(found.h2).toEqual(['two lines', READ, READ]);
    expect(found.th).toEqual(['frame', READ]);
    expect(found.td).toEqual(['3', READ]);
    // As a legend, an axis, a unit and the title of the wide image.
    expect(found.text.filter((text: string) => text === READ).length).toBe(4);
    expect(found.pre.join()).toContain('fanfold 1.2.3');
  });

  it('draws a line for every run, a band for errors, a bar for every mark, and names lines in their colours', () => {
    const html = makeHtml(pageWith('plain'), PROVENANCE);
    expect([...html.matchAll(/<path d="M[^Z"]*" stroke="#2f5fb3"/g)].length).toBe(2);
    expect([...html.matchAll(/<path d="[^"]*" stroke="#cc5522"/g)].length).toBe(1);
    expect([...html.matchAll(/<path d="[^"]*Z" fill="#c1cfe8"/g)].length).toBe(2);
    expect([...html.matchAll(/<rect [^>]*fill="#e2a0a0"/g)].length).toBe(2);
    expect(html).toMatch(/<text [^>]*fill="#2f5fb3"[^>]*>plain</);
    expect(html).toContain('bands: standard errors');
  });

  it('places marks where the values of these frames are, and wide images frame by frame below them', () => {
    const html = makeHtml(pageWith('plain'), PROVENANCE);
    const bars = [...html.matchAll(/<rect x="(\d+)"[^>]*fill="#e2a0a0"/g)].map((match) => Number(match[1]));
    const points = [...html.matchAll(/<circle cx="([\d.]+)"[^>]*r="3.2" fill="#cc5522"/g)].map((m) => Number(m[1]));
    expect(points.length).toBe(6);
    for (const [n, frame] of [1, 4].entries())
      expect(Math.abs((bars[n] ?? 0) - (points[frame] ?? 0))).toBeLessThanOrEqual(1);
    const wide = [...html.matchAll(/<image x="([\d.]+)"[^>]*? width="([\d.]+)"/g)].at(-1);
    const [left, width] = [Number(wide?.[1]), Number(wide?.[2])];
    for (const [frame, x] of points.entries()) expect(x).toBeCloseTo(left + ((frame + 0.5) / 6) * width, 1);
  });

  it('numbers places by whole steps, however few there are', () => {
    const lines = [{ label: 'a', values: [5, 6, 7] }];
    const part = { kind: 'curves', title: 'few', axis: AXIS, unit: '', lines } as const;
    const html = makeHtml({ title: '', summary: '', facts: [], parts: [part] }, PROVENANCE);
    const labels = [...html.matchAll(/text-anchor="middle">([\d.-]+)<\/text>/g)].map((match) => match[1]);
    expect(labels).toEqual(['0', '1', '2']);
  });

  it('shades the cells of a matrix by their share, with the names of rows and columns around them', () => {
    const part: MatrixPart = {
      kind: 'matrix',
      title: 'counts',
      rows: ['on', 'off & on'],
      columns: ['up', 'down'],
      down: 'is',
      across: 'was',
      shares: [1, 0, 0.25, 0.75],
      texts: ['8', '0', '1', '3'],
    };
    const html = makeHtml({ title: '', summary: '', facts: [], parts: [part] }, PROVENANCE);
    expect([...html.matchAll(/<rect [^>]*fill="(#\w+)"/g)].map((match) => match[1])).toEqual([
      '#2f5fb3',
      '#ffffff',
      '#cbd7ec',
      '#6387c6',
    ]);
    const texts = [...html.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map((match) => match[1]);
    expect(texts).toEqual(['was', 'is', 'up', 'down', 'on', '8', '0', 'off &amp; on', '1', '3']);
    const { width, height } = decode(makePicture({ title: '', summary: '', facts: [], parts: [part] }, PROVENANCE));
    expect([width, height > 100]).toEqual([1280, true]);
  });

  it('embeds images as PNG, grey between their limits', () => {
    const html = makeHtml(pageWith('plain'), PROVENANCE);
    const images = [...html.matchAll(/href="data:image\/png;base64,([^"]*)"/g)].map((match) =>
      decode(Buffer.from(match[1] ?? '', 'base64')),
    );
    expect(images.map(({ width, height }) => [width, height])).toEqual([
      [3, 2],
      [3, 2],
      [6, 2],
    ]);
    const grey = (n: number) => Array.from({ length: 6 }, (_, i) => images[n]?.data[3 * i]);
    expect(grey(0)).toEqual([0, 51, 102, 153, 204, 255]);
    expect(grey(1).slice(0, 5)).toEqual([255, 204, 153, 102, 51]);
  });

  it('takes pages without facts, and figures without a value', () => {
    const empty: Page = {
      title: 'empty',
      summary: '',
      facts: [],
      parts: [
        { kind: 'curves', title: 'none', axis: AXIS, unit: '', lines: [] },
        { kind: 'curves', title: 'gaps', axis: AXIS, unit: 'mm', lines: [{ label: 'a', values: [Number.NaN] }] },
        { kind: 'images', title: 'no images', images: [] },
        { kind: 'table', title: 'no rows', head: ['a'], rows: [] },
      ],
    };
    expect(makeHtml(empty, PROVENANCE)).not.toMatch(/NaN|Infinity|undefined/);
    expect(decode(makePicture(empty, PROVENANCE)).width).toBe(1280);
  });
});

describe('a page as PNG', () => {
  it('has all parts below each other and says in its text what made it', () => {
    const page = pageWith('plain');
    const all = decode(makePicture(page, PROVENANCE));
    const fewer = decode(makePicture({ ...page, parts: page.parts.slice(0, 1) }, PROVENANCE));
    expect([all.width, fewer.width]).toEqual([1280, 1280]);
    expect(all.height).toBeGreaterThan(fewer.height + 500);
    expect(all.text.Software).toBe('fanfold 1.2.3');
    expect(JSON.parse(all.text.Recipe ?? '')).toEqual({ source: HOSTILE });
    // The wide image has one value: its limits are pulled apart around it, so it is grey in the middle.
    let grey = 0;
    for (let i = 0; i < all.data.length; i += 3) if (all.data[i] === 128 && all.data[i + 1] === 128) grey++;
    expect(grey).toBeGreaterThan(300_000);
  });

  it('cuts long tables short and says so', () => {
    const rows = Array.from({ length: 500 }, (_, i) => [String(i)]);
    const page: Page = { ...pageWith('a'), parts: [{ kind: 'table', title: 'many', head: ['n'], rows }] };
    expect(decode(makePicture(page, PROVENANCE)).height).toBeLessThan(2000);
    expect([...makeHtml(page, PROVENANCE).matchAll(/<td>/g)].length).toBe(500);
  });
});

describe('files', () => {
  const page = pageWith('a');
  it.each(['.html', '.png'])('%s is not replaced unless told to', async (extension) => {
    const path = join(folder, `page${extension}`);
    await writePage(path, page, PROVENANCE, false);
    const first = readFileSync(path);
    await expect(writePage(path, { ...page, title: 'b' }, PROVENANCE, false)).rejects.toMatchObject({ code: 'exists' });
    expect(readFileSync(path)).toEqual(first);
    await writePage(path, { ...page, title: 'b' }, PROVENANCE, true);
    expect(readFileSync(path)).not.toEqual(first);
    expect(readdirSync(folder)).toEqual([`page${extension}`]);
  });

  it('leaves nothing behind when it fails', async () => {
    await expect(writePage(join(folder, 'page.pdf'), page, PROVENANCE, false)).rejects.toMatchObject({
      kind: 'UsageError',
      code: 'unknown-output',
    });
    await expect(writePage(join(folder, 'none/page.html'), page, PROVENANCE, false)).rejects.toMatchObject({
      kind: 'SinkError',
      code: 'no-folder',
    });
    expect(readdirSync(folder)).toEqual([]);
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });
});
