import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Ended, fanfold, scratchOf, start, workFolder } from './fanfold.js';

const folder = workFolder();
let right: Buffer;

// Four images of 1024 x 1024: partial results of 8 MiB each, and a result per frame.
beforeAll(async () => {
  expect((await fanfold(['make', '2x4x1024x1024', 'scan.h5', '--codec', 'gzip:1', '-q'], folder)).code).toBe(0);
  expect((await fanfold(['run', 'mean', 'scan.h5', '--layout', 'serial', '-o', 'right.npy', '-q'], folder)).code).toBe(
    0,
  );
  right = readFileSync(join(folder, 'right.npy'));
});

const LAYOUT = ['--layout', 'processes', '-w', '2', '--deterministic', '--overwrite'];

/** The output is byte for byte that of a run that shares nothing. */
function expectRight(ended: Ended, name: string, notes: readonly RegExp[]): void {
  expect(ended.code, ended.stderr).toBe(0);
  for (const note of notes) expect(ended.stderr).toMatch(note);
  expect(readFileSync(join(folder, name)).equals(right)).toBe(true);
}

const mean = (name: string): string[] => ['run', 'mean', 'scan.h5', '-o', name, ...LAYOUT];

test('without any folder to share, results go through pipes', async () => {
  const env = { TMPDIR: join(folder, 'none') };
  const { pid, ended } = start([...mean('pipes.npy'), '--no-shared-memory'], folder, env);
  expectRight(await ended, 'pipes.npy', [/Shared memory is switched off/, /none does not exist here: trying pipes/]);
  const each = ['run', 'copy', 'scan.h5', '--layout', 'processes', '-w', '2', '--no-shared-memory', '-q'];
  expect((await start([...each, '-o', 'copy.npy'], folder, env).ended).code).toBe(0);
  const serial = await fanfold(['run', 'copy', 'scan.h5', '--layout', 'serial', '-q', '-o', 'alone.npy'], folder);
  expect(serial.code).toBe(0);
  expect(readFileSync(join(folder, 'copy.npy')).equals(readFileSync(join(folder, 'alone.npy')))).toBe(true);
  expect(scratchOf(pid)).toEqual([]);
});

/** Runs the command line where shared memory has only `size`, in a mount namespace of its own. */
function withSharedMemory(size: string, args: readonly string[]): Ended {
  const main = join(import.meta.dirname, '../../dist/cli/main.js');
  const script = `mount -t tmpfs -o size=${size} tmpfs /dev/shm && "$@" 2> "${folder}/stderr"`;
  let code = 0;
  try {
    execFileSync('unshare', ['-m', 'sh', '-c', script, 'sh', process.execPath, main, ...args], { cwd: folder });
  } catch (error) {
    code = Number((error as { status?: number }).status);
  }
  return { code, signal: null, stdout: '', stderr: readFileSync(join(folder, 'stderr'), 'utf8') };
}

function maySwap(): boolean {
  try {
    writeFileSync(join(folder, 'stderr'), '');
    execFileSync('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs -o size=1m tmpfs /dev/shm'], { stdio: 'pipe' });
    return true;
  } catch {
    process.stderr.write('not run: full shared memory (this user may mount no small file system)\n');
    return false;
  }
}

describe.runIf(maySwap())('shared memory', () => {
  test('that is too small leads to a temporary folder', () => {
    const ended = withSharedMemory('512k', mean('small.npy'));
    expectRight(ended, 'small.npy', [/\/dev\/shm has no space left for 1 MiB; .*: trying a temporary folder instead/]);
  });

  test('that fills up in the middle leads through pipes', () => {
    expectRight(withSharedMemory('2m', mean('full.npy')), 'full.npy', []);
  });
});
