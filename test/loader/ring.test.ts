import { expect, test } from 'vitest';
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
  const state = { restarts: 0, isHeld: false };
  const worker: BatchWorker = {
    send: ({ request }) => orders.push(request.number),
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
  expect([a.orders, b.orders]).toEqual([
    [0, 2],
    [1, 3],
  ]);
  a.die();
  expect(b.orders).toEqual([1, 3, 0, 2]);
  expect(dispatcher.redone).toBe(1);
  for (let k = 0; k < 4; k++) b.finish();
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
  expect(done).toEqual(['no memory', 'no memory']);
});

test('a limit keeps workers free of new orders', () => {
  const [a, b] = [puppet(), puppet()];
  const dispatcher = new Dispatcher([a.worker, b.worker]);
  dispatcher.limit(1);
  for (let number = 0; number < 3; number++) dispatcher.fill(orderOf(number), () => undefined);
  expect([a.orders, b.orders]).toEqual([[0, 1, 2], []]);
});

test('the one worker that dies twice over a batch ends it; the others wait for its third start', async () => {
  const only = puppet();
  const dispatcher = new Dispatcher([only.worker]);
  const done: (number | string)[] = [];
  for (let number = 0; number < 2; number++) {
    dispatcher.fill(orderOf(number), (filled) => done.push(filled instanceof Error ? filled.message : filled.number));
  }
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
