import { describe, expect, test } from 'vitest';
import { allocate } from '../../dist/core/dtype.js';
import { Epoch } from '../../dist/loader/batches.js';
import type { BatchCrew, Field } from '../../dist/loader/crew.js';
import { type BatchWorker, Dispatcher, type WorkerAnswer } from '../../dist/loader/dispatch.js';
import { makeOrder } from '../../dist/loader/order.js';
import { Ring } from '../../dist/loader/ring.js';
import { Tally } from '../../dist/loader/statistics.js';

const FIELD: Field = { label: 'a', operator: 0, name: 'a', dtype: 'uint8', shape: [1], size: 1, offset: 0 };

/** Answers at once, with the numbers of the samples. */
function crewOf(slots: number): BatchCrew {
  const views = Array.from({ length: slots }, () => ({ a: allocate('uint8', 2) }));
  return {
    ...{ workers: 1, slots, bytes: 0, copies: 0 },
    views: (slot) => views[slot] ?? {},
    fill: (slot, { number, samples }, done) => {
      views[slot]?.a.set(samples);
      setImmediate(() => done({ slot, number, failed: [], seconds: 0, finishedAt: 0 }));
    },
    close: async () => undefined,
  };
}

test('a ring hands out no more slots than its limit, and remembers the most', () => {
  const ring = new Ring(4);
  ring.limit = 2;
  const taken = [ring.take(), ring.take()];
  expect([ring.take(), ring.used, ring.peak]).toEqual([null, 2, 2]);
  ring.limit = 9;
  expect(ring.limit).toBe(4);
  for (const slot of taken) if (slot !== null) ring.give(slot);
  expect([ring.used, ring.peak]).toEqual([0, 2]);
});

test('a consumer that keeps batches gets the whole ring, whatever was found to be enough', async () => {
  const ring = new Ring(5);
  ring.limit = 2;
  const order = makeOrder(null, 10, 2, false, null, 0);
  const work = { ring, order, crew: crewOf(5), fields: [FIELD], labels: null, tally: new Tally() };
  const epoch = new Epoch({ ...work, options: { patience: 0.01 } });
  const seen: number[][] = [];
  for (let batch = await epoch.next(); batch; batch = await epoch.next()) seen.push([...(batch.keep().x.a ?? [])]);
  expect(seen).toEqual([0, 2, 4, 6, 8].map((first) => [first, first + 1]));
  expect(ring.limit).toBe(5);
  epoch.end();
});

/** A worker whose answers the test gives. */
function puppet() {
  let answer: (answer: WorkerAnswer) => void = () => undefined;
  const orders: number[] = [];
  const tasks: number[][] = [];
  const state = { restarts: 0, isHeld: false };
  const worker: BatchWorker = {
    send: (task) => {
      tasks.push(task.map(({ request }) => request.samples.length));
      for (const { request } of task) orders.push(request.number);
    },
    listen: (to) => {
      answer = to;
    },
    restart: async () => {
      state.restarts++;
    },
    hold: (isBusy) => {
      state.isHeld = isBusy;
    },
  };
  const made = (number: number): WorkerAnswer => ({ slot: 0, number, failed: [], seconds: 0, finishedAt: 0 });
  return {
    worker,
    orders,
    tasks,
    state,
    finish: () => answer(made(orders.shift() ?? -1)),
    die: () => answer(new Error('gone')),
  };
}

const orderOf = (number: number) => ({ slot: number, request: { number, samples: Uint32Array.of(number) } });

test('orders go to the worker with the fewest; what a dead one had goes to others', async () => {
  const [a, b] = [puppet(), puppet()];
  const dispatcher = new Dispatcher([a.worker, b.worker]);
  const done: number[] = [];
  for (let number = 0; number < 4; number++) {
    dispatcher.fill(orderOf(number), (filled) => done.push(filled instanceof Error ? -1 : filled.number));
  }
  await Promise.resolve();
  expect([a.orders, b.orders]).toEqual([
    [0, 2],
    [1, 3],
  ]);
  a.die();
  expect(dispatcher.redone).toBe(1);
  b.finish();
  expect(b.orders).toEqual([3, 0]);
  b.finish();
  expect(b.orders).toEqual([0, 2]);
  b.finish();
  b.finish();
  expect(done).toEqual([1, 3, 0, 2]);
  expect([a.state.restarts, b.state.isHeld]).toEqual([1, false]);
});

test('when no worker can be started any more, every order ends with the reason', async () => {
  const [a, b] = [puppet(), puppet()];
  const dispatcher = new Dispatcher(
    [a, b].map(({ worker }) => ({ ...worker, restart: () => Promise.reject(new Error('no memory')) })),
  );
  a.die();
  b.die();
  const done: (string | number)[] = [];
  const take = (filled: unknown): unknown => done.push(filled instanceof Error ? filled.message : 'filled');
  // One that comes while they are being started, and one that comes too late.
  dispatcher.fill(orderOf(0), take);
  await new Promise((resolve) => setImmediate(resolve));
  dispatcher.fill(orderOf(1), take);
  await Promise.resolve();
  expect(done).toEqual(['no memory', 'no memory']);
});

test('a limit keeps workers free of new orders', async () => {
  const [a, b] = [puppet(), puppet()];
  const dispatcher = new Dispatcher([a.worker, b.worker]);
  dispatcher.limit(1);
  for (let number = 0; number < 3; number++) dispatcher.fill(orderOf(number), () => undefined);
  await Promise.resolve();
  expect([a.orders, b.orders]).toEqual([[0, 1], []]);
  a.finish();
  expect([a.orders, b.orders]).toEqual([[1, 2], []]);
});

describe('tasks', () => {
  const batch = (number: number, samples = 8) => ({
    slot: number,
    request: { number, samples: Uint32Array.from({ length: samples }, (_, i) => 10 * number + i) },
  });

  test('have whole batches until there are as many samples, or a piece of a batch', async () => {
    for (const [chunk, tasks] of [
      [
        20,
        [
          [8, 8, 8],
          [8, 8, 3],
        ],
      ],
      [8, [[8], [8], [8], [8], [8], [3]]],
      [5, [[4], [4], [4], [4], [4], [4], [4], [4], [4], [4], [3]]],
      [3, [[3], [3], [2], [3], [3], [2], [3], [3], [2], [3], [3], [2], [3], [3], [2], [3]]],
    ] as const) {
      const only = puppet();
      const dispatcher = new Dispatcher([only.worker]);
      dispatcher.task(chunk);
      const done: number[] = [];
      for (let number = 0; number < 6; number++)
        dispatcher.fill(batch(number, number === 5 ? 3 : 8), (filled) =>
          done.push(filled instanceof Error ? -1 : filled.number),
        );
      await Promise.resolve();
      while (only.orders.length > 0) only.finish();
      expect(only.tasks).toEqual(tasks);
      expect(done).toEqual([0, 1, 2, 3, 4, 5]);
    }
  });

  test('change from one to the next', async () => {
    const only = puppet();
    const dispatcher = new Dispatcher([only.worker]);
    for (let number = 0; number < 6; number++) dispatcher.fill(batch(number), () => undefined);
    await Promise.resolve();
    dispatcher.task(16);
    only.finish();
    dispatcher.task(4);
    while (only.orders.length > 0) only.finish();
    expect(only.tasks).toEqual([[8], [8], [8, 8], [4], [4], [4], [4]]);
  });

  test('a batch in pieces is done when all are back; a piece that kills twice ends it alone', async () => {
    const [a, b] = [puppet(), puppet()];
    const dispatcher = new Dispatcher([a.worker, b.worker]);
    dispatcher.task(4);
    const done: (number | string)[] = [];
    for (let number = 0; number < 2; number++)
      dispatcher.fill(batch(number), (filled) => done.push(filled instanceof Error ? filled.message : filled.number));
    await Promise.resolve();
    expect([a.orders, b.orders]).toEqual([
      [0, 1],
      [0, 1],
    ]);
    a.orders.length = 0;
    a.die();
    b.finish();
    expect(b.orders).toEqual([1, 0]);
    b.finish();
    expect(done).toEqual([]);
    b.orders.length = 0;
    b.die();
    expect(done).toEqual([expect.stringContaining('made batch 0: samples 0, 1, 2, 3.')]);
    await Promise.resolve();
    a.finish();
    expect(done[1]).toBe(1);
  });
});

test('the one worker that dies twice over a batch ends it; the others wait for its third start', async () => {
  const only = puppet();
  const dispatcher = new Dispatcher([only.worker]);
  const done: (number | string)[] = [];
  for (let number = 0; number < 2; number++) {
    dispatcher.fill(orderOf(number), (filled) => done.push(filled instanceof Error ? filled.message : filled.number));
  }
  await Promise.resolve();
  only.orders.length = 0;
  only.die();
  await Promise.resolve();
  expect(only.orders).toEqual([0, 1]);
  only.orders.length = 0;
  only.die();
  await Promise.resolve();
  expect(done).toEqual([expect.stringMatching(/Two workers died while they made batch 0: samples 0\. /)]);
  expect(only.orders).toEqual([1]);
  only.finish();
  expect(done.at(-1)).toBe(1);
});
