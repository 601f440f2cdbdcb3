// Speed of the gaf kernel alone, on this thread: series of float64, averaging, scaling and images, streamed through a ring that is
// used again and again, beside a memset of the same ring. Best of several runs, after a warm-up.
//   node bench/gaf-kernel.mjs [--points 96] [--size 96] [--channels 9] [--ring-mib 1.3] [--seconds 0.5]
import { parseArgs } from 'node:util';
import { ARENA_BASE, Arena, makeMemory } from '../dist/core/arena.js';
import { ALONE } from '../dist/core/operator.js';
import { checkValues } from '../dist/core/params.js';
import { product } from '../dist/core/stack.js';
import { instantiate } from '../dist/core/wasm.js';
import { findOperator } from '../dist/operators/registry.js';

const { values: options } = parseArgs({
  options: {
    points: { type: 'string', default: '96' },
    size: { type: 'string', default: '96' },
    channels: { type: 'string', default: '9' },
    'ring-mib': { type: 'string', default: '1.3' },
    seconds: { type: 'string', default: '0.5' },
  },
});
const [points, size, channels] = [options.points, options.size, options.channels].map(Number);
const MEMORY_BYTES = 256 * 2 ** 20;

/** Seconds of the fastest of many calls. */
function best(once) {
  for (let i = 0; i < 200; i++) once();
  let least = Number.POSITIVE_INFINITY;
  const stop = performance.now() + Number(options.seconds) * 1000;
  while (performance.now() < stop) {
    const started = performance.now();
    for (let i = 0; i < 5; i++) once();
    least = Math.min(least, (performance.now() - started) / 5000);
  }
  return least;
}

/** One tile whose images fill the ring. */
async function prepare(raw) {
  const operator = await findOperator('gaf');
  const memory = makeMemory(MEMORY_BYTES);
  const arena = new Arena(memory, ARENA_BASE, MEMORY_BYTES);
  const stack = { stackShape: [1], frameShape: [channels, points], dtype: 'float64', axes: [] };
  const values = checkValues(operator.params, { size, ...raw }, 'gaf');
  const prepared = Object.fromEntries(
    Object.entries(operator.prepare({ stack, values })).map(([name, array]) => [name, arena.place(array)]),
  );
  const slots = Object.entries(operator.outputs(stack, values, prepared));
  const bytes = { float32: 4, float64: 8, uint8: 1, uint16: 2 };
  const frame = slots.reduce((sum, [, { shape, dtype }]) => sum + product(shape) * bytes[dtype], 0);
  const count = Math.max(1, Math.round((Number(options['ring-mib']) * 2 ** 20) / frame));
  const out = Object.fromEntries(
    slots.map(([name, { shape, dtype }]) => [name, arena.array(dtype, count * product(shape))]),
  );
  const data = arena.float64(count * channels * points);
  for (let i = 0; i < data.length; i++) data[i] = Math.sin(i * 0.37) + ((i * 7919) % 97) / 50;
  const state = operator.init({ stack, values, prepared, arena });
  const exports = instantiate(operator.kernels.wasm.module, memory);
  const tile = { data, first: 0, count, team: ALONE };
  const once = () => operator.kernels.wasm.process(exports, tile, state, out);
  const images = Object.values(out);
  // fill is slow on shared memory, so the memset is of ordinary memory.
  const bare = images.map(({ byteLength }) => new Uint8Array(byteLength));
  const set = () => {
    for (const array of bare) array.fill(7);
  };
  return { bytes: count * frame, series: count * channels, once, set };
}

for (const [label, raw] of [
  ['float32, sum and diff', {}],
  ['float32, sum', { fields: 'sum' }],
  ['float64, sum and diff', { dtype: 'float64' }],
  ['uint8, sum and diff', { dtype: 'u8' }],
  ['uint16, sum and diff', { dtype: 'u16' }],
  ['vectors', { fields: 'vectors' }],
]) {
  const { bytes, series, once, set } = await prepare(raw);
  const [seconds, memset] = [best(once), best(set)];
  const rate = (bytes / seconds / 1e9).toFixed(1).padStart(6);
  const share = ((memset / seconds) * 100).toFixed(0).padStart(4);
  const each = Math.round(series / seconds)
    .toLocaleString('en')
    .padStart(10);
  process.stdout.write(`${label.padEnd(24)} ${rate} GB/s ${share} % of memset ${each} series/s\n`);
}
