import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { BlockCache } from '../../dist/io/http/block-cache.js';
import { LOADING, READY, SLOTS } from '../../dist/io/http/blocks.js';
import { Helper } from '../../dist/io/http/helper.js';
import type { ToHelper } from '../../dist/io/http/helper-messages.js';
import { interruptWaits } from '../../dist/io/http/interruption.js';
import { serve } from './serve.js';

const served = serve();
const pin = { size: 2 ** 40, etag: '"x"', modified: null };
const [a, b] = ['a', 'b'].map((name) => ({ url: `http://localhost/${name}`, pin }));

/** A helper that fetches nothing by itself: waiting for a cell makes it ready, or throws. */
class Idle extends Helper {
  readonly sent: ToHelper[] = [];
  waited: (cell: number) => void = (cell) => void Atomics.store(this.states, cell, READY);
  override send(message: ToHelper): void {
    this.sent.push(message);
  }
  override wait(cell: number, state: number): void {
    if (Atomics.load(this.states, cell) === state) this.waited(cell);
  }
  /** Slots that somebody was asked to fill. */
  get asked(): number {
    return this.sent.reduce((sum, message) => sum + (message.kind === 'fetch' ? message.slots.length : 0), 0);
  }
}

beforeAll(() => {
  writeFileSync(join(served.folder, 'long.bin'), Buffer.alloc(5000));
  writeFileSync(join(served.folder, 'short.bin'), Buffer.alloc(3));
});

test('blocks that a request has found are not given away for others of it', () => {
  if (!a || !b) throw new Error('two files');
  const helper = new Idle();
  const cache = new BlockCache(helper);
  cache.request(b, 0, 3);
  for (let slot = 0; slot < SLOTS; slot++) if (Atomics.load(helper.states, slot) === LOADING) helper.waited(slot);
  for (let first = 0; first < SLOTS - 4; first += 31) cache.request(a, first, Math.min(SLOTS - 5, first + 30));
  cache.request(b, 0, 5);
  for (let block = 0; block <= 5; block++) expect(cache.block(b, block).length).toBeGreaterThan(0);
});

test('a request that is interrupted leaves no block behind that nobody fetches', () => {
  if (!a || !b) throw new Error('two files');
  const helper = new Idle();
  const cache = new BlockCache(helper);
  for (let first = 0; first < SLOTS - 2; first += 31) cache.request(a, first, Math.min(SLOTS - 3, first + 30));
  helper.waited = () => {
    throw new Error('stop');
  };
  expect(() => cache.request(b, 0, 3)).toThrow('stop');
  const loading = helper.states.subarray(0, SLOTS).filter((state) => state === LOADING).length;
  expect(helper.asked).toBe(loading);
});

test('blocks that were forgotten are fetched again', () => {
  if (!a) throw new Error('a file');
  const helper = new Idle();
  const cache = new BlockCache(helper);
  cache.request(a, 0, 3);
  cache.block(a, 0);
  cache.forget();
  cache.request(a, 0, 3);
  expect(helper.asked).toBe(5);
});

test('an answer that nobody waited for is not taken for that to another question', () => {
  const helper = new Helper();
  interruptWaits(() => true);
  try {
    expect(() => helper.probe(served.url('late', 'long.bin'))).toThrow();
  } finally {
    interruptWaits(() => false);
  }
  expect(helper.probe(served.url('late', 'short.bin')).size).toBe(3);
  expect(helper.probe(served.url('good', 'long.bin')).size).toBe(5000);
});
