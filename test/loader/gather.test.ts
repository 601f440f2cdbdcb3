import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { dataLoader, type LoaderOptions, openArray, type Source } from '../../dist/index.js';

const folder = mkdtempSync(join(tmpdir(), 'gather-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MIB = 2 ** 20;
const SAMPLES = 1000;
const values = Float32Array.from({ length: SAMPLES * 96 * 3 }, (_, i) => Math.cos(i * i));
const source: Source = {
  ...openArray([SAMPLES, 3, 96], values),
  labels: { classes: ['a', 'b'], of: Int32Array.from({ length: SAMPLES }, (_, i) => i % 2) },
};
/** 0.2 MiB a sample, 200 MiB all of them. */
const GAF = { name: 'gaf', values: { size: 96 } };

/** A limit so much above what this process takes already. */
const above = (bytes: number) => ({ max: process.memoryUsage.rss() + bytes });

async function read(options: LoaderOptions) {
  const hash = createHash('sha256');
  const [index, counts]: [number[], number[]] = [[], []];
  await using loader = dataLoader(source, options);
  const plan = await loader.plan();
  for await (const { x, index: of, count } of loader) {
    for (let at = 0; at < count; at++) {
      const size = 3 * 96 * 96;
      for (const label of ['sum', 'diff'])
        hash.update(new Uint8Array(x[label]?.slice(at * size, (at + 1) * size).buffer ?? []));
    }
    index.push(...of);
    counts.push(count);
  }
  return { plan, hash: hash.digest('hex'), index, counts, stats: loader.stats() };
}

describe('a batch that memory does not hold', () => {
  const base: LoaderOptions = { map: GAF, batch: 400, workers: 0, shuffle: { seed: 3 } };

  test('comes in parts, the same samples in the same order, and that is said once', async () => {
    const whole = await read(base);
    const said: string[] = [];
    const parts = await read({ ...base, memory: above(45 * MIB), log: (line) => void said.push(line) });
    expect([parts.hash, parts.index]).toEqual([whole.hash, whole.index]);
    const { pieces, projectedBytes, budgetBytes, batches } = parts.plan;
    expect(pieces).toBeGreaterThan(1);
    expect(projectedBytes).toBeLessThanOrEqual(budgetBytes);
    expect(batches).toBe(parts.counts.length);
    // No part reaches from one batch into the next.
    let sum = 0;
    const ends = new Set(parts.counts.map((count) => (sum += count)));
    expect([400, 800, 1000].every((end) => ends.has(end))).toBe(true);
    expect(parts.stats.fallbacks).toEqual([
      expect.stringMatching(
        /^Fell back from one thread to one thread and parts of batches.*: it needs [\d.]+ MiB, but the memory it was given is [\d.]+ MiB\./,
      ),
    ]);
    expect(said.filter((line) => line.startsWith('Fell back'))).toEqual(parts.stats.fallbacks);
    expect(parts.stats.peakRingBytes).toBeLessThan(45 * MIB);
  });

  test('is refused when strict, before any work', async () => {
    const loader = dataLoader(source, { ...base, memory: above(45 * MIB), strict: true });
    await expect(loader.plan()).rejects.toMatchObject({ code: 'fallback-refused' });
  });

  test('goes to a file in parts, the same bytes', async () => {
    const [whole, parts] = [join(folder, 'whole.npy'), join(folder, 'parts.npy')];
    await using one = dataLoader(source, base);
    const { checksums } = await one.materialize(whole);
    await using other = dataLoader(source, { ...base, memory: above(45 * MIB) });
    expect((await other.materialize(parts)).checksums).toEqual(checksums);
    expect((await other.plan()).pieces).toBeGreaterThan(1);
    const name = (path: string) => readFileSync(path.replace('.npy', '.sum.npy'));
    expect(name(parts).equals(name(whole))).toBe(true);
  });
});

describe('all entries', () => {
  const base: LoaderOptions = { map: GAF, batch: 50, workers: 0 };

  test('in memory are what batches hold', async () => {
    await using loader = dataLoader(source, { ...base, batch: 64, layout: 'threads', workers: 2 });
    const kept = await loader.gather();
    if (kept.in !== 'memory') throw new Error('memory was enough');
    expect(kept.shapes).toEqual({ sum: [SAMPLES, 3, 96, 96], diff: [SAMPLES, 3, 96, 96] });
    expect([...kept.y.subarray(0, 3), kept.index[999]]).toEqual([0, 1, 0, 999]);
    const size = 3 * 96 * 96;
    let row = 0;
    for await (const { x, count } of loader) {
      const same = Buffer.compare(
        new Uint8Array(x.sum?.slice(0, count * size).buffer ?? []),
        new Uint8Array(kept.x.sum?.slice(row * size, (row + count) * size).buffer ?? []),
      );
      expect(same).toBe(0);
      row += count;
    }
    expect(loader.stats().fallbacks).toEqual([]);
  });

  test('go to the file when memory does not hold them, said once', async () => {
    await using loader = dataLoader(source, { ...base, memory: above(120 * MIB) });
    const path = join(folder, 'kept.npy');
    const kept = await loader.gather({ orTo: path });
    expect(kept).toMatchObject({ in: 'file', samples: SAMPLES, files: { sum: path.replace('.npy', '.sum.npy') } });
    expect(loader.stats().fallbacks).toEqual([
      expect.stringMatching(
        /^Fell back from memory to the file .*kept\.npy: all 1000 entries take 211 MiB, but [\d.]+ MiB of [\d.]+ \w+ are left/,
      ),
    ]);
  });

  test('are refused without a file, or when strict, and leave nothing', async () => {
    const before = readdirSync(folder);
    await using loader = dataLoader(source, { ...base, memory: above(120 * MIB) });
    await expect(loader.gather()).rejects.toMatchObject({ code: 'does-not-fit' });
    await using strict = dataLoader(source, { ...base, memory: above(120 * MIB), strict: true });
    await expect(strict.gather({ orTo: join(folder, 'no.npy') })).rejects.toMatchObject({ code: 'fallback-refused' });
    expect(readdirSync(folder)).toEqual(before);
  });
});
