import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NamedArray } from '../../dist/core/sink.js';
import { writeOutput } from '../../dist/formats/outputs.js';
import { colourTable } from '../../dist/formats/png/colours.js';
import { makeSvg } from '../../dist/formats/svg/index.js';
import { python, pythonHas } from './python.js';

const PROVENANCE = { program: 'fanfold', version: '1.2.3', recipe: '{"source":"a<b>&\\"c\\".h5"}' };
const RADIAL = { name: 'q', unit: 'nm^-1', origin: 1, step: 0.5 };
const CHI = { name: 'chi', unit: 'degrees', origin: -150, step: 60 };

const curve: NamedArray = {
  name: 'intensity',
  shape: [21],
  data: Float32Array.from({ length: 21 }, (_, i) => (i === 10 ? Number.NaN : i)),
  axes: [RADIAL],
  unit: 'counts',
  label: 'a < b & c',
  coordinates: 1,
};
const cake: NamedArray = {
  ...curve,
  shape: [6, 5],
  data: Float32Array.from({ length: 30 }, (_, i) => i),
  axes: [CHI, RADIAL],
  coordinates: 2,
};

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'svg-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const numbersOf = (path: string): number[][] =>
  [...path.matchAll(/[ML]([\d.-]+) ([\d.-]+)/g)].map((m) => [Number(m[1]), Number(m[2])]);

describe('SVG', () => {
  it('has a path for every run of a curve, at the places of its points', () => {
    const svg = makeSvg({ signal: curve, errors: null }, PROVENANCE, { limits: [0, 20] });
    const paths = [...svg.matchAll(/<path d="([^"]*)" stroke="#2f5fb3"/g)].map((match) => numbersOf(match[1] ?? ''));
    expect(paths.map((points) => points.length)).toEqual([10, 10]);
    const points = paths.flat();
    const values = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20];
    const [first, last] = [points[0] ?? [], points.at(-1) ?? []];
    for (const [i, value] of values.entries()) {
      const across = ((points[i]?.[0] ?? 0) - (first[0] ?? 0)) / ((last[0] ?? 0) - (first[0] ?? 0));
      const up = ((points[i]?.[1] ?? 0) - (first[1] ?? 0)) / ((last[1] ?? 0) - (first[1] ?? 0));
      expect(across).toBeCloseTo(value / 20, 3);
      expect(up).toBeCloseTo(value / 20, 3);
    }
    expect([...svg.matchAll(/<circle/g)].length).toBe(20);
  });

  it('has a closed path for uncertainties', () => {
    const errors = { ...curve, name: 'sigma', errorsOf: 'intensity', data: curve.data.map(() => 1) };
    const svg = makeSvg({ signal: curve, errors }, PROVENANCE);
    expect([...svg.matchAll(/<path d="[^"]*Z" fill="#c1cfe8"/g)].length).toBe(2);
    expect(svg).toContain('band: sigma');
  });

  it('labels axes with names, units and values as text', () => {
    const svg = makeSvg({ signal: cake, errors: null }, PROVENANCE);
    const texts = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map((match) => match[1]);
    for (const expected of ['q (nm⁻¹)', 'χ (°)', '-90', '90', 'a &lt; b &amp; c (counts)'])
      expect(texts).toContain(expected);
    expect([...svg.matchAll(/rotate\(-90/g)].length).toBe(2);
  });

  it('embeds a map as a PNG, its first row at the bottom', () => {
    const svg = makeSvg({ signal: cake, errors: null }, PROVENANCE, { limits: [0, 29], scale: 'linear' });
    const [map] = [...svg.matchAll(/href="data:image\/png;base64,([^"]*)"/g)].map((match) =>
      decode(Buffer.from(match[1] ?? '', 'base64')),
    );
    expect([map?.width, map?.height]).toEqual([5, 6]);
    const table = colourTable('viridis');
    for (let row = 0; row < 6; row++) {
      for (let column = 0; column < 5; column++) {
        const shade = Math.round(((row * 5 + column) / 29) * 255) * 3;
        const at = ((5 - row) * 5 + column) * 3;
        expect([...(map?.data.subarray(at, at + 3) ?? [])]).toEqual([...table.subarray(shade, shade + 3)]);
      }
    }
  });

  it('carries what made it', () => {
    const svg = makeSvg({ signal: curve, errors: null }, PROVENANCE);
    expect(svg).toContain('<desc>fanfold 1.2.3 {&quot;source&quot;:&quot;a&lt;b&gt;&amp;');
  });

  it('refuses what is neither curves nor one map', () => {
    const stack = { ...cake, shape: [2, 3, 5], coordinates: 0 };
    expect(() => makeSvg({ signal: stack, errors: null }, PROVENANCE)).toThrow(
      /2 x 3 x 5: .svg shows curves or one map/,
    );
  });

  it.runIf(pythonHas('xml.etree.ElementTree', 'SVG parsed as XML'))(
    'is well-formed XML, whatever stands in names',
    async () => {
      const odd = { ...curve, label: 'a\u0000\u001b<&>"\' Å', unit: '<&' };
      for (const [name, array] of Object.entries({ curve: odd, cake: { ...cake, label: odd.label } })) {
        await writeOutput(join(folder, `${name}.svg`), [array], PROVENANCE, { overwrite: false });
        const program = `import sys, xml.etree.ElementTree as E
root = E.parse(sys.argv[1]).getroot(); print(root.tag, root.get('width'), len(list(root)))`;
        const [tag, width, parts] = python(program, join(folder, `${name}.svg`))
          .trim()
          .split(' ');
        expect([tag, width]).toEqual(['{http://www.w3.org/2000/svg}svg', '1000']);
        expect(Number(parts)).toBeGreaterThan(20);
      }
      expect(readFileSync(join(folder, 'curve.svg'), 'utf8')).toMatch(
        /^<\?xml version="1.0" encoding="UTF-8"\?>\n<svg /,
      );
    },
  );
});
