import { createHash } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { openArray } from '../../dist/index.js';
import { Epoch } from '../../dist/loader/batches.js';
import type { BatchCrew } from '../../dist/loader/crew.js';
import { startCrew } from '../../dist/loader/crews.js';
import { makeOrder } from '../../dist/loader/order.js';
import { type LoaderPlan, makeLoaderPlan } from '../../dist/loader/plan.js';
import { Ring } from '../../dist/loader/ring.js';
import { Tally } from '../../dist/loader/statistics.js';
import { Steering } from '../../dist/loader/steering.js';
import { workOf } from '../../dist/loader/task.js';

const SAMPLES = 203;
const BATCH = 16;
const source = openArray(
  [SAMPLES, 2, 24],
  Float64Array.from({ length: SAMPLES * 48 }, (_, i) => Math.sin(i * i)),
);
const MAP = { name: 'gaf', values: { size: 12 } };

async function open(options: { workers: number; layout: 'inline' | 'threads' | 'processes' }) {
  const work = await workOf(source, MAP, { map: MAP }, BATCH);
  const { slotBytes: batchBytes, windowBytes, preparedBytes } = work.outline;
  const needs = {
    ...{ samples: SAMPLES, batch: BATCH, batches: 13, batchBytes, windowBytes, preparedBytes },
    ...{ sampleBytes: 48 * 8, arrayBytes: 0, calibrate: () => Promise.resolve(1) },
  };
  const plan = await makeLoaderPlan(needs, { map: MAP, prefetch: 3, ...options });
  const crew = await startCrew(work, plan, false, () => undefined);
  return { work, plan, crew, ring: new Ring(crew.slots) };
}

type Opened = Awaited<ReturnType<typeof open>>;

/** What an epoch holds, with something done after every batch. */
async function hash({ work, crew, ring }: Opened, tally: Tally, after: (number: number) => void): Promise<string> {
  const digest = createHash('sha256');
  const order = makeOrder(null, SAMPLES, BATCH, false, 5, 0);
  const { fields } = work.outline;
  const epoch = new Epoch({ crew, ring, order, fields, labels: null, options: {}, tally });
  for (let batch = await epoch.next(); batch; batch = await epoch.next()) {
    for (const { buffer, byteOffset, byteLength } of Object.values(batch.x))
      digest.update(new Uint8Array(buffer, byteOffset, byteLength));
    after(batch.number);
  }
  epoch.end();
  return digest.digest('hex');
}

describe('what is changed while a loader runs', () => {
  test.each(['threads', 'processes'] as const)('leaves every batch as it is (%s)', async (layout) => {
    const alone = await open({ layout: 'inline', workers: 0 });
    const expected = await hash(alone, new Tally(), () => undefined);
    await alone.crew.close();
    const many = await open({ layout, workers: 3 });
    const { crew, ring } = many;
    const chunks = [48, 1, 5, 16, 3, 32, 7];
    try {
      for (let pass = 0; pass < 3; pass++) {
        const seen = await hash(many, new Tally(), (number) => {
          crew.task?.(chunks[(number + pass) % chunks.length] ?? 1);
          crew.limit?.(1 + ((number + pass) % 3));
          ring.limit = 2 + ((number * 3 + pass) % (crew.slots - 1));
        });
        expect(seen).toBe(expected);
      }
    } finally {
      await crew.close();
    }
  });
});

describe('steering', () => {
  test('hands the length of tasks, workers and slots to those who use them, and tells why', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const told: string[] = [];
      const used = { chunk: 0, workers: 0 };
      const crew: BatchCrew = {
        ...{ workers: 2, slots: 9, bytes: 0, copies: 0, views: () => ({}), fill: () => undefined },
        limit: (workers) => {
          used.workers = workers;
        },
        task: (samples) => {
          used.chunk = samples;
        },
        close: () => Promise.resolve(),
      };
      const [ring, tally] = [new Ring(9), new Tally()];
      const plan = { slots: 9, batchBytes: 1000, chunk: 32, largestChunk: 64 } as LoaderPlan;
      const steering = new Steering(
        plan,
        16,
        { crew, ring, tally },
        (line) => told.push(line),
        () => 0,
      );
      expect(ring.limit).toBe(5);
      for (let i = 0; i < 20; i++) {
        vi.advanceTimersByTime(1001);
        // Both workers are busy with tasks of a millisecond, and the consumer waits.
        tally.waitForDataSeconds += 0.5;
        tally.batches += 4000;
        tally.workerSeconds += 2;
        steering.look();
      }
      expect(told).toEqual([
        'slots 5 -> 8: the consumer waited for data 50 % of the time.',
        'slots 8 -> 9: the consumer waited for data 50 % of the time.',
        'chunk 32 -> 64: the consumer waited for data 50 % of the time, and a task takes only 1.0 ms.',
      ]);
      expect([used, ring.limit]).toEqual([{ chunk: 64, workers: 2 }, 9]);
    } finally {
      vi.useRealTimers();
    }
  });
});
