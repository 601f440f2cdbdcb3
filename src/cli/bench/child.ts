import { spawn } from 'node:child_process';
import { childCpuSeconds, sharedMemoryBytes, treeBytes } from '../../io/process-usage.js';

/** A program and its arguments. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** How a child process ended and what it took. */
export interface ChildOutcome {
  /** Exit code; null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** From spawning it to its exit. */
  readonly wallSeconds: number;
  readonly cpuSeconds: number | null;
  readonly treeBytes: number | null;
}

const SAMPLE_INTERVAL = 40;
const PATIENCE = 5000;

/**
 * Runs a program to its end, and measures it from outside. One at a time: processor time is what all finished children
 * used since the start.
 *
 * @param sample also watch the memory of its process tree, which costs time
 */
export function runChild(command: Command, sample: boolean, signal: AbortSignal): Promise<ChildOutcome> {
  return new Promise((resolve, reject) => {
    const cpuBefore = childCpuSeconds();
    const sharedBefore = sharedMemoryBytes();
    const started = performance.now();
    const child = spawn(command.program, command.args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1', ...command.env },
    });
    let [stdout, stderr] = ['', ''];
    let peak: number | null = null;
    child.stdout.on('data', (data: Buffer) => {
      stdout += data.toString();
    });
    child.stderr.on('data', (data: Buffer) => {
      stderr = (stderr + data.toString()).slice(-8192);
    });
    const watch = (): void => {
      const tree = child.pid === undefined ? null : treeBytes(child.pid);
      if (tree === null) return;
      peak = Math.max(peak ?? 0, tree + Math.max(0, sharedMemoryBytes() - sharedBefore));
    };
    const timer = sample ? setInterval(watch, SAMPLE_INTERVAL) : null;
    let last: NodeJS.Timeout | null = null;
    const stop = (): void => {
      child.kill('SIGINT');
      last = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
    };
    signal.addEventListener('abort', stop, { once: true });
    const end = (): void => {
      signal.removeEventListener('abort', stop);
      if (timer) clearInterval(timer);
      if (last) clearTimeout(last);
    };
    child.once('error', (error) => {
      end();
      reject(error);
    });
    child.once('close', (code) => {
      const wallSeconds = (performance.now() - started) / 1000;
      end();
      const cpuAfter = childCpuSeconds();
      const cpuSeconds = cpuBefore === null || cpuAfter === null ? null : cpuAfter - cpuBefore;
      resolve({ code, stdout, stderr, wallSeconds, cpuSeconds, treeBytes: peak });
    });
  });
}
