import { describe, expect, test } from 'vitest';
import { workerProcesses } from '../../dist/io/shared-usage.js';
import {
  Adaptation,
  type AdaptLimits,
  adapt,
  type Change,
  type InUse,
  type Measurement,
  startAdapting,
} from '../../dist/loader/adapt.js';
import { describeLine, monitor } from '../../dist/loader/monitor.js';

const LIMITS: AdaptLimits = {
  workers: 4,
  slots: 12,
  largestChunk: 256,
  batch: 32,
  batchBytes: 2 ** 20,
  cores: 4,
  reserveBytes: 2 ** 29,
};

const CALM: Measurement = {
  seconds: 1,
  waitForData: 0,
  waitForConsumer: 0,
  batches: 100,
  busySeconds: 2,
  load: 2,
  freeBytes: 2 ** 33,
};

/** Runs a trace and collects the changes, with the measurement each came at. */
function follow(start: InUse, trace: readonly Partial<Measurement>[]): { changes: [number, Change][]; inUse: InUse } {
  let state = startAdapting(start);
  const changes: [number, Change][] = [];
  trace.forEach((seen, i) => {
    const next = adapt(LIMITS, state, { ...CALM, ...seen });
    state = next.state;
    for (const change of next.changes) changes.push([i, change]);
    const { workers, slots, chunk } = state.inUse;
    expect(workers).toBeGreaterThanOrEqual(1);
    expect(workers).toBeLessThanOrEqual(LIMITS.workers);
    expect(slots).toBeGreaterThanOrEqual(Math.min(LIMITS.slots, workers + 1));
    expect(slots).toBeLessThanOrEqual(LIMITS.slots);
    expect(chunk).toBeLessThanOrEqual(LIMITS.largestChunk);
  });
  return { changes, inUse: state.inUse };
}

const times = (count: number, seen: Partial<Measurement>): Partial<Measurement>[] => Array(count).fill(seen);
const start: InUse = { workers: 2, slots: 5, chunk: 64 };

describe('adaptation', () => {
  test('nothing changes while all is well, or for a moment only', () => {
    expect(follow(start, times(100, {})).changes).toEqual([]);
    const flicker = Array.from({ length: 100 }, (_, i) => (i % 3 < 2 ? { waitForData: 0.9 } : {}));
    expect(follow(start, flicker).changes).toEqual([]);
  });

  test('a consumer that waits gets workers, then slots', () => {
    const { changes, inUse } = follow(start, times(60, { waitForData: 0.4 }));
    expect(changes.slice(0, 4).map(([, { what, from, to }]) => [what, from, to])).toEqual([
      ['workers', 2, 3],
      ['slots', 5, 7],
      ['workers', 3, 4],
      ['slots', 7, 9],
    ]);
    expect(changes[0]?.[0]).toBe(2);
    expect(changes[0]?.[1].reason).toBe('the consumer waited for data 40 % of the time');
    expect(inUse).toMatchObject({ workers: 4, slots: 12 });
  });

  test('no worker is added to a loaded machine', () => {
    const { changes } = follow(start, times(60, { waitForData: 0.4, load: 5.5 }));
    expect(changes.every(([, { what }]) => what === 'slots')).toBe(true);
  });

  test('short tasks become longer', () => {
    const all: InUse = { workers: 4, slots: 12, chunk: 32 };
    const { changes } = follow(all, times(30, { waitForData: 0.4, batches: 2000, busySeconds: 1 }));
    expect(changes.map(([, { what, to }]) => [what, to])).toEqual([['chunk', 64]]);
    expect(changes[0]?.[1].reason).toContain('a task takes only 0.5 ms');
  });

  test('tasks that leave workers idle while the consumer waits become shorter, down to a piece of a batch', () => {
    const all: InUse = { workers: 4, slots: 12, chunk: 64 };
    const seen = { waitForData: 0.4, waitForConsumer: 2, batches: 20, busySeconds: 2 };
    const { changes } = follow(all, times(60, seen));
    expect(changes.slice(0, 4).map(([, { what, to }]) => [what, to])).toEqual([
      ['chunk', 32],
      ['chunk', 16],
      ['chunk', 8],
    ]);
    expect(changes[0]?.[1].reason).toBe(
      'the consumer waited for data 40 % of the time, while workers had nothing to do 50 % of it',
    );
  });

  test('a slow consumer lets workers go, then slots', () => {
    const { changes, inUse } = follow({ workers: 4, slots: 12, chunk: 64 }, times(100, { waitForConsumer: 3.6 }));
    expect(changes[0]?.[1]).toMatchObject({ what: 'workers', from: 4, to: 3 });
    expect(inUse.workers).toBeLessThan(4);
    expect(inUse.slots).toBeLessThan(12);
  });

  test('other work on the machine takes workers', () => {
    const { changes } = follow({ workers: 4, slots: 12, chunk: 64 }, times(4, { load: 9 }));
    expect(changes.map(([, { what, to }]) => [what, to])).toEqual([['workers', 3]]);
    expect(changes[0]?.[1].reason).toBe('the load is 9.0 on 4 cores');
  });

  test('want of memory is answered at once, every time', () => {
    const { changes, inUse } = follow({ workers: 4, slots: 12, chunk: 64 }, times(6, { freeBytes: 2 ** 28 }));
    expect(changes.map(([at, { what, to }]) => [at, what, to])).toEqual([
      [0, 'slots', 6],
      [0, 'chunk', 32],
      [1, 'slots', 5],
      [2, 'workers', 3],
      [3, 'slots', 4],
      [4, 'workers', 2],
      [5, 'slots', 3],
    ]);
    expect(inUse).toEqual({ workers: 2, slots: 3, chunk: 32 });
  });

  test('does not swing for ever between two numbers', () => {
    // Three workers are too few, four too many.
    let state = startAdapting({ workers: 3, slots: 12, chunk: 64 });
    let changes = 0;
    for (let i = 0; i < 1000; i++) {
      const few = state.inUse.workers < 4;
      const seen = few ? { ...CALM, waitForData: 0.3 } : { ...CALM, load: 9 };
      const next = adapt(LIMITS, state, seen);
      state = next.state;
      changes += next.changes.filter(({ what }) => what === 'workers').length;
    }
    expect(changes).toBeLessThan(1000 / 40);
  });

  test('every change is logged once, with its reason', () => {
    const lines: string[] = [];
    const adaptation = new Adaptation(LIMITS, start, (line) => lines.push(line));
    for (let i = 0; i < 3; i++) adaptation.measure({ ...CALM, waitForData: 0.5 });
    expect(lines).toEqual([
      'workers 2 -> 3: the consumer waited for data 50 % of the time.',
      'slots 5 -> 7: 3 workers, 2 each, and one more.',
    ]);
    expect(adaptation.changes).toHaveLength(2);
  });
});

describe('monitor', () => {
  test('tells of memory, segments, workers and load until it is stopped', async () => {
    const stop = new AbortController();
    const lines: string[] = [];
    for await (const line of monitor({ every: 0.001, workers: () => 3, signal: stop.signal })) {
      lines.push(describeLine(line));
      if (lines.length === 3) stop.abort();
    }
    expect(lines).toHaveLength(3);
    for (const line of lines)
      expect(line).toMatch(/^\d+ s {2}[\d.]+ \w+ free {2}\d+ segments?, .+ {2}3 workers {2}load [\d.]+$/);
  });

  test('counts worker processes where no loader is watched', async () => {
    for await (const { workers } of monitor()) {
      expect(workers).toBeGreaterThanOrEqual(0);
      break;
    }
    expect(workerProcesses('/nowhere')).toBeNull();
  });

  test('an ended loop ends the monitor', async () => {
    for await (const { freeBytes } of monitor()) {
      expect(freeBytes).toBeGreaterThan(0);
      break;
    }
  });
});
