import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ImageProcessor, type ModelOptions, openArray, run, Stopped } from '../../dist/index.js';
import { loadRuntime } from '../../dist/infer/runtime.js';
import { CLASSES, makeShapes, PIXELS } from '../../examples/shapes.mjs';
import { freshFolder, writeNanNetwork, writeNetwork, writeSum } from './networks.js';

const folder = freshFolder();
const path = (name: string): string => join(folder, name);
const example = (name: string): string => join(import.meta.dirname, '../../examples', name);
const SHAPES = example('shapes.onnx');
const size = PIXELS * PIXELS;

const open: ImageProcessor[] = [];

async function load(location: string, options: ModelOptions = {}): Promise<ImageProcessor> {
  const processor = await ImageProcessor.loadModel(location, options);
  open.push(processor);
  return processor;
}

afterEach(async () => {
  vi.restoreAllMocks();
  for (const processor of open.splice(0)) await processor.close();
});

/** Images that a network of (N, 1, 1, 4) gives back as its scores. */
const rows = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ data: Float32Array.of(i, i + 0.5, 0, -i), shape: [1, 4] }));

const echo = writeNetwork(path('echo.onnx'), ['N', 1, 1, 4]);

describe('a trained network', () => {
  const { images, labels } = makeShapes(600, 77);

  it('is right about images of a seed it has not seen', async () => {
    const processor = await load(SHAPES, { labels: example('shapes.txt') });
    const predictions = await processor.parallelProcess(openArray([600, PIXELS, PIXELS], images)).all();
    const right = predictions.filter(({ top }, i) => top[0]?.label === CLASSES[labels[i] ?? 0]).length;
    expect(right / 600).toBeGreaterThanOrEqual(0.95);
    const recorded = JSON.parse(readFileSync(example('shapes.json'), 'utf8'));
    expect(Math.abs(right / 600 - recorded.test.accuracy)).toBeLessThan(0.03);
  });

  it('says the same for any number of workers and any batch, in the order of the images', async () => {
    const stack = openArray([600, PIXELS, PIXELS], images);
    const processor = await load(SHAPES, { numWorkers: 1 });
    const one = await processor.parallelProcess(stack, { batchSize: 600 }).all();
    const many = await processor.parallelProcess(stack, { batchSize: 7, numWorkers: 3 }).all();
    expect(processor.workers).toBe(3);
    expect(many.map(({ index }) => index)).toEqual(Array.from({ length: 600 }, (_, i) => i));
    for (const [i, { probabilities }] of many.entries()) {
      const known = one[i]?.probabilities ?? [];
      probabilities?.forEach((value, k) => {
        expect(Math.abs(value - (known[k] ?? 0))).toBeLessThan(1e-5);
      });
    }
  });

  it('takes a batch of images in memory, and scores of others', async () => {
    const processor = await load(SHAPES, { labels: CLASSES });
    const some = [0, 1, 2].map((i) => ({ data: images.subarray(i * size, (i + 1) * size), shape: [PIXELS, PIXELS] }));
    const predictions = await processor.processBatch(some, { top: 1 });
    expect(predictions.map(({ top }) => top[0]?.label)).toEqual(CLASSES.slice(0, 3));
    const ranked = processor.postprocess(Float32Array.of(0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0), { top: 1 });
    expect(ranked.map(([best]) => best?.label)).toEqual(['spots', 'gradient']);
    expect(processor.preprocess(some[0] ?? { data: images, shape: [] }).shape).toEqual([1, 1, PIXELS, PIXELS]);
  });
});

describe('images', () => {
  it('go through networks of a fixed batch, the last one filled up', async () => {
    const fixed = writeNetwork(path('fixed.onnx'), [4, 1, 1, 4], { output: [4, 4] });
    const processor = await load(fixed, { resize: 'none' });
    const all = await processor.parallelProcess(rows(10), { activation: 'none' }).all();
    expect(all.map(({ probabilities }) => [...(probabilities ?? [])])).toEqual(rows(10).map(({ data }) => [...data]));
  });

  it('of any size in one folder, in the order of their names', async () => {
    mkdirSync(path('mixed'), { recursive: true });
    for (const [name, height, width] of [
      ['a2.tif', 40, 50],
      ['a10.tif', 64, 33],
      ['b.tif', 32, 32],
    ] as const) {
      const data = Uint8Array.from({ length: height * width }, (_, i) => (i * 7) % 256);
      await run('copy', openArray([1, height, width], data), { outputs: [join(folder, 'mixed', name)] });
    }
    const processor = await load(SHAPES);
    const all = await processor.parallelProcess(path('mixed')).all();
    expect(all.map(({ name }) => name)).toEqual(['a2.tif', 'a10.tif', 'b.tif']);
    truncateSync(join(folder, 'mixed/a10.tif'), 500);
    await expect(processor.parallelProcess(path('mixed')).all()).rejects.toThrow(/a10\.tif/);
    const kept = await processor.parallelProcess(path('mixed'), { onError: 'skip' }).all();
    expect(kept.map(({ error }) => error === null)).toEqual([true, false, true]);
    expect(kept[1]?.error?.message).toContain('a10.tif');
    expect(kept[2]?.top).toEqual(all[2]?.top);
  });

  it('that are parts of a larger buffer go to workers alone', async () => {
    const processor = await load(echo, { numWorkers: 1, resize: 'none' });
    const sent = vi.spyOn(Worker.prototype, 'postMessage');
    const all = Buffer.alloc(2 ** 20, 1);
    const parts = [0, 1].map((i) => ({ data: all.subarray(4 * i, 4 * i + 4), shape: [1, 4] }));
    expect(await processor.processBatch(parts)).toHaveLength(2);
    const [order] = sent.mock.calls.map(([one]) => one).filter(({ kind }) => kind === 'task');
    expect(order.task.items.images.map(({ data }: { data: Uint8Array }) => data.buffer.byteLength)).toEqual([4, 4]);
  });

  it('come one by one from an iterable, no further ahead than workers need', async () => {
    const processor = await load(echo, { numWorkers: 1, resize: 'none' });
    let made = 0;
    async function* endless() {
      for (;;) {
        made++;
        yield* rows(1);
      }
    }
    let seen = 0;
    for await (const { index } of processor.parallelProcess(endless(), { batchSize: 2 })) {
      expect(index).toBe(seen);
      if (++seen === 10) break;
    }
    expect(made).toBeLessThan(30);
  });

  it.each([
    ['an empty folder', () => path('empty'), /is empty: images are files of/],
    ['an empty list', () => [], /holds no images/],
    [
      'frames that are no images',
      () => openArray([2, 3, 4, 5, 6], new Uint8Array(720), { frameRank: 3 }),
      /network takes 1/,
    ],
  ] as const)('refuses %s', async (_, images, message) => {
    mkdirSync(path('empty'), { recursive: true });
    const processor = await load(SHAPES);
    await expect(processor.parallelProcess(images()).all()).rejects.toThrow(message);
  });

  it('with NaN, and those a network makes NaN of, are named', async () => {
    const processor = await load(writeNanNetwork(path('nan.onnx')), { resize: 'none' });
    const images = [
      { data: Float32Array.of(1, 2, 3, 4), shape: [1, 4] },
      { data: Float32Array.of(1, Number.NaN, 3, 4), shape: [1, 4], name: 'hole' },
      { data: Float32Array.of(1, 0, 3, 4), shape: [1, 4] },
    ];
    const all = await processor.parallelProcess(images, { onError: 'skip' }).all();
    expect(all.map(({ error }) => error?.message ?? null)).toEqual([
      null,
      'hole: it holds NaN: what a network makes of that is no result.',
      'image 2: the network gave NaN: its weights, or the image, may be damaged.',
    ]);
  });
});

describe('stopping', () => {
  it('ends the loop with how far it got, and leaves the processor good for more', async () => {
    const processor = await load(echo, { numWorkers: 2, resize: 'none' });
    const controller = new AbortController();
    let seen = 0;
    const loop = async () => {
      for await (const _ of processor.parallelProcess(rows(500), { batchSize: 3, signal: controller.signal }))
        if (++seen === 20) controller.abort();
    };
    await expect(loop()).rejects.toThrow(Stopped);
    expect(seen).toBeLessThan(30);
    expect(await processor.processBatch(rows(3))).toHaveLength(3);
  });

  it('before it began needs no images', async () => {
    const processor = await load(echo);
    const signal = AbortSignal.abort();
    await expect(processor.parallelProcess(rows(3), { signal }).all()).rejects.toThrow(Stopped);
  });

  it('does not wait for images that never come', async () => {
    const processor = await load(echo, { numWorkers: 1, resize: 'none' });
    const controller = new AbortController();
    async function* images() {
      yield* rows(2);
      controller.abort();
      await new Promise(() => undefined);
    }
    const all = processor.parallelProcess(images(), { batchSize: 1, signal: controller.signal }).all();
    await expect(all).rejects.toThrow(Stopped);
  });
});

describe('workers that die', () => {
  /** Ends the worker that is given a task, `times` in all. */
  function kill(times: number): void {
    const post = Worker.prototype.postMessage;
    let left = times;
    vi.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (this: Worker, order: { kind: string }) {
      if (order.kind === 'task' && left-- > 0) void this.terminate();
      else post.call(this, order);
    });
  }

  it('are replaced, and what they were at is done again', async () => {
    const processor = await load(echo, { numWorkers: 2, resize: 'none' });
    kill(1);
    const all = await processor.parallelProcess(rows(40), { batchSize: 4, activation: 'none' }).all();
    expect(all.map(({ probabilities }) => probabilities?.[0])).toEqual(rows(40).map(({ data }) => data[0]));
  });

  it('while another network is opened in them do not leave that waiting', async () => {
    const processor = await load(echo, { numWorkers: 1, resize: 'none' });
    const post = Worker.prototype.postMessage;
    vi.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (this: Worker, order: { kind: string }) {
      // Neither is answered any more.
      if (order.kind === 'open') void this.terminate();
      else if (order.kind !== 'task') post.call(this, order);
    });
    const lost = processor.processBatch(rows(2));
    lost.catch(() => undefined);
    const opened = ImageProcessor.loadModel(echo, { beside: processor });
    await expect(opened).rejects.toThrow(/worker thread of the network/);
    await expect(lost).rejects.toThrow(/worker/);
  });

  it('twice over the same images end it', async () => {
    const processor = await load(echo, { numWorkers: 1, resize: 'none' });
    kill(2);
    await expect(processor.processBatch(rows(2))).rejects.toThrow(/second over the same images/);
    expect(await processor.processBatch(rows(2))).toHaveLength(2);
  });
});

describe('networks', () => {
  it('of several kinds share workers, and stay open beside each other', async () => {
    const first = await load(SHAPES, { numWorkers: 2 });
    const second = await load(echo, { beside: first, resize: 'none' });
    const stack = openArray([30, PIXELS, PIXELS], makeShapes(30, 5).images);
    const [a, b] = await Promise.all([first.parallelProcess(stack).all(), second.parallelProcess(rows(30)).all()]);
    expect([a.length, b.length]).toEqual([30, 30]);
    await first.close();
    expect(await second.processBatch(rows(2))).toHaveLength(2);
    await expect(first.processBatch(rows(2))).rejects.toThrow(/closed/);
  });

  it.each([
    ['is missing', () => path('missing.onnx'), {}, /missing\.onnx does not exist/],
    ['is a folder', () => folder, {}, /is a directory/],
    ['is text', () => written('text.onnx', 'hello'), {}, /text\.onnx is no ONNX network/],
    ['is empty', () => written('none.onnx', ''), {}, /none\.onnx is no ONNX network/],
    ['is cut off', () => written('cut.onnx', readFileSync(SHAPES).subarray(0, 9000)), {}, /is cut off/],
    ['takes two inputs', () => writeSum(path('two.onnx')), {}, /has 2 inputs.*left \(N, 1, 8, 8\), float32; right/],
    ['takes rows', () => writeNetwork(path('rows.onnx'), ['N', 8]), {}, /has an input of 2 dimensions/],
    [
      'has an unknown operator',
      () => writeNetwork(path('op.onnx'), ['N', 1, 8, 8], { type: 'Frobnicate' }),
      {},
      /uses the operator Frobnicate/,
    ],
    [
      'contradicts itself',
      () => writeNetwork(path('bad.onnx'), ['N', 1, 8, 8], { type: 'MatMul', weights: [3, 5] }),
      {},
      /bad\.onnx is refused by onnxruntime/,
    ],
    ['has no such output', () => SHAPES, { output: 'features' }, /no output features\. Its outputs: logits/],
    ['has other classes', () => SHAPES, { labels: ['a', 'b'] }, /2 labels, but output logits of the network has 6/],
    ['takes another size', () => SHAPES, { crop: 64 }, /crop of 64 x 64 is not what the network takes, 32 x 32/],
    ['is another one', () => SHAPES, { sha256: '0'.repeat(64) }, /is not the file that was meant: its SHA-256 is/],
    ['is checked by what is no checksum', () => SHAPES, { sha256: 'abc' }, /64 hexadecimal digits/],
    [
      'does not fit into memory',
      () => SHAPES,
      { memory: 1000 },
      /A worker with this network needs about .* but the limit is/,
    ],
    ['asks for no workers', () => SHAPES, { numWorkers: 0 }, /numWorkers is a whole number from 1 on/],
  ] as const)('that %s is refused', async (_, location, options, message) => {
    await expect(load(location(), options)).rejects.toThrow(message);
  });

  it('come from an address, checked', async () => {
    const bytes = readFileSync(SHAPES);
    const server = createServer((request, answer) => {
      if (request.url === '/shapes.onnx') answer.end(bytes);
      else answer.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      expect((await load(`${url}/shapes.onnx`, { sha256 })).notes).toEqual([]);
      expect((await load(`${url}/shapes.onnx`)).notes[0]).toContain(sha256);
      await expect(load(`${url}/shapes.onnx`, { sha256: 'f'.repeat(64) })).rejects.toThrow(
        /not the file that was meant/,
      );
      await expect(load(`${url}/other.onnx`)).rejects.toThrow(/404/);
    } finally {
      server.close();
    }
  });

  it('need a runtime, and say how to install it', async () => {
    const gone = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
    await expect(loadRuntime(() => Promise.reject(gone))).rejects.toThrow(
      /onnxruntime-node, which is not installed.*npm install onnxruntime-node@1\.30/,
    );
  });

  it('run on a graphics card only where there is one', async () => {
    const processor = await load(SHAPES);
    if (processor.device === 'cpu') expect(processor.deviceReason).toMatch(/no provider|cuda|card/);
    else expect(processor.deviceReason).toBeNull();
  });
});

function written(name: string, content: string | Uint8Array): string {
  writeFileSync(path(name), content);
  return path(name);
}
