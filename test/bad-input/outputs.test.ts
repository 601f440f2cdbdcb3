import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ended, expectError, fanfold, workFolder } from './fanfold.js';

const folder = workFolder();
const at = (name: string): string => join(folder, name);
let before: string[] = [];

/** A file system of 1 MiB in `path`; false, with a printed reason, when this user may mount none. */
function mountSmall(path: string): boolean {
  mkdirSync(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', path], { stdio: 'pipe' });
    afterAll(() => {
      execFileSync('umount', [path]);
    });
    return true;
  } catch {
    process.stderr.write('not run: full disk (this user may mount no small file system)\n');
    return false;
  }
}

const mounted = mountSmall(at('small'));

beforeAll(async () => {
  expect((await fanfold(['make', '24x24x64x64', 'scan.h5', '--codec', 'gzip:1', '-q'], folder)).code).toBe(0);
  expect((await fanfold(['make', '6x6x8x8', 'scan.npy', '-q'], folder)).code).toBe(0);
  symlinkSync('scan.npy', at('link.npy'));
  symlinkSync('.', at('here'));
  linkSync(at('scan.npy'), at('hard.npy'));
  mkdirSync(at('folder.npy'));
  writeFileSync(at('taken.npy'), 'precious');
  before = readdirSync(folder);
});

/** Runs, and expects that no file came, went or changed. */
async function refused(args: readonly string[], code: number, message: RegExp): Promise<void> {
  const scan = readFileSync(at('scan.npy'));
  expectError(await fanfold(args, folder), code, message);
  expect(readdirSync(folder)).toEqual(before);
  expect(readFileSync(at('scan.npy')).equals(scan)).toBe(true);
  expect(readFileSync(at('taken.npy'), 'utf8')).toBe('precious');
}

const run = (...more: string[]): string[] => ['run', 'sum', 'scan.npy', ...more];

test('no part of an output stays when a later part of it cannot be written', async () => {
  const args = ['run', 'register', 'scan.npy', '--frames', '0:4'];
  await refused([...args, '-o', 'motion.svg'], 2, /realigned is 4 x 8 x 8: \.svg shows curves/);
});

test('results that a format cannot hold beside others are refused before the run', async () => {
  const args = ['run', 'register', 'scan.npy', '--frames', '0:4'];
  await refused([...args, '-o', 'motion.nii'], 2, /motion\.nii can hold params, .*, but not flags, .* fill a folder/);
  await refused([...args, '-o', 'motion.tif'], 2, /motion\.tif can hold params, .*, but not flags, /);
});

test('a folder where none can be made ends the run', async () => {
  const args = ['run', 'register', 'scan.npy', '--no-reslice', '--frames', '0:4'];
  await refused(
    [...args, '-o', '/proc/out/'],
    5,
    /\/proc\/out\/? cannot be written: the folder \/proc takes no files\./,
  );
});

test('an output that cannot be made is refused before the run', async () => {
  await refused(run('-o', 'no/such/out.npy'), 5, /the folder .*no\/such does not exist\./);
  await refused(run('-o', 'taken.npy/out.npy'), 5, /taken\.npy is no folder\./);
  await refused(
    run('-o', '/proc/out.npy'),
    5,
    /\/proc\/out\.npy cannot be written: the folder \/proc takes no files\./,
  );
  await refused(
    run('-o', 'folder.npy'),
    2,
    /folder\.npy: sum fills no folder\. Name a file, such as folder\.npy\/sum\.h5\./,
  );
  await refused(run('-o', 'taken.npy'), 5, /taken\.npy exists already\. Give --overwrite/);
  await refused(run('-o', 'out.nyp'), 2, /\.nyp is no output format\..* Did you mean \.npy\?/);
  await refused(run('-o', 'out'), 2, /the name needs an extension\./);
  await refused(run('-o', 'out.npy', '-o', './out.npy'), 2, /out\.npy is named twice as an output\./);
  await refused(['make', '4x4x8x8', 'no/made.h5'], 5, /the folder .*no does not exist\./);
  await refused(['make', '4x4x8x8', 'taken.npy'], 5, /exists already/);
  await refused(['make', '4x4x8x8', 'made.h5', '--truth', 't.npy'], 2, /Nothing is known exactly/);
  await refused(['make', '4x4x32x32', 'made.h5', '--kind', 'stem', '--truth', 'no/t.npz'], 5, /does not exist/);
});

test('the input is never the output, by whatever name', async () => {
  for (const name of ['scan.npy', './scan.npy', 'here/scan.npy', 'link.npy', 'hard.npy']) {
    await refused(
      run('-o', name, '--overwrite'),
      2,
      /is the input; a source is never changed\. Choose another output\./,
    );
  }
  await refused(['run', 'sum', 'scan.h5:/data', '-o', 'scan.h5', '--overwrite'], 2, /scan\.h5 is the input/);
  await refused(['run', 'sum', 'link.npy', '-o', 'scan.npy', '--overwrite'], 2, /scan\.npy is the input/);
  await refused(
    ['run', 'sum', 'scan.npy', '--replica', 'hard.npy', '-o', 'hard.npy', '--overwrite'],
    2,
    /is the input/,
  );
});

describe.runIf(mounted)('a full disk', () => {
  const full = (ended: Ended): void => {
    expectError(ended, 5, /No space left in .*small to write .*\. Free some, or choose another disk\./);
    expect(readdirSync(at('small'))).toEqual([]);
  };

  test('leaves no half of a result', async () => {
    for (const name of ['small/out.npy', 'small/out.h5', 'small/out.npz', 'small/out.raw']) {
      full(await fanfold(['run', 'copy', 'scan.h5', '-o', name, '-q'], folder));
    }
  });

  test('is noticed in advance when the size is known', async () => {
    for (const name of ['small/made.npy', 'small/made.h5']) {
      const ended = await fanfold(['make', '24x24x64x64', name, '--progress', 'json'], folder);
      expectError(ended, 5, /needs 9\.\d+ MiB, but only 1\.00 MiB are free in .*small\./);
      expect(readdirSync(at('small'))).toEqual([]);
    }
  });

  for (const layout of ['serial', 'threads']) {
    test(`ends compression in the middle (${layout})`, async () => {
      const args = ['make', '24x24x64x64', 'small/made.h5', '--codec', 'gzip:1', '--layout', layout, '-w', '2'];
      full(await fanfold([...args, '--progress', 'json'], folder));
    });
  }
});
