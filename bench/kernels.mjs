// Speed of the kernels alone: one tile in memory, looped over. Prints source bytes per second, best of several runs.
//   node bench/kernels.mjs [--filter TEXT] [--mib 1] [--seconds 0.3]
import { parseArgs } from 'node:util';
import { ARENA_BASE, Arena, makeMemory } from '../dist/core/arena.js';
import { DTYPES } from '../dist/core/dtype.js';
import { checkValues } from '../dist/core/params.js';
import { product } from '../dist/core/stack.js';
import { instantiate } from '../dist/core/wasm.js';
import { findOperator } from '../dist/operators/registry.js';

const { values: options } = parseArgs({
  options: {
    filter: { type: 'string', default: '' },
    mib: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '0.3' },
  },
});

const MEMORY_BYTES = 512 * 2 ** 20;
const memory = makeMemory(MEMORY_BYTES);

function checkerboard(count, height, width) {
  const data = new Float64Array(count * height * width);
  for (let i = 0; i < data.length; i++) data[i] = (i * 2654435761) & 64 ? 1 : 0.5 + ((i * 40503) % 7) / 16;
  return { shape: [count, height, width], data };
}

function binary(count, height, width) {
  const { shape, data } = checkerboard(count, height, width);
  return { shape, data: data.map((weight) => (weight === 1 ? 1 : 0)) };
}

/** A function that processes one tile, and the tile's bytes. */
async function prepare(name, raw, dtype, frameShape) {
  const operator = await findOperator(name);
  const values = checkValues(operator.params, raw, name);
  const arena = new Arena(memory, ARENA_BASE, MEMORY_BYTES);
  const pixels = product(frameShape);
  const count = Math.max(1, Math.round((Number(options.mib) * 2 ** 20) / (pixels * DTYPES[dtype].bytes)));
  const stack = { stackShape: [count], frameShape, dtype, axes: [] };
  const load = (input) => Promise.resolve(input);
  const made = (await operator.prepare?.({ stack, values, load })) ?? {};
  const prepared = Object.fromEntries(
    Object.entries(made).map(([key, value]) => [key, typeof value === 'object' ? arena.place(value) : value]),
  );
  const data = arena.array(dtype, count * pixels);
  for (let i = 0; i < data.length; i++) data[i] = (i * 7919) % 251;
  const out = {};
  for (const [key, slot] of Object.entries(operator.outputs(stack, values, prepared))) {
    if (slot.kind !== 'derived')
      out[key] = arena.array(slot.dtype, product(slot.shape) * (slot.kind === 'each' ? count : 1));
  }
  const state = operator.init?.({ stack, values, prepared, arena });
  const exports = instantiate(operator.kernels.wasm.module, memory);
  const tile = { data, first: 0, count, team: { rank: 0, size: 1, sum() {} } };
  return { bytes: data.byteLength, once: () => operator.kernels.wasm.process(exports, tile, state, out) };
}

function best({ bytes, once }) {
  for (let i = 0; i < 30; i++) once();
  let rate = 0;
  const stop = performance.now() + Number(options.seconds) * 1000;
  while (performance.now() < stop) {
    const started = performance.now();
    for (let i = 0; i < 10; i++) once();
    rate = Math.max(rate, (10 * bytes) / ((performance.now() - started) / 1000));
  }
  return rate / 1e9;
}

const F = [256, 256];
const dense = { mask: [checkerboard(1, ...F)] };
const cases = [
  ['mask, 1 dense', 'mask', dense, Object.keys(DTYPES), F],
  ['mask, 1 dense binary', 'mask', { mask: [binary(1, ...F)] }, ['uint8', 'uint16', 'float32'], F],
  ['mask, 1 annulus 20-60', 'mask', { detector: 'annulus', inner: 20, outer: 60 }, ['uint16', 'float32'], F],
  ['mask, 1 dense 512x512', 'mask', { mask: [checkerboard(1, 512, 512)] }, ['float32'], [512, 512]],
  ...[2, 4, 16].map((n) => [
    `mask, ${n} dense`,
    'mask',
    { mask: [checkerboard(n, ...F)] },
    ['uint8', 'uint16', 'float32'],
    F,
  ]),
  ['mask, 16 dense binary', 'mask', { mask: [binary(16, ...F)] }, ['uint8', 'uint16', 'int16', 'float32'], F],
  ['com', 'com', {}, ['uint8', 'uint16', 'uint32', 'float32', 'float64'], F],
  ['com, disk of 60', 'com', { radius: 60 }, ['uint16', 'float32'], F],
  ...['sum', 'max', 'std'].map((name) => [name, name, {}, ['uint8', 'uint16', 'float32', 'float64'], F]),
];

for (const [label, name, raw, dtypes, frameShape] of cases) {
  for (const dtype of dtypes) {
    const text = `${label}, ${dtype}`;
    if (!text.includes(options.filter)) continue;
    process.stdout.write(
      `${text.padEnd(36)} ${best(await prepare(name, raw, dtype, frameShape))
        .toFixed(2)
        .padStart(7)} GB/s\n`,
    );
  }
}
