import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type NamedArray, run } from '../../../dist/index.js';
import { CASES, type Case, hasReference, readReference, SPLITTINGS, type Splitting, worst, XRD } from './cases.js';

const LIMIT = 1e-6;

async function integrate(one: Case, splitting: Splitting, more = {}): Promise<Record<string, NamedArray>> {
  const { arrays } = await run('azimuthal', await one.open(), {
    values: { ...(await one.values()), splitting, ...more },
    workers: 1,
  });
  return Object.fromEntries(arrays.map((array) => [array.name, array]));
}

function frameOf(array: NamedArray | undefined, frame: number): ArrayLike<number> {
  const size = array?.shape.at(-1) ?? 0;
  return array?.data.subarray(frame * size, (frame + 1) * size) ?? [];
}

describe.runIf(hasReference('curves against pyFAI'))('curves of pyFAI, in its own precision', () => {
  for (const one of CASES) {
    it.each(SPLITTINGS)(`${one.name}, splitting %s`, async (splitting) => {
      const { intensity, sigma, radial } = await integrate(one, splitting);
      const want = readReference(`${one.name}_${splitting}`);
      expect(worst(frameOf(radial, 0), want.radial ?? [])).toBeLessThan(1e-12);
      for (const [column, frame] of one.frames.entries()) {
        const reference = want[one.frames.length === 1 ? 'intensity' : `frame${column}`] ?? [];
        expect(worst(frameOf(intensity, frame), reference)).toBeLessThan(LIMIT);
      }
      if (want.sigma) expect(worst(frameOf(sigma, 0), want.sigma)).toBeLessThan(LIMIT);
    });
    it(`${one.name}, as a sparse matrix product`, async () => {
      const { intensity } = await integrate(one, 'bbox', { method: 'csr' });
      const want = readReference(`${one.name}_bbox`);
      const column = one.frames.length === 1 ? 'intensity' : 'frame0';
      expect(worst(frameOf(intensity, 0), want[column] ?? [])).toBeLessThan(LIMIT);
    });
  }

  it('the cake of CeO2, splitting bbox', async () => {
    const [one] = CASES;
    if (!one) throw new Error('no case');
    const values = { npt: 200, nptAzim: 36, errorModel: 'none' };
    const { intensity, radial, azimuthal } = await integrate(one, 'bbox', values);
    const text = readFileSync(join(XRD, 'reference/ceo2_cake_bbox.csv'), 'utf8');
    const [, head = '', ...lines] = text.trim().split('\n');
    const rows = lines.map((line) => line.split(',').map(Number));
    expect(worst(radial?.data ?? [], head.split(',').slice(1).map(Number))).toBeLessThan(1e-12);
    expect(
      worst(
        azimuthal?.data ?? [],
        rows.map(([chi = 0]) => chi),
      ),
    ).toBeLessThan(1e-12);
    expect(
      worst(
        intensity?.data ?? [],
        rows.flatMap(([, ...row]) => row),
      ),
    ).toBeLessThan(LIMIT);
  });
});
