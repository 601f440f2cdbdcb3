import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type Batch, dataLoader, Stopped } from '../../dist/index.js';
import { all, load, SAMPLES, source, values } from './samples.js';

describe('a consumer', () => {
  test('that leaves the loop ends the workers; iterating starts them again', async () => {
    await using loader = dataLoader(source, { map: 'copy', batch: 5, layout: 'threads', workers: 2 });
    let seen = 0;
    for await (const _ of loader) if (++seen === 3) break;
    expect(seen).toBe(3);
    for await (const { count } of loader) seen += count;
    expect(seen).toBe(3 + SAMPLES);
  });

  test('that keeps a batch still has it when others have come', async () => {
    await using loader = dataLoader(source, { map: 'copy', batch: 8, layout: 'threads', workers: 2 });
    const kept: Batch[] = [];
    for await (const batch of loader) if (batch.number < 2) kept.push(batch.keep());
    for (const { x, number } of kept) expect(x.frames?.[0]).toBe(values[number * 8 * 72]);
    for (const batch of kept) batch.release();
  });

  test('that keeps all of them is told so', async () => {
    const loader = dataLoader(source, {
      ...{ map: 'copy', batch: 8, layout: 'threads', workers: 1, patience: 0.05 },
      memory: { ring: 4 * 8 * 80 * 8 },
    });
    const kept: number[] = [];
    const keeping = async (): Promise<void> => {
      for await (const batch of loader) kept.push(batch.keep().number);
    };
    await expect(keeping()).rejects.toThrow(/kept and not released within 0.05 s/);
    expect(kept).toEqual(Array.from({ length: (await loader.plan()).slots }, (_, i) => i));
  });

  test('that reads a batch after its release is told so', async () => {
    for (const debug of [false, true]) {
      await using loader = dataLoader(source, { map: 'copy', batch: 8, debug });
      let before: Batch | null = null;
      for await (const batch of loader) {
        const { x } = batch;
        if (before) expect(() => before?.x).toThrow(/was released/);
        before = batch;
        expect(x.frames?.length).toBeGreaterThan(0);
        batch.release();
        batch.release();
        // Without debug mode an array that was taken out before may show another batch by now.
        if (debug) expect(x.frames?.length).toBe(0);
      }
    }
  });

  test('cannot go through two epochs at a time', async () => {
    await using loader = dataLoader(source, { map: 'copy', batch: 8 });
    const first = loader[Symbol.asyncIterator]();
    await first.next();
    await expect(loader[Symbol.asyncIterator]().next()).rejects.toThrow(/one epoch at a time/);
    await first.return();
    expect((await loader[Symbol.asyncIterator]().next()).done).toBe(false);
  });

  test('that waits when the loader is closed elsewhere ends with Stopped', async () => {
    const loader = dataLoader(source, { map: 'copy', batch: 8, layout: 'threads', workers: 1 });
    const run = async (): Promise<void> => {
      for await (const { number } of loader) if (number === 1) void loader.close();
    };
    await expect(run()).rejects.toBeInstanceOf(Stopped);
  });

  test.each(['inline', 'threads'] as const)(
    'that is closed before its first batch ends with Stopped (%s)',
    async (layout) => {
      const loader = dataLoader(source, { map: 'copy', batch: 8, layout, workers: 1 });
      const outcomeOf = (next: Promise<unknown>): Promise<unknown> => next.catch((error: unknown) => error);
      const early = outcomeOf(loader[Symbol.asyncIterator]().next());
      await loader.close();
      expect(await early).toBeInstanceOf(Stopped);
      await loader.plan();
      const starting = outcomeOf(loader[Symbol.asyncIterator]().next());
      // Until workers are being started, but not yet up.
      for (let turn = 0; turn < 4; turn++) await Promise.resolve();
      await loader.close();
      expect(await starting).toBeInstanceOf(Stopped);
      expect((await load({ map: 'copy', batch: 8, layout, workers: 1 })).index).toEqual(all);
    },
  );

  test('that waits in one epoch goes on when it releases what it kept of the one before', async () => {
    const slot = 8 * 72 * 8;
    await using loader = dataLoader(source, { map: 'copy', batch: 8, patience: 20, memory: { ring: 2 * slot + 1000 } });
    expect((await loader.plan()).slots).toBe(2);
    let kept: Batch | null = null;
    for await (const batch of loader) if (batch.number === 12) kept = batch.keep();
    const next = loader[Symbol.asyncIterator]();
    (await next.next()).value?.keep();
    const waiting = next.next();
    setTimeout(() => kept?.release(), 20);
    expect((await waiting).value?.number).toBe(1);
  });

  test('that does not close the loader does not keep the process alive', () => {
    const script = `
      import { dataLoader, openArray } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, '../../dist/index.js')).href)};
      const source = openArray([50, 2, 10], new Float64Array(1000));
      const loader = dataLoader(source, { map: 'copy', batch: 4, layout: 'threads', workers: 2 });
      let n = 0;
      for await (const { count } of loader) n += count;
      console.log(n);`;
    const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect([stdout.trim(), status]).toEqual(['50', 0]);
  });

  test.each(['inline', 'threads'] as const)('that aborts ends the loop (%s)', async (layout) => {
    const controller = new AbortController();
    const loader = dataLoader(source, { map: 'copy', batch: 4, layout, workers: 2, signal: controller.signal });
    const run = async (): Promise<void> => {
      for await (const { number } of loader) if (number === 2) controller.abort();
    };
    await expect(run()).rejects.toBeInstanceOf(Stopped);
    await expect(dataLoader(source, { map: 'copy', signal: controller.signal }).plan()).rejects.toBeInstanceOf(Stopped);
  });
});
