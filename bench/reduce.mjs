// sum(sqrt(x) + x^2): the kernel alone on a million numbers, whole runs over a file in the page cache, and NumPy in the same run.
//   node bench/reduce.mjs [--count 1e6] [--file 1e8] [--dtype float64]
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ARENA_BASE, Arena, makeMemory } from '../dist/core/arena.js';
import { DTYPES } from '../dist/core/dtype.js';
import { checkValues } from '../dist/core/params.js';
import { instantiate } from '../dist/core/wasm.js';
import { openSource, run } from '../dist/index.js';
import { findOperator } from '../dist/operators/registry.js';

const { values: options } = parseArgs({
  options: {
    count: { type: 'string', default: '1e6' },
    file: { type: 'string', default: '1e8' },
    dtype: { type: 'string', default: 'float64' },
  },
});
/** Numbers of a frame. */
const ROW = 4096;
const EXPRESSION = 'sqrt(x) + x^2';
const operator = await findOperator('reduce');
const { dtype } = options;
const count = Number(options.count);
const total = Math.ceil(Number(options.file) / ROW) * ROW;
const { bytes, array } = DTYPES[dtype];

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const say = (...columns) => process.stdout.write(`${columns.join('  ')}\n`);

/** Seconds of one reduction of `count` numbers in memory. */
async function inMemory(kernel) {
  const memory = makeMemory(count * bytes + 2 ** 22);
  const arena = new Arena(memory, ARENA_BASE, memory.buffer.byteLength - ARENA_BASE);
  const stack = { stackShape: [count], frameShape: [1], dtype, axes: [] };
  const values = checkValues(operator.params, { expr: EXPRESSION }, 'reduce');
  const made = await operator.prepare({ stack, values });
  const data = arena.array(dtype, count);
  for (let i = 0; i < count; i++) data[i] = (i * 0.6180339887498949) % 1;
  const out = { sum: arena.float64(1), carry: arena.float64(1) };
  const state = operator.init({ stack, values, prepared: made, arena });
  const exports = instantiate(operator.kernels.wasm.module, memory);
  const tile = { data, first: 0, count, team: { rank: 0, size: 1, sum() {} } };
  const seconds = [];
  for (let i = 0; i < (kernel === 'wasm' ? 40 : 3); i++) {
    const started = performance.now();
    if (kernel === 'wasm') operator.kernels.wasm.process(exports, tile, state, out);
    else operator.process(tile, state, out);
    seconds.push((performance.now() - started) / 1000);
  }
  return median(seconds);
}

function makeFile(path) {
  const descr = `<f${bytes}`;
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${total},), }`.padEnd(117);
  const file = openSync(path, 'w');
  writeSync(file, Buffer.concat([Buffer.from('\x93NUMPY\x01\x00v\x00', 'latin1'), Buffer.from(`${header}\n`)]));
  const block = new array(2 ** 20);
  for (let i = 0; i < block.length; i++) block[i] = (i * 0.6180339887498949) % 1;
  for (let left = total; left > 0; left -= block.length)
    writeSync(file, block.subarray(0, Math.min(left, block.length)));
  closeSync(file);
}

/** Seconds of nothing but reading the file, 1 MiB at a time. */
function readAlone(path) {
  const buffer = new Uint8Array(2 ** 20);
  const file = openSync(path);
  const started = performance.now();
  for (;;) if (readSync(file, buffer) === 0) break;
  closeSync(file);
  return (performance.now() - started) / 1000;
}

const folder = mkdtempSync(join(tmpdir(), 'fanfold-reduce-'));
try {
  const path = join(folder, 'x.npy');
  makeFile(path);
  const peer = JSON.parse(
    execFileSync('/usr/bin/python3', [join(import.meta.dirname, 'peers/reduce.py'), String(count), path]),
  );
  const [fast, plain] = [await inMemory('wasm'), await inMemory('ts')];
  const ms = (seconds) => `${(seconds * 1000).toFixed(2)} ms`;
  say(
    `${count} ${dtype} in memory: kernel ${ms(fast)}, TypeScript ${ms(plain)}, numpy ${peer.numpy} float64 ${ms(peer.memory)}`,
  );
  say(`numpy / kernel ${(peer.memory / fast).toFixed(2)}`);
  const read = median([1, 2, 3].map(() => readAlone(path)));
  const speed = (seconds) => `${seconds.toFixed(2)} s, ${((total * bytes) / seconds / 1e9).toFixed(2)} GB/s`;
  say(`${total} ${dtype} in a file (page cache): reading alone, one thread ${speed(read)}`);
  for (const workers of [1, 2]) {
    const source = await openSource(path, { frameShape: [ROW] });
    const results = [];
    for (const expr of [EXPRESSION, 'x']) {
      const { report } = await run('reduce', source, {
        values: { expr },
        layout: workers === 1 ? 'serial' : 'threads',
        workers,
      });
      results.push(`${expr}: ${speed(report.seconds.run)}`);
    }
    say(`run, ${workers} worker${workers > 1 ? 's' : ''}: ${results.join('; ')}`);
  }
  say(`numpy over the mapped file: whole ${speed(peer.mapped)}; in pieces of 65536 ${speed(peer.chunked)}`);
} finally {
  rmSync(folder, { recursive: true });
}
