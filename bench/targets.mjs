// The figures fanfold holds itself to, each beside its floor or peer in one interleaved run:
//
//   node bench/targets.mjs DATA_FOLDER [--runs 5] [--only raw,gzip,memory,masks,latency,scaling]
//
// DATA_FOLDER holds the 4 GiB sets that `fanfold bench 4d-stem --scale small --data DATA_FOLDER` makes. Warm: one
// uncounted round first. Prints a Markdown table of medians with their spread.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '5' }, only: { type: 'string' } },
});
const folder = positionals[0] ?? '.';
const runs = Number(values.runs);
const scratch = mkdtempSync(join(tmpdir(), 'targets-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

const root = join(import.meta.dirname, '..');
const peers = join(root, '../shared/peers');
const python = '/usr/bin/python3';
const sets = {
  raw: join(folder, '4d-stem-random-raw-128x128x256x256.h5'),
  gzip: join(folder, '4d-stem-random-gzip-128x128x256x256.h5'),
  countsRaw: join(folder, '4d-stem-counts-raw-128x128x256x256.h5'),
  countsGzip: join(folder, '4d-stem-counts-gzip-128x128x256x256.h5'),
};
const mask = join(scratch, 'mask.npy');
const masks = join(scratch, 'masks.npy');

const text = (command, args, options = {}) =>
  execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], ...options });
const lastJson = (output) => JSON.parse(output.trim().split('\n').pop());

function fanfold(operator, file, ...args) {
  const started = performance.now();
  const { report } = lastJson(
    text('node', [join(root, 'dist/cli/main.js'), 'run', operator, file, '--json', '-q', ...args]),
  );
  const wall = (performance.now() - started) / 1000;
  return { seconds: report.seconds.run, wall, peakBytes: report.peakBytes, limiter: report.limiter };
}

function floor(build, threads, file) {
  const binary = join(scratch, `floor-${build}`);
  if (!existsSync(binary)) {
    execFileSync('gcc', [
      '-O3',
      `-march=${build}`,
      '-ffast-math',
      join(peers, 'floor_mask.c'),
      '-o',
      binary,
      '-lpthread',
    ]);
  }
  const code = `import h5py,sys; d=h5py.File(sys.argv[1])['data']; print(d.id.get_chunk_info(0).byte_offset, d.shape[0]*d.shape[1])`;
  const [offset, frames] = text(python, ['-c', code, file]).trim().split(' ');
  return lastJson(text(binary, [file, offset, frames, '65536', String(threads), 'pread', '1']));
}

const peer = (file, mode, ...args) =>
  lastJson(text(python, [join(peers, 'stem_virtual_image.py'), file, '--mode', mode, ...args]));

function h5pyRead(file, frames) {
  const code = `
import h5py,sys,time,numpy as np
d=h5py.File(sys.argv[1],'r')['data']; n=int(sys.argv[2])//d.shape[1]
b=np.empty(d.shape[1:],d.dtype)
t=time.perf_counter()
for i in range(n): d.read_direct(b,np.s_[i])
print('{"seconds": %f}'%(time.perf_counter()-t))`;
  return lastJson(text(python, ['-c', code, file, String(frames)]));
}

const median = (list) => {
  const sorted = list.toSorted((a, b) => a - b);
  return sorted.length % 2
    ? sorted[(sorted.length - 1) / 2]
    : (sorted[sorted.length / 2 - 1] + sorted[sorted.length / 2]) / 2;
};

/** Runs every candidate once per round, in turn, and prints a row for each with its ratio to the first. */
function compare(title, candidates, unit = 'seconds') {
  const times = candidates.map(() => []);
  for (let round = 0; round <= runs; round++) {
    for (const [i, [, run]] of candidates.entries()) {
      const seconds = run()[unit];
      if (round > 0) times[i].push(seconds);
    }
  }
  const base = median(times[0]);
  console.log(`\n${title}\n\n| what | median s | spread s | ratio to the first |\n|---|---|---|---|`);
  for (const [i, [name]] of candidates.entries()) {
    const middle = median(times[i]);
    const spread = `${Math.min(...times[i]).toFixed(3)}-${Math.max(...times[i]).toFixed(3)}`;
    console.log(`| ${name} | ${middle.toFixed(3)} | ${spread} | ${(middle / base).toFixed(2)} |`);
  }
}

const some = '0:2048';
const groups = {
  raw: () =>
    compare('Uncompressed float32, 4 GiB, one mask', [
      ['fanfold, 2 threads', () => fanfold('mask', sets.raw, '--mask', mask, '--layout', 'threads', '-w', '2')],
      ['C floor, native, 2 threads', () => floor('native', 2, sets.raw)],
      ['C floor, x86-64, 2 threads', () => floor('x86-64', 2, sets.raw)],
      ['fanfold, 1 thread', () => fanfold('mask', sets.raw, '--mask', mask, '--layout', 'serial')],
      ['C floor, native, 1 thread', () => floor('native', 1, sets.raw)],
      ['h5py loop', () => peer(sets.raw, 'loop')],
      ['h5py, 2 processes', () => peer(sets.raw, 'processes', '--workers', '2')],
      ['Dask, 2 workers', () => peer(sets.raw, 'dask', '--workers', '2')],
    ]),
  gzip: () => {
    compare('gzip-4 random float32, 2048 frames, one core', [
      ['fanfold, mask', () => fanfold('mask', sets.gzip, '--mask', mask, '--layout', 'serial', '--frames', some)],
      ['h5py, read only', () => h5pyRead(sets.gzip, 2048)],
    ]);
    compare('gzip-4 uint16 counts, 4096 frames, one core', [
      [
        'fanfold, mask',
        () => fanfold('mask', sets.countsGzip, '--mask', mask, '--layout', 'serial', '--frames', '0:4096'),
      ],
      ['h5py, read only', () => h5pyRead(sets.countsGzip, 4096)],
    ]);
  },
  memory: () =>
    compare('All in memory, one thread, 4 GiB', [
      [
        'fanfold',
        () => lastJson(text('node', [join(root, 'dist/cli/bench/resident-main.js'), sets.raw, '--mask', mask])),
      ],
      ['numpy matrix product', () => peer(sets.raw, 'memory')],
    ]),
  masks: () => {
    compare('16 masks against 1, uncompressed float32, one thread', [
      ['1 mask', () => fanfold('mask', sets.raw, '--mask', mask, '--layout', 'serial')],
      ['16 masks', () => fanfold('mask', sets.raw, '--mask', masks, '--layout', 'serial')],
    ]);
    compare('16 masks against 1, gzip-4 float32, one thread', [
      ['1 mask', () => fanfold('mask', sets.gzip, '--mask', mask, '--layout', 'serial', '--frames', some)],
      ['16 masks', () => fanfold('mask', sets.gzip, '--mask', masks, '--layout', 'serial', '--frames', some)],
    ]);
  },
  latency: () => {
    const wallOf =
      (...args) =>
      () => {
        const started = performance.now();
        text('node', [join(root, 'dist/cli/main.js'), ...args]);
        return { wall: (performance.now() - started) / 1000 };
      };
    const large = join(folder, '64GiB.h5');
    const rows = [['run mask on 16 MiB', wallOf('run', 'mask', sets.raw, '--mask', mask, '--frames', '0:64', '-q')]];
    if (existsSync(large)) rows.push(['info on 64 GiB', wallOf('info', large)]);
    compare('Whole processes', rows, 'wall');
  },
  scaling: () =>
    compare('gzip-4 random float32, 4096 frames, threads', [
      [
        '1 worker',
        () => fanfold('mask', sets.gzip, '--mask', mask, '--layout', 'threads', '-w', '1', '--frames', '0:4096'),
      ],
      [
        '2 workers',
        () => fanfold('mask', sets.gzip, '--mask', mask, '--layout', 'threads', '-w', '2', '--frames', '0:4096'),
      ],
    ]),
};

const make = `
import numpy as np,sys
r=np.random.default_rng(1)
np.save(sys.argv[1],r.random((256,256),dtype=np.float32)); np.save(sys.argv[2],r.random((16,256,256),dtype=np.float32))`;
execFileSync(python, ['-c', make, mask, masks]);
const only = values.only?.split(',') ?? Object.keys(groups);
for (const name of only) groups[name]?.();
