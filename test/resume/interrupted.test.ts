import { copyFileSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { descendants, eventually, fanfold, isAlive, scratchOf, start, workFolder } from '../bad-input/fanfold.js';

const STEADY = join(import.meta.dirname, 'steady.mjs');
const folder = workFolder();
const at = (name: string): string => join(folder, name);

/** When the source was written, in seconds. */
const MADE = 1.6e9;

beforeAll(async () => {
  expect((await fanfold(['make', '256x32x32', 'scan.npy', '-q'], folder)).code).toBe(0);
  utimesSync(at('scan.npy'), MADE, MADE);
  for (const out of ['whole.h5', 'whole.npy'])
    expect((await fanfold(['run', STEADY, 'scan.npy', '-o', out, '-q'], folder)).code).toBe(0);
});

const KEPT = new Set(['scan.npy', 'whole.h5', 'whole.scaled.npy', 'whole.sum.npy', 'whole.factor.npy']);
afterEach(() => {
  for (const name of readdirSync(folder)) if (!KEPT.has(name)) rmSync(at(name), { recursive: true });
});

/** Lines of the journal: the job, then parts. */
const linesOf = (journal: string): number => {
  try {
    return readFileSync(at(journal), 'latin1').split('\n').length - 1;
  } catch {
    return 0;
  }
};

const command = (out: string, layout: readonly string[]): string[] => {
  return ['run', STEADY, 'scan.npy', '-o', out, '--resume', '--progress', 'none', '--layout', ...layout];
};

const LAYOUTS = [
  ['serial'],
  ['threads', '-w', '2'],
  ['processes', '-w', '2'],
  ['processes', '-w', '2', '--plain'],
  ['processes', '-w', '1', '--threads-per-worker', '2'],
] as const;

/** Starts a run that takes a few seconds, and waits until its journal has `lines` more lines than a new one. */
async function startAndWait(out: string, layout: readonly string[], lines: number) {
  const journal = `${out.replace(/(\.scaled)?\.(h5|npy)$/, '$1.partial.$2')}.journal`;
  const running = start(command(out.replace('.scaled', ''), layout), folder, { PAUSE: '120' });
  await eventually(() => linesOf(journal) > lines, 10_000);
  return running;
}

for (const [i, layout] of LAYOUTS.entries()) {
  test(`killed twice and gone on with by other layouts: the same bytes, ${layout.join(' ')}`, {
    timeout: 60_000,
  }, async () => {
    const kill = async (how: readonly string[], lines: number): Promise<void> => {
      const { pid, ended } = await startAndWait('out.h5', how, lines);
      process.kill(pid, 'SIGKILL');
      expect((await ended).signal).toBe('SIGKILL');
    };
    await kill(layout, 1);
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(['out.partial.h5', 'out.partial.h5.journal']));
    // A journal that is gone on with begins with one line for all that is done.
    await kill(LAYOUTS[(i + 1) % LAYOUTS.length] ?? layout, 2);
    const { code, stderr } = await fanfold(command('out.h5', layout), folder);
    expect(stderr).toMatch(/^resuming: [1-9]\d? of 64 parts done$/m);
    expect(code).toBe(0);
    expect(readFileSync(at('out.h5')).equals(readFileSync(at('whole.h5')))).toBe(true);
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
  });
}

for (const layout of LAYOUTS.slice(0, 3)) {
  test(`Ctrl-C leaves what the next start goes on with: ${layout.join(' ')}`, { timeout: 30_000 }, async () => {
    const { pid, ended } = await startAndWait('out.scaled.npy', layout, 1);
    const below = descendants(pid);
    process.kill(-pid, 'SIGINT');
    const { code, stderr, stdout } = await ended;
    const said =
      /^fanfold: stopped with (\d+) of 64 parts done; they are in (.*)\. --resume goes on from there\.$/m.exec(stderr);
    expect([code, stdout]).toEqual([75, '']);
    expect(Number(said?.[1])).toBeGreaterThan(0);
    expect(said?.[2]?.split(', ')).toEqual(['scaled', 'sum', 'factor'].map((slot) => `out.${slot}.partial.npy`));
    expect(scratchOf(pid)).toEqual([]);
    expect(below.filter(isAlive)).toEqual([]);

    // Another run to the same place names it and leaves it alone.
    const other = await fanfold(['run', STEADY, 'scan.npy', '-o', 'out.npy', '--scale', '5'], folder);
    expect(other.stderr).toMatch(
      /note: out\.scaled\.partial\.npy was left by an interrupted run, which --resume goes on with/,
    );
    for (const slot of ['scaled', 'sum', 'factor']) rmSync(at(`out.${slot}.npy`));

    const next = await fanfold(command('out.npy', ['threads']), folder);
    expect(next.stderr).toContain(`resuming: ${said?.[1]} of 64 parts done\n`);
    for (const slot of ['scaled', 'sum', 'factor'])
      expect(readFileSync(at(`out.${slot}.npy`)).equals(readFileSync(at(`whole.${slot}.npy`)))).toBe(true);
  });
}

test('a failure keeps what was done, with the exit code of the failure', { timeout: 30_000 }, async () => {
  for (const layout of LAYOUTS.slice(0, 3)) {
    const running = start(command('out.h5', layout), folder, { FAIL_AT: '200' });
    const { code, stderr } = await running.ended;
    expect(stderr).toMatch(/^fanfold: stopped with \d+ of 64 parts done; they are in .*out\.partial\.h5/m);
    expect(stderr).toMatch(/^fanfold: Operator steady, frames 200 to 203, failed: asked to fail/m);
    expect(code).toBe(1);
  }
  expect((await fanfold(command('out.h5', ['serial']), folder)).stderr).toMatch(/^resuming: \d+ of 64 parts done$/m);
  expect(readFileSync(at('out.h5')).equals(readFileSync(at('whole.h5')))).toBe(true);
});

test('a killed worker process is no end of what was done', { timeout: 30_000 }, async () => {
  const { pid, ended } = await startAndWait('out.h5', ['processes', '-w', '2'], 1);
  process.kill(descendants(pid)[0] ?? 0, 'SIGKILL');
  const { code, stderr } = await ended;
  expect(stderr).toMatch(/stopped with [1-9]\d* of 64 parts done/);
  expect(code).toBe(4);
  expect((await fanfold(command('out.h5', ['threads']), folder)).code).toBe(0);
  expect(readFileSync(at('out.h5')).equals(readFileSync(at('whole.h5')))).toBe(true);
});

test('another job is told apart', { timeout: 30_000 }, async () => {
  await start(command('out.h5', ['serial']), folder, { FAIL_AT: '200' }).ended;
  expect(statSync(at('out.partial.h5')).size).toBe(statSync(at('whole.h5')).size);
  const refused = async (how: RegExp, ...more: string[]): Promise<void> => {
    const { code, stderr } = await fanfold([...command('out.h5', ['serial']), ...more, '-q'], folder);
    expect(stderr).toMatch(how);
    expect(stderr).toMatch(
      /^fanfold: .*out\.partial\.h5 was left by another job, .* and cannot be gone on with\. Remove it, or leave resume out/,
    );
    expect(code).toBe(5);
  };
  await refused(/with another recipe/, '--scale', '4');
  await refused(/with another recipe/, '--frames', '0:128');
  await refused(/for other results/, '--kernel', 'ts');
  utimesSync(at('scan.npy'), MADE + 1, MADE + 1);
  await refused(/from a source that is another one or has changed since/);
  utimesSync(at('scan.npy'), MADE, MADE);
  copyFileSync(at('scan.npy'), at('out.partial.h5'));
  await refused(/of another size/);
});

const GEOMETRY = ['--distance', '0.1', '--beam-center', '16,16', '--pixel-size', '1e-4', '--npt', '20'];

test('nothing is left when there is nothing to go on with', async () => {
  for (const [how, ...args] of [
    [
      /^fanfold: sum adds up over frames \('sum'\), in memory until it ends: leave --resume out\./,
      'sum',
      '-o',
      'out.npy',
    ],
    [/^fanfold: out\.png cannot be written piece by piece/, 'copy', '-o', 'out.png'],
    [/^fanfold: out_\{\}\.npy cannot be written piece by piece/, 'azimuthal', '-o', 'out_{}.npy', ...GEOMETRY],
    [/^fanfold: --resume writes one output/, 'copy'],
    [/^fanfold: --resume writes one output/, 'copy', '-o', 'out.npy', '-o', 'out.h5'],
    [/^fanfold: .* --memory is/, 'copy', '-o', 'out.npy', '--memory', '1MiB'],
  ] as const) {
    const [operator = '', ...rest] = args;
    const { code, stderr } = await fanfold(['run', operator, 'scan.npy', ...rest, '--resume', '-q'], folder);
    expect(stderr).toMatch(how);
    expect(code).toBeGreaterThan(1);
    expect(readdirSync(folder).every((name) => KEPT.has(name))).toBe(true);
  }
});

test('plan takes the same flags', async () => {
  const { code, stdout } = await fanfold(['plan', STEADY, 'scan.npy', '-o', 'out.h5', '--resume'], folder);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^parts {6}64$/m);
  expect(readdirSync(folder).every((name) => KEPT.has(name))).toBe(true);
});

test('a file in the way is no less in the way', async () => {
  renameSync(at('scan.npy'), at('scan2.npy'));
  copyFileSync(at('scan2.npy'), at('scan.npy'));
  const taken = await fanfold(['run', 'copy', 'scan.npy', '-o', 'scan2.npy', '--resume', '-q'], folder);
  expect([taken.code, taken.stderr]).toEqual([5, expect.stringMatching(/scan2\.npy exists already/)]);
  const over = await fanfold(['run', 'copy', 'scan.npy', '-o', 'scan2.npy', '--resume', '--overwrite', '-q'], folder);
  expect(over.code).toBe(0);
});
