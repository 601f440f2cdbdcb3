// Fourier transforms and correlations of images per core, beside SciPy and NumPy in the same run.
//
//   npm run build && node bench/fft.mjs [--filter TEXT] [--rounds 9]
//
// Ours is the compiled kernel on frames in its memory. Rounds of both programs alternate, one thread each; medians for one frame.
// The ratio is the time of the peer over ours. PYTHON names the interpreter, which needs NumPy and SciPy.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ARENA_BASE, Arena, makeMemory } from '../dist/core/arena.js';
import { ALONE } from '../dist/core/operator.js';
import { checkValues } from '../dist/core/params.js';
import { product } from '../dist/core/stack.js';
import { instantiate } from '../dist/core/wasm.js';
import { findOperator } from '../dist/operators/registry.js';

const { values: options } = parseArgs({
  options: { filter: { type: 'string', default: '' }, rounds: { type: 'string', default: '9' } },
});
const ROUNDS = Number(options.rounds);
const MEMORY_BYTES = 512 * 2 ** 20;

const STACK = [8, 512, 512];
const complex = { output: 'complex' };
const templates = (extent) => ({
  template: [{ shape: [extent, extent], data: Array.from({ length: extent ** 2 }, (_, i) => (i * 104729) % 17) }],
});
const CASES = [
  ['fft2', STACK, 'float32', complex, 'scipy', 0.6],
  ['fft2', STACK, 'float64', complex, 'scipy', 0.6],
  ['fft2', STACK, 'float64', complex, 'numpy'],
  ['fft2', STACK, 'float32', {}, 'power'],
  ['fft2', STACK, 'float64', {}, 'power'],
  ['fft2', STACK, 'uint16', {}, 'power'],
  ['fft2', [32, 256, 256], 'float32', complex, 'scipy'],
  ['fft2', [8, 500, 500], 'float32', complex, 'scipy'],
  ['fft2', [4, 509, 509], 'float32', complex, 'scipy'],
  ['fft2', [1, 2048, 2048], 'float32', complex, 'scipy'],
  ['correlate', STACK, 'float32', templates(3), 'ndimage'],
  ['correlate', STACK, 'float32', templates(7), 'ndimage'],
  ['correlate', STACK, 'float32', templates(31), 'correlate'],
  ['correlate', STACK, 'float64', templates(31), 'correlate'],
];

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

/** The kernel over frames in its memory. */
async function prepare(name, [count, ...frameShape], dtype, raw) {
  const operator = await findOperator(name);
  const arena = new Arena(makeMemory(MEMORY_BYTES), ARENA_BASE, MEMORY_BYTES);
  const stack = { stackShape: [count], frameShape, dtype, axes: [] };
  const values = checkValues(operator.params, raw, name);
  const load = ({ shape, data }) => Promise.resolve({ shape, data: Float64Array.from(data) });
  const made = await operator.prepare({ stack, values, load });
  const prepared = Object.fromEntries(
    Object.entries(made).map(([key, value]) => [key, typeof value === 'object' ? arena.place(value) : value]),
  );
  const slots = Object.entries(operator.outputs(stack, values, prepared));
  const out = Object.fromEntries(
    slots.map(([key, slot]) => [key, arena.array(slot.dtype, count * product(slot.shape))]),
  );
  const data = arena.array(dtype, count * product(frameShape));
  for (let i = 0; i < data.length; i++) data[i] = (i * 7919) % 251;
  const state = operator.init({ stack, values, prepared, arena });
  const { wasm } = operator.kernels;
  const exports = instantiate(wasm.module, arena.memory);
  return () => wasm.process(exports, { data, first: 0, count, team: ALONE }, state, out);
}

const peer = spawn(
  process.env.PYTHON ?? '/usr/bin/python3',
  [join(dirname(fileURLToPath(import.meta.url)), 'peers/fft.py')],
  { stdio: ['pipe', 'pipe', 'inherit'] },
);
const answers = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();

async function ask(job) {
  peer.stdin.write(`${JSON.stringify(job)}\n`);
  const { value, done } = await answers.next();
  if (done) throw new Error('the Python process ended early');
  return JSON.parse(value);
}

function time(work) {
  const began = performance.now();
  work();
  return (performance.now() - began) / 1000;
}

async function measure([name, shape, dtype, raw, way, atLeast]) {
  const once = await prepare(name, shape, dtype, raw);
  for (let i = 0; i < 5; i++) once();
  const template = raw.template?.[0].shape[0] ?? 1;
  const [ours, theirs] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(time(once));
    // The first of two is a warm-up.
    theirs.push((await ask({ way, shape, dtype, template, rounds: 2 })).at(-1));
  }
  const what = `${name}${template > 1 ? ` ${template}x${template}` : raw.output ? '' : ' power'}`;
  const [own, other] = [median(ours) / shape[0], median(theirs) / shape[0]];
  const columns = [`${what}, ${shape.join(' x ')} ${dtype}`.padEnd(38), way.padEnd(9)];
  columns.push((own * 1000).toFixed(3), (other * 1000).toFixed(3), (other / own).toFixed(2), atLeast ?? '-');
  console.log(columns.join('\t'));
}

console.log(`${'ms a frame, one core'.padEnd(38)}\tpeer     \tours\tpeer\tratio\tat least`);
try {
  for (const item of CASES) if (`${item[0]} ${item[2]}`.includes(options.filter)) await measure(item);
} finally {
  peer.stdin.end();
}
