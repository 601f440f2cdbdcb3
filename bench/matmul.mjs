// Matrix products: the kernel alone on one thread, its naive twin, whole runs over a file of rows, and NumPy in the same run.
//   node bench/matmul.mjs [--sizes 512,1024] [--file 2048]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ARENA_BASE, Arena, makeMemory } from '../dist/core/arena.js';
import { checkValues } from '../dist/core/params.js';
import { instantiate } from '../dist/core/wasm.js';
import { openSource, run } from '../dist/index.js';
import { findOperator } from '../dist/operators/registry.js';

const { values: options } = parseArgs({
  options: { sizes: { type: 'string', default: '512,1024' }, file: { type: 'string', default: '2048' } },
});
const sizes = options.sizes.split(',').map(Number);
const operator = await findOperator('matmul');

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const rate = (size, seconds) => ((2 * size ** 3) / seconds / 1e9).toFixed(1).padStart(7);
const say = (...columns) => process.stdout.write(`${columns.join('  ')}\n`);

function fill(array) {
  for (let i = 0; i < array.length; i++) array[i] = (i * 0.6180339887498949) % 1;
  return array;
}

/** One call of the kernel over all rows of a matrix, ready to be timed. */
async function ready(size, dtype, method) {
  const memory = makeMemory(12 * size * size * 8 + 2 ** 23);
  const arena = new Arena(memory, ARENA_BASE, memory.buffer.byteLength - ARENA_BASE);
  const stack = { stackShape: [size], frameShape: [size], dtype, axes: [] };
  const by = { shape: [size, size], data: fill(new Float64Array(size * size)) };
  const values = checkValues(operator.params, { by: [by], method }, 'matmul');
  const made = await operator.prepare({ stack, values, load: (input) => Promise.resolve(input) });
  const prepared = { ...made, by: arena.place(made.by) };
  const tile = {
    data: fill(arena.array(dtype, size * size)),
    first: 0,
    count: size,
    team: { rank: 0, size: 1, sum() {} },
  };
  const out = { product: arena.array(dtype, size * size) };
  const state = operator.init({ stack, values, prepared, arena });
  const exports = instantiate(operator.kernels.wasm.module, memory);
  return () => operator.kernels.wasm.process(exports, tile, state, out);
}

function timed(once, runs) {
  const seconds = [];
  for (let i = 0; i < runs; i++) {
    const started = performance.now();
    once();
    seconds.push((performance.now() - started) / 1000);
  }
  return median(seconds.slice(Math.min(3, runs - 1)));
}

const numpy = (threads) =>
  JSON.parse(
    execFileSync('/usr/bin/python3', [join(import.meta.dirname, 'peers/matmul.py'), ...sizes.map(String)], {
      env: { ...process.env, OPENBLAS_NUM_THREADS: String(threads) },
    }),
  );

const one = numpy(1);
const two = numpy(2);
say('GFLOP/s'.padEnd(14), ' kernel', '  naive', `numpy ${one.numpy}, 1 thread`, '2 threads', 'kernel / numpy 1');
for (const size of sizes) {
  for (const dtype of ['float32', 'float64']) {
    const fast = timed(await ready(size, dtype, 'fast'), 15);
    const naive = timed(await ready(256, dtype, 'naive'), 2);
    const name = `${size} ${dtype}`;
    say(
      name.padEnd(14),
      rate(size, fast),
      rate(256, naive),
      rate(size, one.seconds[name]).padStart(20),
      rate(size, two.seconds[name]).padStart(10),
      (one.seconds[name] / fast).toFixed(2).padStart(10),
    );
  }
}
say('naive: 256 x 256. NumPy has fused multiply-add and vectors of 256 or 512 bits, WebAssembly neither.');

const folder = mkdtempSync(join(tmpdir(), 'fanfold-matmul-'));
try {
  const size = Number(options.file);
  const path = join(folder, 'a.npy');
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${size}, ${size}), }`.padEnd(117);
  const head = Buffer.concat([Buffer.from('\x93NUMPY\x01\x00v\x00', 'latin1'), Buffer.from(`${header}\n`)]);
  const data = fill(new Float32Array(size * size));
  writeFileSync(path, Buffer.concat([head, Buffer.from(data.buffer)]));
  const source = await openSource(path, { frameRank: 1 });
  for (const workers of [1, 2]) {
    const seconds = [];
    for (let i = 0; i < 4; i++) {
      const { report } = await run('matmul', source, {
        values: { by: [path] },
        layout: workers === 1 ? 'serial' : 'threads',
        workers,
      });
      seconds.push(report.seconds.run);
    }
    say(
      `run over rows of ${size} x ${size} float32, ${workers} worker${workers > 1 ? 's' : ''}:`,
      rate(size, median(seconds.slice(1))),
      'GFLOP/s',
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
