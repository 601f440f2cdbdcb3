import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';

const main = join(import.meta.dirname, '../../dist/cli/main.js');
const folder = mkdtempSync(join(tmpdir(), 'interrupted-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Two classes of sines, as a table with the class in front. */
writeFileSync(
  join(folder, 'train.tsv'),
  Array.from({ length: 60 }, (_, row) =>
    [
      1 + (row % 2),
      ...Array.from({ length: 64 }, (__, i) => Math.sin(i * (0.1 + 0.1 * (row % 2)) + row).toFixed(6)),
    ].join('\t'),
  ).join('\n'),
);

/** Processes of the group that `leader` leads, itself included. */
const members = (leader: number | undefined): number[] =>
  readdirSync('/proc')
    .filter((name) => {
      try {
        // State, parent and group stand behind the name in brackets; those that have ended wait as Z.
        const [state, , group] = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
        return /^\d+$/.test(name) && Number(group) === leader && state !== 'Z';
      } catch {
        return false;
      }
    })
    .map(Number);

const groups: number[] = [];
afterEach(() => {
  for (const leader of groups.splice(0)) if (members(leader).length > 0) process.kill(-leader, 'SIGKILL');
});

/** Starts the program as a terminal does: in a process group of its own. Resolves when it has said what is waited for. */
async function start(args: readonly string[], said: RegExp): Promise<{ child: ChildProcess; ended: Promise<unknown> }> {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (child.pid !== undefined) groups.push(child.pid);
  const ended = new Promise((resolve) => child.on('exit', resolve));
  let text = '';
  await new Promise<void>((resolve, reject) => {
    const take = (chunk: Buffer): void => {
      text += chunk.toString();
      if (said.test(text)) resolve();
    };
    child.stdout?.on('data', take);
    child.stderr?.on('data', take);
    child.on('exit', (code) => reject(new Error(`ended with ${code}: ${text}`)));
  });
  return { child, ended };
}

const train = ['train', 'dual-gaf', 'train.tsv', '--train_epochs', '5000', '--n_jobs', '2', '-o', 'out'];

test.each([
  ['training, processes', [...train, '--use_multiprocessing'], /epoch +2\//, 3, 130],
  ['training, copies', [...train, '--disable_shared_memory'], /epoch +2\//, 3, 130],
  ['the monitor', ['doctor', 'gaf', '--watch'], /^1 s .* free .* segments?, .* workers? .*load /m, 1, 0],
] as const)('%s: Ctrl-C leaves no process, no memory and no file', async (_, args, said, processes, code) => {
  const { child, ended } = await start(args, said);
  expect(members(child.pid).length).toBeGreaterThanOrEqual(processes);
  process.kill(-(child.pid ?? 0), 'SIGINT');
  expect(await ended).toBe(code);
  await expect.poll(() => members(child.pid), { timeout: 10_000 }).toEqual([]);
  expect(readdirSync('/dev/shm').filter((name) => name.startsWith(`fanfold-${child.pid}-`))).toEqual([]);
  expect(readdirSync(folder)).toEqual(['train.tsv']);
});

test('a host that is killed: its workers end by themselves and take the memory with them', async () => {
  const { child, ended } = await start([...train, '--use_multiprocessing'], /epoch +2\//);
  child.kill('SIGKILL');
  await ended;
  await expect.poll(() => members(child.pid), { timeout: 10_000 }).toEqual([]);
  expect(readdirSync('/dev/shm').filter((name) => name.startsWith(`fanfold-${child.pid}-`))).toEqual([]);
});

test('all killed at once: what they leave goes at the next start', async () => {
  const { child, ended } = await start([...train, '--use_multiprocessing'], /epoch +2\//);
  process.kill(-(child.pid ?? 0), 'SIGKILL');
  await ended;
  const left = (): string[] => readdirSync('/dev/shm').filter((name) => name.startsWith(`fanfold-${child.pid}-`));
  const next = await start([...train, '--use_multiprocessing'], /epoch +2\//);
  expect(left()).toEqual([]);
  process.kill(-(next.child.pid ?? 0), 'SIGINT');
  await next.ended;
});
