import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { makeSparse, openScratch, readAndRemove, tryWriteWhole } from '../../dist/io/scratch.js';

const folder = mkdtempSync(join(tmpdir(), 'scratch-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const roots = { memory: join(folder, 'memory'), disk: join(folder, 'disk') };
const FULL = 2 ** 60;

/** A process id that is not in use: that of a process that has ended. */
const DEAD = Number(execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }));

beforeEach(() => {
  for (const root of Object.values(roots)) {
    rmSync(root, { recursive: true, force: true });
    mkdirSync(root);
  }
});

test('memory comes first, without a word', () => {
  const { scratch, notes } = openScratch(1, true, roots);
  expect(notes).toEqual([]);
  expect(scratch?.path.startsWith(join(roots.memory, `fanfold-${process.pid}-`))).toBe(true);
  scratch?.remove();
  expect(readdirSync(roots.memory)).toEqual([]);
});

test('a missing folder leads to the temporary one', () => {
  rmSync(roots.memory, { recursive: true });
  const { scratch, notes } = openScratch(1, true, roots);
  expect(notes).toEqual([`${roots.memory} does not exist here: trying a temporary folder instead.`]);
  expect(scratch?.path.startsWith(roots.disk)).toBe(true);
  expect(scratch?.inMemory).toBe(false);
  scratch?.remove();
});

test('a file in place of the folder leads to the temporary one', () => {
  rmSync(roots.memory, { recursive: true });
  writeFileSync(roots.memory, 'in the way');
  const { scratch, notes } = openScratch(1, true, roots);
  expect(notes).toHaveLength(1);
  expect(notes[0]).toMatch(/memory (cannot be used: .*|may not be written .*): trying a temporary folder instead\.$/);
  expect(scratch?.path.startsWith(roots.disk)).toBe(true);
  scratch?.remove();
});

test('a full folder leads on, and says how much was needed', () => {
  const { scratch, notes } = openScratch(FULL, true, roots);
  const size = `${FULL / 2 ** 20} MiB`;
  expect(scratch).toBeNull();
  expect(notes).toEqual([
    `${roots.memory} has no space left for ${size}; free some space: trying a temporary folder instead.`,
    `${roots.disk} has no space left for ${size}; free some space: trying pipes instead.`,
  ]);
  expect([readdirSync(roots.memory), readdirSync(roots.disk)]).toEqual([[], []]);
});

test('shared memory can be switched off', () => {
  const { scratch, notes } = openScratch(1, false, roots);
  expect(notes).toEqual(['Shared memory is switched off: workers share results through files in a temporary folder.']);
  expect(scratch?.path.startsWith(roots.disk)).toBe(true);
  scratch?.remove();
});

test('folders of dead processes are removed, those of living ones stay', () => {
  mkdirSync(join(roots.memory, `fanfold-${DEAD}-abc`));
  writeFileSync(join(roots.memory, `fanfold-${DEAD}-abc`, 'slot-0'), 'left behind');
  mkdirSync(join(roots.memory, `fanfold-${process.ppid}-abc`));
  mkdirSync(join(roots.memory, 'fanfold-notes'));
  const { scratch } = openScratch(1, true, roots);
  scratch?.remove();
  expect(readdirSync(roots.memory).sort()).toEqual([`fanfold-${process.ppid}-abc`, 'fanfold-notes'].sort());
});

test('files that find no room are told apart', () => {
  const path = join(roots.disk, 'parcel');
  expect(tryWriteWhole(path, Uint8Array.of(1, 2, 3))).toBe(true);
  expect([...readAndRemove(path)]).toEqual([1, 2, 3]);
  expect(existsSync(path)).toBe(false);
  expect(tryWriteWhole(join(roots.disk, 'none', 'parcel'), Uint8Array.of(1))).toBe(false);
  makeSparse(path, 5000);
  expect(readAndRemove(path, true)).toHaveLength(5000);
  expect(existsSync(path)).toBe(true);
});

/** Node as another user, who may not touch what root left. */
const NOBODY = 65534;

describe.runIf(process.getuid?.() === 0)('as another user', () => {
  const asNobody = (program: string): string =>
    execFileSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
      uid: NOBODY,
      gid: NOBODY,
      cwd: '/',
    });
  const open = `const { openScratch } = await import(${JSON.stringify(join(import.meta.dirname, '../../dist/io/scratch.js'))});
const { scratch, notes } = openScratch(1, true, ${JSON.stringify(roots)});
console.log(JSON.stringify({ where: scratch?.path ?? null, notes }));`;

  test('rights that are missing lead on', () => {
    chmodSync(folder, 0o755);
    chmodSync(roots.memory, 0o755);
    chmodSync(roots.disk, 0o1777);
    const { where, notes } = JSON.parse(asNobody(open));
    expect(where.startsWith(roots.disk)).toBe(true);
    expect(notes).toEqual([
      `${roots.memory} may not be written by this user; check its rights: trying a temporary folder instead.`,
    ]);
  });

  test('what a dead process of somebody else left is no hindrance', () => {
    chmodSync(folder, 0o755);
    chmodSync(roots.memory, 0o1777);
    const other = join(roots.memory, `fanfold-${DEAD}-abc`);
    mkdirSync(other, { mode: 0o700 });
    const { where, notes } = JSON.parse(asNobody(open));
    expect([where.startsWith(roots.memory), notes]).toEqual([true, []]);
    expect(existsSync(other)).toBe(true);
  });
});
