// What the mean of one array costs in memory: the array whole, mapped, or piece by piece; float64 or float32; copied or looked at
// where it lies. Each job is a process of its own and says its highest resident size, and what of it is its own or the file's.
//   node bench/memory.mjs [--mib 1024] [--folder /tmp]
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createArrayFile, openArrayFile, run } from '../dist/index.js';

const { values } = parseArgs({
  options: {
    mib: { type: 'string', default: '1024' },
    folder: { type: 'string', default: tmpdir() },
    job: { type: 'string' },
    file: { type: 'string', default: '' },
  },
});
const PYTHON = '/usr/bin/python3';

function sumOf(data) {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i];
  return sum;
}

function sumOfChunks(file, count) {
  let sum = 0;
  for (const { data } of file.chunks(count)) sum += sumOf(data);
  return sum;
}

/** Sums of all numbers; what is held until the end is handed back too. */
const JOBS = {
  'nothing, as a floor': () => [0],
  'whole, and a copy of it': (file) => {
    const all = file.read();
    const copy = all.slice();
    return [sumOf(copy), all, copy];
  },
  'whole, and a view of it': (file) => {
    const all = file.read();
    const view = all.subarray(0, all.length);
    return [sumOf(view), all];
  },
  mapped: async (file) => {
    const { data } = await file.map();
    return [sumOf(data), data];
  },
  'chunks of 1000 numbers': (file) => [sumOfChunks(file, 1000)],
  'chunks of 4 Mi numbers': (file) => [sumOfChunks(file, 2 ** 22)],
  'fanfold run mean': async (file) => {
    const { arrays } = await run('mean', file, { layout: 'serial' });
    return [sumOf(arrays[0].data) * file.shape[0]];
  },
};

/** MiB of one line of /proc/self/status. */
function status(name) {
  const line = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync('/proc/self/status', 'utf8'));
  return line ? Number(line[1]) / 1024 : Number.NaN;
}

async function work() {
  const file = await openArrayFile(values.file);
  const started = performance.now();
  const [sum, ...held] = await JOBS[values.job](file);
  const seconds = (performance.now() - started) / 1000;
  const count = file.shape.reduce((total, extent) => total * extent, 1);
  const told = { seconds, mean: sum / count, peak: status('VmHWM'), own: status('RssAnon'), mapped: status('RssFile') };
  process.stdout.write(`${JSON.stringify({ ...told, held: held.length })}\n`);
}

/** Numbers whose mean is known: 0 to 999, again and again. */
async function make(path, dtype, count) {
  const file = await createArrayFile(path, { shape: [count / 2 ** 16, 256, 256], dtype });
  const Numbers = dtype === 'float64' ? Float64Array : Float32Array;
  const rows = 64;
  const block = new Numbers(rows * 2 ** 16);
  for (let row = 0; row < file.shape[0]; row += rows) {
    const some = block.subarray(0, Math.min(rows, file.shape[0] - row) * 2 ** 16);
    for (let i = 0; i < some.length; i++) some[i] = (row * 2 ** 16 + i) % 1000;
    file.write([[row, row + some.length / 2 ** 16]], some);
  }
  file.close();
}

function row(program, job, dtype, told) {
  const cells = [told.peak, told.own, told.mapped].map((mib) => `${Math.round(mib)} MiB`);
  console.log(`| ${program} | ${job} | ${dtype} | ${cells.join(' | ')} | ${told.seconds.toFixed(2)} s |`);
}

async function main() {
  const folder = mkdtempSync(join(values.folder, 'fanfold-memory-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const count = Number(values.mib) * 2 ** 17;
  const files = { float64: join(folder, 'float64.npy'), float32: join(folder, 'float32.npy') };
  for (const [dtype, path] of Object.entries(files)) await make(path, dtype, count);
  console.log(
    `mean of ${count} numbers: ${values.mib} MiB of float64, ${values.mib / 2} MiB of float32; files in the page cache\n`,
  );
  console.log('| program | job | numbers | peak | of its own | of the file | time |\n|---|---|---|---|---|---|---|');
  const expected = Array.from({ length: 1000 }, (_, i) => i * (Math.floor(count / 1000) + (i < count % 1000 ? 1 : 0)));
  const mean = sumOf(expected) / count;
  const check = (told, job) => {
    if (told.mean !== 0 && Math.abs(told.mean / mean - 1) > 1e-9)
      throw new Error(`${job}: the mean is ${told.mean} instead of ${mean}`);
  };
  for (const job of Object.keys(JOBS)) {
    for (const [dtype, path] of Object.entries(files)) {
      const told = JSON.parse(
        execFileSync(process.execPath, [import.meta.filename, '--job', job, '--file', path], { encoding: 'utf8' }),
      );
      check(told, job);
      row('Node', job, dtype, told);
    }
  }
  if (!existsSync(PYTHON)) return;
  const peer = join(import.meta.dirname, 'peers/memory.py');
  for (const job of ['nothing', 'copy', 'view', 'mapped', 'chunks']) {
    for (const [dtype, path] of Object.entries(files)) {
      const told = JSON.parse(execFileSync(PYTHON, [peer, job, path], { encoding: 'utf8' }));
      check(told, `NumPy, ${job}`);
      row('NumPy', told.job, dtype, told);
    }
  }
}

await (values.job === undefined ? main() : work());
