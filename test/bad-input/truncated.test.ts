import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { FanfoldError, SourceError } from '../../dist/core/errors.js';
import type { OpenOptions } from '../../dist/core/source.js';
import { openSource } from '../../dist/formats/registry.js';
import { runLocal } from '../../dist/layouts/local.js';
import { expectError, fanfold, workFolder } from './fanfold.js';

const folder = workFolder();
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  for (const [name, codec] of [
    ['scan.h5', 'gzip:4'],
    ['scan.npy', 'none'],
    ['scan.raw', 'none'],
  ]) {
    const made = await fanfold(['make', '5x6x8x8', name ?? '', '--codec', codec ?? '', '-q'], folder);
    expect(made.code).toBe(0);
  }
});

/** Sums of a whole run, or the error it ended in. */
async function outcomeOf(path: string, options: OpenOptions): Promise<number | FanfoldError> {
  try {
    const { arrays } = await runLocal(await openSource(path, options), [{ name: 'sum', values: {} }]);
    let total = 0;
    for (const value of arrays[0]?.data ?? []) total += value;
    return total;
  } catch (error) {
    if (error instanceof FanfoldError) return error;
    throw error;
  }
}

const RAW = { frameShape: [8, 8], dtype: 'float32' };
const KINDS = [
  ['scan.h5', {}, 1],
  ['scan.npy', {}, 7],
  ['scan.raw', RAW, 7],
] as const;

for (const [name, options, step] of KINDS) {
  test(`${name} cut short anywhere is refused in a sentence`, { timeout: 60_000 }, async () => {
    const whole = readFileSync(at(name));
    const cut = at(`cut-${name}`);
    const wanted = await outcomeOf(at(name), options);
    expect(wanted).toBeGreaterThan(0);
    writeFileSync(cut, whole);
    // Every byte of the beginning and of the end, where the structure lies, and many between.
    let tried = 0;
    for (let length = whole.length - 1; length >= 0; length -= 1) {
      const between = length > 300 && length < whole.length - 300;
      if (between && length % (step * 5) !== 0) continue;
      truncateSync(cut, length);
      const outcome = await outcomeOf(cut, options);
      tried++;
      if (name === 'scan.raw' && length > 0 && length % 256 === 0) {
        // Bare numbers cannot tell that frames are missing behind the last whole one.
        expect(outcome).toBeLessThan(Number(wanted));
        continue;
      }
      expect(outcome, `cut at byte ${length}`).toBeInstanceOf(SourceError);
      expect((outcome as FanfoldError).message, `cut at byte ${length}`).toMatch(/^[^\n]*cut-scan[^\n]*\.$/);
    }
    expect(tried).toBeGreaterThan(500);
  });
}

test('the command line says so with exit code 3', async () => {
  writeFileSync(at('half.h5'), readFileSync(at('scan.h5')).subarray(0, 5000));
  expectError(await fanfold(['run', 'sum', 'half.h5'], folder), 3, /half\.h5 .*truncated/);
  expectError(await fanfold(['info', 'half.h5'], folder), 3, /half\.h5 .*truncated/);
  writeFileSync(at('half.npy'), readFileSync(at('scan.npy')).subarray(0, 5000));
  expectError(await fanfold(['run', 'sum', 'half.npy'], folder), 3, /half\.npy is truncated: .* need 7680 bytes/);
  writeFileSync(at('half.raw'), readFileSync(at('scan.raw')).subarray(0, 5000));
  const raw = ['--frame-shape', '8,8', '--dtype', 'float32'];
  expectError(await fanfold(['run', 'sum', 'half.raw', ...raw], folder), 3, /19 frames .* and 136 bytes left over/);
});
