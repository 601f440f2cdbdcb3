import fc from 'fast-check';
import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import type { NamedArray } from '../../dist/core/sink.js';
import { COLOUR_MAPS, colourTable, NAN_COLOUR } from '../../dist/formats/png/colours.js';
import { drawText } from '../../dist/formats/png/font.js';
import { encodePng } from '../../dist/formats/png/index.js';
import { automaticLimits, formatTick, roundLength } from '../../dist/formats/png/range.js';
import { python, pythonHas } from './python.js';

const PROVENANCE = { program: 'fanfold', version: '1.2.3', recipe: '{"unit":"Å"}' };

function named(shape: number[], values: number[], unit = 'nm'): NamedArray {
  const axes = shape.map((_, d) => ({ name: `a${d}`, unit, step: 0.5, origin: 0 }));
  return { name: 'adf', shape, data: Float64Array.from(values), axes, unit: 'counts', label: 'dark field' };
}

/** How many pixels of each colour a PNG has, as `r,g,b`. */
function colours(png: Uint8Array): Map<string, number> {
  const { data, width, height } = decode(png);
  const found = new Map<string, number>();
  for (let p = 0; p < width * height; p++) {
    const key = `${data[3 * p]},${data[3 * p + 1]},${data[3 * p + 2]}`;
    found.set(key, (found.get(key) ?? 0) + 1);
  }
  return found;
}

describe('pictures', () => {
  it('enlarge small images to about 512 pixels and keep every value in its place', () => {
    const png = encodePng(named([2, 2], [0, 1, 2, 3]), PROVENANCE, { colourMap: 'gray', limits: [0, 3] });
    const { data, width } = decode(png);
    const at = (x: number, y: number) => data[3 * (y * width + x)];
    // The image begins at (16, 64) and each of its pixels is 256 wide.
    expect([at(20, 70), at(16 + 511, 70), at(20, 64 + 511), at(16 + 511, 64 + 511)]).toEqual([0, 85, 170, 255]);
    expect([at(16 + 255, 70), at(16 + 256, 70)]).toEqual([0, 85]);
  });

  it('show what is not a number in a colour of its own, and infinities at the ends', () => {
    const png = encodePng(named([1, 4], [Number.NaN, 0, Number.POSITIVE_INFINITY, 5]), PROVENANCE, { limits: [0, 10] });
    const found = colours(png);
    expect(found.get(NAN_COLOUR.join(','))).toBe(128 * 128 + 14 * 14);
    expect(found.get('253,231,37') ?? 0).toBeGreaterThanOrEqual(128 * 128);
  });

  it('draw a vector field as two panels, signed values with white as zero', () => {
    const values = Array.from({ length: 32 }, (_, i) => (i % 2 === 0 ? 0 : i - 16));
    const { width, height } = decode(encodePng(named([4, 4, 2], values), PROVENANCE));
    expect(width).toBeGreaterThan(2 * 384);
    expect(height).toBeLessThan(600);
    expect(
      colours(encodePng(named([4, 4, 2], [-3, ...Array(31).fill(0), -1, 3].slice(0, 32)), PROVENANCE)).size,
    ).toBeGreaterThan(100);
  });

  it('draw at most 36 images of a stack and shrink large ones', () => {
    const many = decode(encodePng(named([50, 4, 4], Array(800).fill(1)), PROVENANCE));
    expect(many.width * many.height).toBeLessThan(2 ** 21);
    const large = decode(encodePng(named([3, 5000], Array(15000).fill(2)), PROVENANCE));
    expect(large.width).toBeLessThan(2200);
  });

  it('carry program and recipe', () => {
    const { text } = decode(encodePng(named([1, 1], [1]), PROVENANCE));
    expect(text).toMatchObject({ Software: 'fanfold 1.2.3', Recipe: '{"unit":"\\u00c5"}' });
  });

  it('draw a curve, with a gap where it is not finite', () => {
    const blue = (values: number[]) =>
      colours(encodePng(named([values.length], values), PROVENANCE)).get('47,95,179') ?? 0;
    const whole = blue(Array.from({ length: 101 }, (_, i) => i));
    // At least one pixel of each column is covered whole.
    expect(whole).toBeGreaterThan(850);
    const gap = blue(Array.from({ length: 101 }, (_, i) => (i > 25 && i < 75 ? Number.NaN : i)));
    expect(gap / whole).toBeGreaterThan(0.4);
    expect(gap / whole).toBeLessThan(0.6);
  });

  it('refuse a single number', () => {
    expect(() => encodePng(named([], [1]), PROVENANCE)).toThrow(/Write .csv/);
  });

  it.each([
    [[Number.NaN], /^/],
    [[0], /^/],
    [[-1e300, 1e300], /^/],
  ])('end well for %o', (values) => {
    expect(decode(encodePng(named([1, values.length], values), PROVENANCE)).width).toBeGreaterThan(100);
  });
});

describe('limits and lengths', () => {
  it('take the 0.1 and 99.9 percentiles', () => {
    const values = Float64Array.from({ length: 10_001 }, (_, i) => i);
    expect(automaticLimits(values, false)).toMatchObject({ low: 10, high: 9990 });
    expect(automaticLimits([-5, 1, 2], true)).toMatchObject({ low: -5, high: 5 });
    expect(automaticLimits([7, 7], false).low).toBeLessThan(7);
    expect(automaticLimits([Number.NaN], false)).toMatchObject({ rule: 'no finite value' });
  });

  it('choose 1, 2 or 5 times a power of ten, as long as fits', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1e9, noNaN: true }), (longest) => {
        const length = roundLength(longest);
        expect(length).toBeLessThanOrEqual(longest * (1 + 1e-8));
        expect(length * 2.5).toBeGreaterThan(longest * (1 - 1e-8));
        expect(['1', '2', '5']).toContain(length.toExponential().charAt(0));
      }),
    );
  });

  it('write numbers short, but apart', () => {
    expect([
      formatTick(0.5, 1),
      formatTick(1234.5678, 1000),
      formatTick(0, 1),
      formatTick(2e-7, 1e-7),
      formatTick(100, 0.5),
      formatTick(-0.0001, 2),
    ]).toEqual(['0.5', '1235', '0', '2.00e-7', '100', '0']);
  });
});

describe('letters', () => {
  it('exist for everything a name or a unit is likely to hold, and all differ', () => {
    const shapes = new Map<string, string>();
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.,-+/():;_=%^*[]<>|#!?'µÅ°²×~";
    for (const letter of letters) {
      const dots: string[] = [];
      drawText(letter, (x, y) => dots.push(`${x},${y}`));
      expect(dots.length).toBeGreaterThan(1);
      shapes.set(dots.join(' '), letter);
    }
    expect(shapes.size).toBe([...letters].length);
  });
});

describe.runIf(pythonHas('matplotlib', 'colour maps against matplotlib'))('colour maps', () => {
  it.each(COLOUR_MAPS.filter((name) => name !== 'diverging'))('%s follows that of matplotlib', (name) => {
    const program = `import matplotlib, json, sys
print(json.dumps([[int(round(255 * c)) for c in matplotlib.colormaps[sys.argv[1]](i)[:3]] for i in range(256)]))`;
    const theirs: number[][] = JSON.parse(python(program, name));
    const ours = colourTable(name);
    const worst = Math.max(
      ...theirs.flatMap((rgb, i) => rgb.map((value, c) => Math.abs(value - (ours[i * 3 + c] ?? 0)))),
    );
    expect(worst).toBeLessThan(12);
  });
});
