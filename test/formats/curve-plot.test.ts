import fc from 'fast-check';
import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import type { NamedArray } from '../../dist/core/sink.js';
import type { Axis } from '../../dist/core/stack.js';
import { picturesOf } from '../../dist/formats/measured.js';
import { levelAxis, TICK_SIZE, uprightAxis } from '../../dist/formats/plot/frame.js';
import { CURVE_THRESHOLDS, chooseScale, makeScale } from '../../dist/formats/plot/scale.js';
import { widthOf } from '../../dist/formats/plot/surface.js';
import { superscript, ticksOf } from '../../dist/formats/plot/ticks.js';
import { titleOf } from '../../dist/formats/plot/words.js';
import { colourTable, NAN_COLOUR } from '../../dist/formats/png/colours.js';
import { encodePng } from '../../dist/formats/png/index.js';
import type { PngOptions } from '../../dist/formats/png/options.js';

const PROVENANCE = { program: 'fanfold', version: '1.2.3', recipe: '{}' };
const INK = '20,20,24';
const BLUE = '47,95,179';
const FRAMES: Axis = { name: 'axis0', unit: '', origin: 0, step: 1 };

function curves(
  values: readonly number[],
  options: { frames?: number; axis?: Axis; coordinates?: number } = {},
): NamedArray {
  const { frames = 1, axis = { name: '2theta', unit: 'degrees', origin: 0, step: 1 }, coordinates = 1 } = options;
  const bins = values.length / frames;
  return {
    name: 'intensity',
    shape: frames > 1 ? [frames, bins] : [bins],
    data: Float64Array.from(values),
    axes: frames > 1 ? [FRAMES, axis] : [axis],
    unit: 'counts',
    label: 'intensity',
    coordinates,
  };
}

/** A decoded figure, with the place of its plot. */
class Figure {
  readonly width: number;
  readonly height: number;
  readonly #data: ArrayLike<number>;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;

  constructor(png: Uint8Array) {
    const { data, width, height } = decode(png);
    this.#data = data;
    this.width = width;
    this.height = height;
    // The frame is the only ink that is longer than a third of the picture.
    const long = (count: number, of: number, isInk: (i: number, k: number) => boolean): number[] =>
      Array.from({ length: count }, (_, i) => i).filter((i) => {
        let run = 0;
        let longest = 0;
        for (let k = 0; k < of; k++) {
          run = isInk(i, k) ? run + 1 : 0;
          longest = Math.max(longest, run);
        }
        return longest > of / 3;
      });
    const columns = long(width, height, (x, y) => this.at(x, y) === INK);
    const rows = long(height, width, (y, x) => this.at(x, y) === INK);
    this.left = (columns[0] ?? 0) + 1;
    this.right = columns[3] ?? 0;
    this.top = (rows[0] ?? 0) + 1;
    this.bottom = rows.at(-1) ?? 0;
  }

  at(x: number, y: number): string {
    const p = (y * this.width + x) * 3;
    return `${this.#data[p]},${this.#data[p + 1]},${this.#data[p + 2]}`;
  }

  /** Centres of runs of columns (or rows) that fulfil a condition, runs closer than `gap` taken together. */
  groups(from: number, to: number, gap: number, has: (i: number) => boolean): number[] {
    const found: [number, number][] = [];
    for (let i = from; i < to; i++) {
      if (!has(i)) continue;
      const last = found.at(-1);
      if (last && i - last[1] <= gap) last[1] = i;
      else found.push([i, i]);
    }
    return found.map(([a, b]) => (a + b + 1) / 2);
  }

  /** Middles of the long ticks below the plot, from 0 at its left edge to 1 at its right. */
  levelTicks(): number[] {
    const places = this.groups(0, this.width, 1, (x) => this.at(x, this.bottom + 6) === INK);
    return places.map((x) => (x - this.left) / (this.right - this.left));
  }

  /** Middles of the labels below the plot. */
  levelLabels(): number[] {
    const isText = (x: number): boolean => {
      for (let y = this.bottom + 11; y < this.bottom + 26; y++) if (this.at(x, y) !== '255,255,255') return true;
      return false;
    };
    return this.groups(0, this.right + 30, 9, isText).map((x) => (x - this.left) / (this.right - this.left));
  }

  /** Middles of the long ticks left of the plot, from 0 at its bottom to 1 at its top. */
  uprightTicks(): number[] {
    const places = this.groups(0, this.height, 1, (y) => this.at(this.left - 7, y) === INK);
    return places.map((y) => (this.bottom - y) / (this.bottom - this.top)).toReversed();
  }

  /** Rows of one colour in a column, from 0 at the bottom of the plot to 1 at its top. */
  rowsOf(x: number, colour: string): number[] {
    const rows: number[] = [];
    for (let y = this.top; y < this.bottom; y++) if (this.at(x, y) === colour) rows.push(y + 0.5);
    return rows.map((y) => (this.bottom - y) / (this.bottom - this.top));
  }

  column(share: number): number {
    return Math.round(this.left + share * (this.right - this.left));
  }
}

const draw = (array: NamedArray, options: PngOptions = {}, errors: NamedArray | null = null): Figure =>
  new Figure(encodePng(array, PROVENANCE, options, errors));

describe('a curve', () => {
  it('runs through its points, over ticks at their values', () => {
    const figure = draw(curves(Array.from({ length: 101 }, (_, i) => 2 * i)), { limits: [0, 200] });
    expect([figure.width, figure.height]).toEqual([1000, 620]);
    for (const share of [0.1, 0.25, 0.5, 0.75, 0.93]) {
      const rows = figure.rowsOf(figure.column(share), BLUE);
      const middle = rows.reduce((sum, row) => sum + row, 0) / rows.length;
      expect(middle).toBeCloseTo(share, 2);
    }
    const level = figure.levelTicks();
    expect(level.length).toBeGreaterThan(4);
    for (const [i, at] of level.entries()) expect(at).toBeCloseTo(i / (level.length - 1), 2);
    const upright = figure.uprightTicks();
    expect(upright.length).toBeGreaterThan(4);
    for (const [i, at] of upright.entries()) expect(at).toBeCloseTo(i / (upright.length - 1), 2);
  });

  it.each([
    ['small steps', { name: 'q', unit: 'nm^-1', origin: 0.0123, step: 3.3e-4 }],
    ['far from zero', { name: '2theta', unit: 'degrees', origin: 1234.5, step: 0.002 }],
    ['large numbers', { name: 'r', unit: 'mm', origin: -3e7, step: 123456 }],
    ['backwards', { name: '2theta', unit: 'degrees', origin: 50, step: -0.11 }],
  ])('has a label under every tick, and none touches the next: %s', (_, axis) => {
    const figure = draw(
      curves(
        Array.from({ length: 400 }, (__, i) => Math.sin(i / 9)),
        { axis },
      ),
    );
    const [ticks, labels] = [figure.levelTicks(), figure.levelLabels()];
    expect(ticks.length).toBeGreaterThan(2);
    expect(labels.length).toBe(ticks.length);
    for (const [i, at] of ticks.entries()) expect(Math.abs((labels[i] ?? 0) - at)).toBeLessThan(0.012);
  });

  it('has a gap where it is NaN, and a dot for a point alone', () => {
    const values = Array.from({ length: 201 }, (_, i) =>
      (i > 50 && i < 150 && i !== 100) || i === 170 ? Number.NaN : 5 + i,
    );
    const figure = draw(curves(values));
    const isDrawn = (share: number): boolean => figure.rowsOf(figure.column(share), BLUE).length > 0;
    expect([0.1, 0.2, 0.5, 0.8, 0.95].map(isDrawn)).toEqual([true, true, true, true, true]);
    expect([0.28, 0.4, 0.6, 0.72, 0.85].map(isDrawn)).toEqual([false, false, false, false, false]);
  });

  it('has its uncertainties as a band of both signs', () => {
    const signal = curves(Array.from({ length: 101 }, () => 50));
    const errors = { ...signal, name: 'sigma', errorsOf: 'intensity', data: signal.data.map((_, i) => 5 + i / 10) };
    const figure = draw(signal, { limits: [0, 100] }, errors);
    const pale = '193,207,232';
    for (const share of [0.3, 0.7]) {
      const rows = figure.rowsOf(figure.column(share), pale);
      expect(Math.min(...rows)).toBeCloseTo(0.5 - (0.05 + share / 10), 2);
      expect(Math.max(...rows)).toBeCloseTo(0.5 + (0.05 + share / 10), 2);
    }
  });

  it('of very many bins keeps its peaks', () => {
    const values = Array.from({ length: 200_000 }, (_, i) => (i === 77_777 ? 100 : 1));
    const figure = draw(curves(values, { axis: { name: 'q', unit: '', origin: 0, step: 1 } }), { limits: [0, 100] });
    const rows = [-1, 0, 1].flatMap((near) => figure.rowsOf(figure.column(77_777 / 199_999) + near, BLUE));
    expect(Math.max(...rows)).toBeGreaterThan(0.97);
  });

  it('bends its scale where a few values are far above the rest, and can be told not to', () => {
    const values = Array.from({ length: 1000 }, (_, i) => (i % 250 === 100 ? 1000 : 10));
    const height = (options: PngOptions): number => {
      const figure = draw(curves(values), options);
      const rows = figure.rowsOf(figure.column(0.5), BLUE);
      return rows.reduce((sum, row) => sum + row, 0) / rows.length;
    };
    expect(height({})).toBeCloseTo(Math.sqrt(10 / 1100), 2);
    expect(height({ scale: 'linear' })).toBeCloseTo(10 / 1050, 2);
    // From 8 to 1400.
    expect(height({ scale: 'log' })).toBeCloseTo(Math.log10(10 / 8) / Math.log10(1400 / 8), 2);
  });

  it.each([
    ['constant', Array(50).fill(7)],
    ['all zero', Array(50).fill(0)],
    ['one point', [3]],
    ['three points', [1, 5, 2]],
    ['nothing but NaN', [Number.NaN, Number.NaN]],
    ['infinite', [1, Number.POSITIVE_INFINITY, 2]],
    ['huge', [-1e300, 1e300]],
    ['tiny', [1e-300, 3e-300, 2e-300]],
  ])('can be %s', (_, values) => {
    for (const scale of [undefined, 'linear', 'sqrt', 'log'] as const) {
      const figure = draw(curves(values), scale ? { scale } : {});
      expect(figure.right - figure.left).toBeGreaterThan(500);
      expect(figure.uprightTicks().length).toBeGreaterThan(1);
    }
  });
});

describe('a series of curves', () => {
  const series = (frames: number, bins: number): NamedArray =>
    curves(
      Array.from({ length: frames * bins }, (_, i) => 100 * Math.floor(i / bins) + (i % bins)),
      { frames, axis: { name: '2theta', unit: 'degrees', origin: 2, step: 0.1 } },
    );

  it('of a few is drawn as curves over each other, each with its colour', () => {
    const figure = draw(series(3, 100));
    for (const colour of [BLUE, '204,85,34', '34,139,94'])
      expect(figure.rowsOf(figure.column(0.5), colour).length).toBeGreaterThan(0);
  });

  it('of many is a map: frames upwards, bins to the right, ticks at both', () => {
    const figure = draw(series(50, 100), { limits: [0, 5000], scale: 'linear' });
    const table = colourTable('viridis');
    for (const [frame, bin] of [
      [0, 0],
      [10, 70],
      [49, 99],
      [25, 3],
    ] as const) {
      const x = Math.floor(figure.left + ((bin + 0.5) / 100) * (figure.right - figure.left));
      const y = Math.floor(figure.bottom - ((frame + 0.5) / 50) * (figure.bottom - figure.top));
      const shade = Math.round(((100 * frame + bin) / 5000) * 255) * 3;
      expect(figure.at(x, y)).toBe(`${table[shade]},${table[shade + 1]},${table[shade + 2]}`);
    }
    // Frames 0, 10, ... lie in the middle of their rows; bins of 2, 3, ... degrees in the middle of their columns.
    expect(figure.uprightTicks()).toEqual([0, 10, 20, 30, 40].map((frame) => expect.closeTo((frame + 0.5) / 50, 2)));
    expect(figure.levelTicks()).toEqual(
      [2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((angle) => expect.closeTo(((angle - 2) / 0.1 + 0.5) / 100, 2)),
    );
  });

  it('shows NaN in a colour of its own', () => {
    const array = series(20, 30);
    array.data.fill(Number.NaN, 10 * 30, 11 * 30);
    const figure = draw(array);
    const y = Math.floor(figure.bottom - (10.5 / 20) * (figure.bottom - figure.top));
    expect(figure.at(figure.column(0.5), y)).toBe(NAN_COLOUR.join(','));
    expect(figure.at(figure.column(0.5), y + 40)).not.toBe(NAN_COLOUR.join(','));
  });

  it('of a large scan is averaged, not cut', () => {
    const array = curves(
      Array.from({ length: 5000 * 60 }, (_, i) => (i >= 2500 * 60 ? 9 : 1)),
      { frames: 5000 },
    );
    const figure = draw(array, { limits: [1, 9], scale: 'linear' });
    const middle = figure.column(0.5);
    expect(figure.at(middle, figure.top + 10)).toBe('253,231,37');
    expect(figure.at(middle, figure.bottom - 10)).toBe('68,1,84');
  });
});

describe('a cake', () => {
  it('has azimuth upwards with ticks that divide a turn, and radius to the right', () => {
    const [chi, q] = [
      { name: 'chi', unit: 'degrees', origin: -175, step: 10 },
      { name: 'q', unit: 'nm^-1', origin: 0.05, step: 0.1 },
    ];
    const values = Float32Array.from({ length: 36 * 200 }, (_, i) =>
      i % 200 === 100 ? 50 : Math.floor(i / 200) === 35 ? 30 : 10,
    );
    const cake = {
      name: 'intensity',
      shape: [36, 200],
      data: values,
      axes: [chi, q],
      unit: '',
      label: 'intensity',
      coordinates: 2,
    };
    const figure = draw(cake, { limits: [10, 50], scale: 'linear' });
    expect(figure.uprightTicks().map((at) => Math.round(at * 360))).toEqual([0, 45, 90, 135, 180, 225, 270, 315, 360]);
    expect(figure.at(figure.column(100.5 / 200), figure.bottom - 100)).toBe('253,231,37');
    expect(figure.at(figure.column(0.2), figure.bottom - 100)).toBe('68,1,84');
    const [top] = [figure.at(figure.column(0.2), figure.top + 4)];
    expect(top).toBe([...colourTable('viridis').subarray(128 * 3, 129 * 3)].join(','));
  });
});

describe('which arrays share a picture', () => {
  it('a single curve and its uncertainties do, a series and its own do not, coordinates have none', () => {
    const one = curves([1, 2, 3]);
    const many = curves(Array(300).fill(1), { frames: 100 });
    const radial = { ...one, name: 'radial', unit: 'degrees', data: Float64Array.of(0, 1, 2) };
    const names = (arrays: NamedArray[]) => picturesOf(arrays).map((group) => group.map(({ name }) => name));
    expect(names([one, { ...one, name: 'sigma', errorsOf: 'intensity' }, radial])).toEqual([['intensity', 'sigma']]);
    expect(names([many, { ...many, name: 'sigma', errorsOf: 'intensity' }, radial])).toEqual([
      ['intensity'],
      ['sigma'],
    ]);
    expect(names([radial])).toEqual([['radial']]);
    expect(names([{ ...radial, data: Float64Array.of(0, 1, 7) }, one])).toEqual([['radial'], ['intensity']]);
  });
});

describe('axes', () => {
  const range = fc.tuple(
    fc.double({ min: -1e9, max: 1e9, noNaN: true }),
    fc.double({ min: 1e-6, max: 1e9, noNaN: true }),
  );

  it('have labels that say where they stand, and do not touch', () => {
    fc.assert(
      fc.property(range, fc.integer({ min: 250, max: 900 }), ([low, span], pixels) => {
        fc.pre(span > Math.abs(low) * 1e-6);
        const { marks } = levelAxis(makeScale('linear', low, low + span), pixels);
        let end = Number.NEGATIVE_INFINITY;
        for (const { at, label } of marks.ticks) {
          const value = low + at * span;
          expect(Math.abs(Number(label) * 10 ** marks.exponent - value)).toBeLessThan(span * 0.01);
          const half = widthOf(label, TICK_SIZE) / 2;
          expect(at * pixels - half).toBeGreaterThan(end);
          end = at * pixels + half;
        }
        expect(marks.ticks.length).toBeGreaterThanOrEqual(1);
      }),
    );
  });

  it('bent, have labels that do not touch', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-5, max: 1e7, noNaN: true }),
        fc.double({ min: 1.5, max: 1e8, noNaN: true }),
        fc.boolean(),
        (low, ratio, log) => {
          const scale = log ? makeScale('log', low, low * ratio) : makeScale('sqrt', 0, low);
          const { marks } = uprightAxis(scale, 480);
          const places = marks.ticks.filter(({ label }) => label !== '').map(({ at }) => at * 480);
          expect(places.length).toBeGreaterThanOrEqual(1);
          places.sort((a, b) => a - b);
          for (let i = 1; i < places.length; i++)
            expect((places[i] ?? 0) - (places[i - 1] ?? 0)).toBeGreaterThan(TICK_SIZE);
          for (const { at } of marks.ticks) expect(at > -1e-6 && at < 1 + 1e-6).toBe(true);
        },
      ),
    );
  });

  it('say units and powers as they are printed', () => {
    expect([titleOf('2th', 'deg'), titleOf('2theta', 'degrees'), titleOf('q', 'nm^-1'), titleOf('q', 'A^-1')]).toEqual([
      '2θ (°)',
      '2θ (°)',
      'q (nm⁻¹)',
      'q (Å⁻¹)',
    ]);
    expect([titleOf('chi', 'degrees'), titleOf('intensity', '', 6), titleOf('intensity', 'counts', 3)]).toEqual([
      'χ (°)',
      'intensity (10⁶)',
      'intensity (10³ counts)',
    ]);
    expect(superscript(-12)).toBe('⁻¹²');
    expect(
      ticksOf(makeScale('log', 1e-7, 1e7), 5)
        .ticks.map(({ label }) => label)
        .filter((label) => label.includes('10⁶') || label.includes('10⁻')).length,
    ).toBeGreaterThan(0);
  });

  it('are bent by how far the highest values stand above the middle', () => {
    const sorted = (peak: number) => Float64Array.from({ length: 1000 }, (_, i) => (i > 990 ? peak : 1 + i / 1e5));
    expect(chooseScale(sorted(10), CURVE_THRESHOLDS).kind).toBe('linear');
    expect(chooseScale(sorted(100), CURVE_THRESHOLDS).kind).toBe('sqrt');
    expect(chooseScale(sorted(1e5), CURVE_THRESHOLDS).kind).toBe('log');
    expect(
      chooseScale(
        sorted(1e5).map((value, i) => (i < 20 ? -5e3 : value)),
        CURVE_THRESHOLDS,
      ).kind,
    ).toBe('linear');
    expect(chooseScale(new Float64Array(0), CURVE_THRESHOLDS).kind).toBe('linear');
  });
});
