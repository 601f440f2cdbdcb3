import { copyFileSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { descendants, expectError, fanfold, isAlive, SLOW, scratchOf, start, workFolder } from './fanfold.js';

const folder = workFolder();
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  for (const [name, codec] of [
    ['whole.h5', 'gzip:1'],
    ['whole.npy', 'none'],
  ]) {
    const made = await fanfold(['make', '24x24x128x128', name ?? '', '--codec', codec ?? '', '-q'], folder);
    expect(made.code).toBe(0);
  }
});

for (const layout of ['serial', 'threads', 'processes']) {
  for (const kind of ['h5', 'npy']) {
    test(`a .${kind} file that becomes shorter while it is read (${layout})`, async () => {
      const name = `shrinking.${kind}`;
      copyFileSync(at(`whole.${kind}`), at(name));
      const args = ['run', SLOW, name, '-o', 'out.npy', '--progress', 'json', '--layout', layout, '-w', '2'];
      const { pid, underway, ended } = start(args, folder);
      await underway;
      const below = descendants(pid);
      truncateSync(at(name), Math.floor(statSync(at(name)).size / 8));
      const size = statSync(at(name)).size;
      expectError(
        await ended,
        3,
        new RegExp(`shrinking\\.${kind} ends at byte ${size}, but \\d+ bytes are needed from byte \\d+: it .*`),
      );
      rmSync(at(name));
      expect(readdirSync(folder)).toEqual(['whole.h5', 'whole.npy']);
      expect(scratchOf(pid)).toEqual([]);
      expect(below.filter(isAlive)).toEqual([]);
    });
  }
}
