import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { run as make } from '../../dist/cli/make.js';
import { cutWindows } from '../../dist/core/series.js';
import type { Source } from '../../dist/core/source.js';
import { openSource } from '../../dist/formats/registry.js';
import { openSynthetic } from '../../dist/formats/synthetic/index.js';
import { makeFaultSeries } from '../../dist/formats/synthetic/series.js';
import { runLocal } from '../../dist/layouts/local.js';

const folder = mkdtempSync(join(tmpdir(), 'made-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function frames(source: Source): Promise<number[]> {
  const { arrays } = await runLocal(source, [{ name: 'copy', values: {} }], { layout: 'serial' });
  return Array.from(arrays[0]?.data ?? []);
}

const SHAPE = '63x5x24';
const written = (name: string): Promise<number> =>
  make([SHAPE, join(folder, name), '--kind', 'series', '--seed', '4', '--quiet'], new AbortController().signal);

describe('fault series', () => {
  it('are the same for a seed, and other ones for another', () => {
    const small = { recordings: 7, points: 48 };
    const [one, same, other] = [makeFaultSeries(small), makeFaultSeries(small), makeFaultSeries({ ...small, seed: 2 })];
    expect(one).toEqual(same);
    expect(one.segments[0]?.values).not.toEqual(other.segments[0]?.values);
    expect(one.segments.map(({ label }) => label)).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 0, 0]);
    expect(one.segments[3]?.values).toEqual(makeFaultSeries({ ...small, recordings: 2 }).segments[3]?.values);
    expect(() => makeFaultSeries({ classes: 7 })).toThrow(/classes as a whole number from 1 to 6, not 7/);
  });

  it('have a gap between segments, and plausible values', () => {
    const { segments, interval, channels } = makeFaultSeries({ recordings: 12, channels: 14 });
    expect(channels.slice(-2)).toEqual(['supply_temp_2', 'mixed_temp_2']);
    for (const [i, { values, length, start, recording }] of segments.entries()) {
      const before = segments[i - 1];
      if (before?.recording === recording)
        expect(start - before.start - before.length * interval).toBeGreaterThan(3 * interval);
      expect(values.every(Number.isFinite)).toBe(true);
      expect(Math.min(...values.subarray(0, length))).toBeGreaterThan(0);
      expect(Math.max(...values.subarray(0, length))).toBeLessThan(45);
    }
  });

  it('come back from every file they are written to', async () => {
    const expected = await frames(openSynthetic('series', [63, 5, 24], undefined, 4));
    for (const name of ['set.ts', 'set.npz', 'set.npy', 'tables/']) await written(name);
    for (const name of ['set.ts', 'set.npz', 'set.npy'])
      expect(await frames(await openSource(join(folder, name)))).toEqual(expected);
    const [ts, npz] = [await openSource(join(folder, 'set.ts')), await openSource(join(folder, 'set.npz'))];
    expect(ts.labels).toEqual(npz.labels);
    expect(ts.labels?.classes.slice(0, 2)).toEqual(['normal', 'valve-stuck']);
    const tables = await openSource(join(folder, 'tables'), { timeSeries: { length: 24 } });
    expect(tables.notes).toContain('Segments end at 6 gaps in time.');
    expect(readdirSync(join(folder, 'tables')).sort()[0]).toBe('damper-stuck_0002.csv');
    // Files are read in the order of their names, so that recordings are too.
    const all = new Set(await frames(tables));
    expect(expected.every((value) => all.has(value))).toBe(true);
    expect(tables.handle.stack.stackShape).toEqual([63]);
    expect(readFileSync(join(folder, 'tables/normal_0000.csv'), 'utf8')).toMatch(/^time,supply_temp,.*\n2024-01-0\d /);
    await expect(written('tables/')).rejects.toThrow(/exists already/);
    await expect(written('set.ts')).rejects.toThrow(/exists already/);
  });

  it('are cut as they are made', () => {
    const { handle, labels, groups } = cutWindows(makeFaultSeries({ recordings: 6 }), { length: 96 });
    expect(handle.stack.stackShape).toEqual([60]);
    expect(Array.from(labels.of)).toEqual(Array.from({ length: 60 }, (_, n) => Math.floor(n / 10)));
    expect(groups).toEqual(labels.of);
  });
});
