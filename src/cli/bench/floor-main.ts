import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { ARENA_BASE, Arena, makeMemory } from '../../core/arena.js';
import { FanfoldError } from '../../core/errors.js';
import { readerBytes } from '../../core/plan.js';
import { frameBytes, frameCount } from '../../core/stack.js';
import { attachSource, openSource } from '../../formats/registry.js';
import { InputFile } from '../../io/file.js';
import { peakResidentBytes } from '../../io/machine.js';
import { localHost } from '../../layouts/local.js';

// A process of its own for the floors: cached|direct|decode FILE [--threads N]. Prints seconds and bytes.

/** Read at most this much: enough for a steady rate, also on a file of 256 GiB. */
const READ_LIMIT = 4 * 2 ** 30;
const DECODE_LIMIT = 512 * 2 ** 20;
const CACHED_BLOCK = 2 ** 20;
const DIRECT_BLOCK = 4 * 2 ** 20;

interface Share {
  readonly path: string;
  readonly direct: boolean;
  readonly start: number;
  readonly end: number;
  /** Set to 1 when all threads are up. */
  readonly gate: Int32Array;
}

/** Reads one share into one reused block; nothing looks at the bytes. */
function readShare({ path, direct, start, end, gate }: Share): void {
  const file = InputFile.open(path, { direct });
  const block = direct ? DIRECT_BLOCK : CACHED_BLOCK;
  const pages = block / 65536 + 1;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const buffer = new Uint8Array(memory.buffer, 0, block);
  parentPort?.postMessage('ready');
  Atomics.wait(gate, 0, 0);
  for (let at = start; at < end; at += block) {
    const length = Math.min(block, end - at);
    if (direct) file.readAligned(buffer, at, length);
    else file.read(buffer.subarray(0, length), at);
  }
  file.close();
}

async function readRate(path: string, direct: boolean, threads: number) {
  const probe = InputFile.open(path);
  const bytes = Math.min(READ_LIMIT, probe.size);
  probe.close();
  const block = direct ? DIRECT_BLOCK : CACHED_BLOCK;
  const gate = new Int32Array(new SharedArrayBuffer(4));
  const edge = (i: number): number => (i === threads ? bytes : Math.floor((bytes * i) / threads / block) * block);
  const workers = Array.from({ length: threads }, (_, i) => {
    const share: Share = { path, direct, start: edge(i), end: edge(i + 1), gate };
    return new Worker(new URL(import.meta.url), { workerData: share });
  });
  await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('message', resolve))));
  const started = performance.now();
  const ended = workers.map(
    (worker) =>
      new Promise<void>((resolve, reject) => {
        worker.once('exit', () => resolve());
        worker.once('error', reject);
      }),
  );
  Atomics.store(gate, 0, 1);
  Atomics.notify(gate, 0);
  await Promise.all(ended);
  return { seconds: (performance.now() - started) / 1000, bytes };
}

async function decodeRate(path: string) {
  const { handle } = await openSource(path);
  const { stack } = handle;
  const block = Math.max(1, Math.floor(2 ** 20 / frameBytes(stack)));
  const length = readerBytes(handle, block, localHost.decodeScratch(handle)) + 2 ** 20;
  const arena = new Arena(makeMemory(length), ARENA_BASE, length);
  const reader = await attachSource(handle, arena, {
    blockFrames: block,
    direct: false,
    onBadFrame: 'fail',
    replica: null,
    kernel: 'wasm',
  });
  const frames = Math.min(frameCount(stack), Math.ceil(DECODE_LIMIT / frameBytes(stack)));
  for (let frame = 0; frame < frames; ) {
    const end = Math.max(frame + 1, reader.blockEnd(frame, Math.min(block, frames - frame)));
    reader.load(frame, end - frame);
    frame = end;
  }
  reader.close();
  return { seconds: reader.statistics.decodeSeconds, bytes: frames * frameBytes(stack) };
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { threads: { type: 'string' } } });
  const [what, path = ''] = positionals;
  const threads = Number(values.threads ?? availableParallelism());
  const outcome = what === 'decode' ? await decodeRate(path) : await readRate(path, what === 'direct', threads);
  process.stdout.write(`${JSON.stringify({ ...outcome, peakBytes: peakResidentBytes() })}\n`);
}

if (isMainThread) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = error instanceof FanfoldError ? error.exitCode : 1;
  });
} else {
  readShare(workerData as Share);
}
