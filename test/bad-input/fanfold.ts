import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';

const MAIN = join(import.meta.dirname, '../../dist/cli/main.js');

/** An operator that takes its time over every tile, so that a run can be caught in the middle. */
export const SLOW = join(import.meta.dirname, 'slow.mjs');

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command under way. */
export interface Running {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** Settles when frames have been finished (the command needs --progress json) or it ended before. */
  readonly underway: Promise<void>;
}

/** Starts the real command line in a process group of its own, as a shell does. */
export function start(args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): Running {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    detached: true,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  let begun = (): void => undefined;
  const underway = new Promise<void>((resolve) => {
    begun = resolve;
  });
  child.stdout.on('data', (text: Buffer) => {
    stdout += text.toString();
  });
  child.stderr.on('data', (text: Buffer) => {
    stderr += text.toString();
    if (/"frames":[1-9]/.test(stderr)) begun();
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => {
      begun();
      resolve({ code, signal, stdout, stderr });
    });
  });
  return { child, pid: child.pid ?? 0, ended, underway };
}

export function fanfold(args: readonly string[], cwd: string): Promise<Ended> {
  return start(args, cwd).ended;
}

/** Expects one sentence for a person: no stack trace, no second error, and the exit code. */
export function expectError(ended: Ended, code: number, message: RegExp): void {
  const lines = ended.stderr.split('\n').filter((line) => line !== '' && !/^note: |^\{"progress"/.test(line));
  expect(lines.join('\n')).toMatch(message);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^fanfold: .*[.?]$/);
  expect(lines[0]).not.toMatch(/internal error|Error:/);
  expect(ended.code).toBe(code);
  expect(ended.stdout).toBe('');
}

/** Process ids below a process, its children's children included. */
export function descendants(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) => {
      const children = readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim();
      return children === '' ? [] : children.split(' ').flatMap((id) => [Number(id), ...descendants(Number(id))]);
    });
  } catch {
    return [];
  }
}

export function isAlive(pid: number): boolean {
  try {
    // A process that has ended but was not waited for is dead, too.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Scratch folders of one run in shared memory and in the temporary folder. */
export function scratchOf(pid: number): string[] {
  return ['/dev/shm', tmpdir()].flatMap((root) =>
    readdirSync(root)
      .filter((name) => name.startsWith(`fanfold-${pid}-`))
      .map((name) => join(root, name)),
  );
}

/** Waits until something holds, or fails. */
export async function eventually(holds: () => boolean, milliseconds = 3000): Promise<void> {
  const end = performance.now() + milliseconds;
  while (!holds() && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(holds()).toBe(true);
}

/** A folder for one test file, removed at its end. */
export function workFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bad-input-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
