import { describe, expect, it } from 'vitest';
import { augmented } from '../../dist/train/augment.js';
import { madeUp } from './samples.js';

const PIXELS = 8;

/** Both images of a series of numbers from -1 to 1, by the definition. */
function fields(series: readonly number[]): { sum: number[]; diff: number[] } {
  const y = series.map((x) => Math.sqrt(1 - x * x));
  const each = (of: (i: number, j: number) => number) => series.flatMap((_, i) => series.map((_, j) => of(i, j)));
  const [x, s] = [(i: number) => series[i] ?? 0, (i: number) => y[i] ?? 0];
  return { sum: each((i, j) => x(i) * x(j) - s(i) * s(j)), diff: each((i, j) => s(i) * x(j) - x(i) * s(j)) };
}

const SERIES = [-1, -0.4, 0.1, 0.9, 0.3, 1, -0.2, 0.6];

const part = {
  count: 80,
  y: new Int32Array(80),
  async *batches() {
    const { sum, diff } = fields(SERIES);
    const all = (image: number[]) => Float32Array.from(Array.from({ length: 80 }, () => image).flat());
    yield { count: 80, sum: all(sum), diff: all(diff), statistics: new Float32Array(0), y: new Int32Array(80) };
  },
};

async function imagesOf(augment: 'none' | 'shift' | 'shift-reverse', seed = 1, epoch = 0): Promise<string[]> {
  const found: string[] = [];
  for await (const { sum, diff } of augmented(part, augment, PIXELS, seed).batches(epoch)) {
    const image = PIXELS ** 2;
    for (let i = 0; i < 80; i++)
      found.push([sum, diff].flatMap((kind) => [...kind.slice(i * image, (i + 1) * image)]).join());
  }
  return found;
}

const imageOf = (series: readonly number[]): string => {
  const { sum, diff } = fields(series);
  return [...Float32Array.from(sum), ...Float32Array.from(diff)].join();
};

describe('images of windows that begin elsewhere', () => {
  const turned = SERIES.map((_, at) => [...SERIES.slice(at), ...SERIES.slice(0, at)]);

  it('are the images of the shifted series, every shift among them', async () => {
    expect(new Set(await imagesOf('shift'))).toEqual(new Set(turned.map(imageOf)));
  });

  it('are read backwards as well, if wanted', async () => {
    const both = [...turned, ...turned.map((series) => [...series].reverse())];
    const found = new Set(await imagesOf('shift-reverse'));
    expect(found.size).toBeGreaterThan(PIXELS);
    for (const image of found) expect(both.map(imageOf)).toContain(image);
  });

  it('depend on seed and epoch alone', async () => {
    const first = await imagesOf('shift');
    expect(await imagesOf('shift')).toEqual(first);
    expect(await imagesOf('shift', 2)).not.toEqual(first);
    expect(await imagesOf('shift', 1, 1)).not.toEqual(first);
  });

  it('are no others for another batch size', async () => {
    const seen = async (batch: number) => {
      const found: number[] = [];
      for await (const { sum } of augmented(madeUp(6, { batch }), 'shift', PIXELS, 3).batches(0)) found.push(...sum);
      return found;
    };
    expect(await seen(2)).toEqual(await seen(6));
  });

  it('stay as they are without', () => {
    expect(augmented(part, 'none', PIXELS, 1)).toBe(part);
  });
});
