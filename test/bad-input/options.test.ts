import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { expectError, fanfold, scratchOf, start, workFolder } from './fanfold.js';

const folder = workFolder();

beforeAll(async () => {
  for (const name of ['scan.npy', 'short.npy'])
    expect((await fanfold(['make', '6x6x64x64', name, '-q'], folder)).code).toBe(0);
  truncateSync(join(folder, 'short.npy'), 300_000);
});

const USAGE: readonly (readonly [string, RegExp])[] = [
  ['rn sum scan.npy', /there is no command 'rn'\. Did you mean run\?/],
  ['run smu scan.npy', /There is no operator 'smu'\. Did you mean sum\?/],
  ['run mask+smu scan.npy', /There is no operator 'smu'\. Did you mean sum\?/],
  ['run sum+sum scan.npy', /Operator sum is named twice/],
  ['run ./none.mjs scan.npy', /There is no operator file \.\/none\.mjs\./],
  ['run sum scan.npy --layout thread', /There is no layout 'thread' .*Did you mean threads\?/],
  ['run sum scan.npy --layot serial', /has no option --layot\. Did you mean --layout\?/],
  ['run mask scan.npy --detector polygn', /not 'polygn'\. Did you mean polygon\?/],
  ['run sum scan.npy --kernel wsm', /not 'wsm'\. Did you mean wasm\?/],
  ['run sum scan.npy --on-bad-frame nul', /--on-bad-frame takes fail, zero, nan, not 'nul'/],
  ['run sum scan.npy --workers', /--workers needs a value/],
  ['run sum scan.npy --workers two', /--workers takes a number, not 'two'\./],
  ['run sum scan.npy --workers 1.5', /--workers takes a whole number, not 1\.5\./],
  ['run sum scan.npy --quiet=yes', /--quiet takes no value\./],
  ['run sum scan.npy -z', /Unknown option '-z'\./],
  ['run sum scan.npy --memory many', /--memory takes a size such as 4GiB/],
  ['run sum scan.npy --memory -4GiB', /--memory takes a size such as 4GiB or 500MB, not '-4GiB'/],
  ['run sum scan.npy --frames 9:3', /--frames 9:3 lies outside 0:36 or is empty\./],
  ['run sum scan.npy --roi 0:3', /--roi needs 2 ranges for a scan of 6 x 6/],
  ['run sum scan.npy --scan 5x5', /A scan of 5 x 5 needs 25 frames, but the source holds 36\./],
  ['run sum scan.npy --scan five', /'five' is no shape\./],
  ['run sum scan.npy --plain', /--plain belongs to --layout processes/],
  ['run sum scan.npy --memory-per-worker 1GiB', /--memory-per-worker belongs to --layout processes/],
  ['run sum scan.npy --replica short.npy', /short\.npy holds 300000 bytes, but .*scan\.npy holds \d+: .* exact copy\./],
  ['run sum scan.npy --replica short.npy --layout processes -w 2', /short\.npy holds 300000 bytes/],
  [
    'run sum scan.npy again.npy',
    /again\.npy does not exist\. Both paths are taken as one source: outputs are named with -o/,
  ],
  ['run sum', /needs a source/],
  ['run', /needs an operator and a source/],
  ['make 4x4x8x8', /needs a shape and a file/],
  ['make 4xfour made.npy', /'4xfour' is no shape\./],
  ['make 0x4x8x8 made.npy', /A stack of 0 x 4 x 8 x 8 cannot be made\./],
  ['make 4x4x8x8 made.npy --kind stm', /Did you mean stem\?/],
  ['make 4x4x8x8 made.npy --codec gzip:4', /no compression\. Write \.h5/],
  [
    'make 4x4x8x8 made.h5 --codec lzf',
    /--codec takes none, bslz4, lz4, gzip:0 to gzip:9, or zstd:1 to zstd:22, not 'lzf'\./,
  ],
];

test('a wrong call says what is wrong with it, and what was meant', { timeout: 60_000 }, async () => {
  for (const [call, message] of USAGE) expectError(await fanfold(call.split(' '), folder), 2, message);
});

test('a missing replica is an input that is missing', async () => {
  expectError(
    await fanfold(['run', 'sum', 'scan.npy', '--replica', 'none.npy'], folder),
    3,
    /none\.npy does not exist/,
  );
});

test('memory that is too small for one frame', async () => {
  const fits = await fanfold(['plan', 'sum', 'scan.npy', '--json'], folder);
  expect(fits.code).toBe(0);
  for (const verb of ['run', 'plan']) {
    const ended = await fanfold([verb, 'sum', 'scan.npy', '--memory', '20MiB'], folder);
    expectError(ended, 4, /Needs \d+ MiB but --memory is 20\.0 MiB\. Try --memory \d+MiB\./);
  }
  const layout = ['--layout', 'processes', '-w', '2', '--memory-per-worker', '10MiB'];
  const { pid, ended } = start(['run', 'sum', 'scan.npy', ...layout], folder);
  expectError(await ended, 4, /--memory-per-worker 10\.0 MiB is less than a worker needs to start\. Give at least/);
  expect(scratchOf(pid)).toEqual([]);
});

test('the memory that an error asks for is enough', async () => {
  const { stderr } = await fanfold(['run', 'sum', 'scan.npy', '--memory', '20MiB'], folder);
  const asked = /Try --memory (\d+)MiB/.exec(stderr)?.[1];
  // What the runtime holds at the moment of planning differs a little from run to run.
  const enough = `${Number(asked) + 8}MiB`;
  expect((await fanfold(['run', 'sum', 'scan.npy', '--memory', enough, '-q'], folder)).code).toBe(0);
});
