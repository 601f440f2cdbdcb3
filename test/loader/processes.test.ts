import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, expect, test } from 'vitest';
import type { OperatorRef } from '../../dist/core/layout.js';
import type { Source } from '../../dist/core/source.js';
import { openMemory } from '../../dist/formats/memory.js';
import { findBinding } from '../../dist/io/segment-binding.js';
import type { BatchCrew, BatchRequest, Filled } from '../../dist/loader/crew.js';
import { startInline } from '../../dist/loader/inline.js';
import { startProcesses } from '../../dist/loader/processes/index.js';
import { refusalIn, sharingRefusal } from '../../dist/loader/processes/refusal.js';
import type { Sharing } from '../../dist/loader/processes/ring.js';
import { workOf } from '../../dist/loader/task.js';

const dist = join(import.meta.dirname, '../../dist');
const folder = mkdtempSync(join(tmpdir(), 'processes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const binding = await findBinding();
const isBound = typeof binding !== 'string';
if (!isBound) console.log(`mapped segments are not tested: ${binding}`);
const WAYS: readonly Sharing[] = isBound ? ['segment', 'files', 'copies'] : ['files', 'copies'];

const FRAMES = 96;
const BATCH = 8;

/** Frames of 16 x 20 numbers in memory. */
function source(frames = FRAMES, [rows, columns] = [16, 20]): Source {
  const values = Float32Array.from({ length: frames * rows * columns }, (_, i) => Math.fround(Math.sin(i)));
  const stack = { stackShape: [frames], frameShape: [rows, columns], dtype: 'float32' as const, axes: [] };
  return openMemory(stack, new Uint8Array(values.buffer));
}

const deadly = (query: string): OperatorRef => ({
  name: 'deadly',
  module: `${pathToFileURL(join(import.meta.dirname, 'deadly.mjs'))}?${query}`,
  values: {},
});

async function crew(
  sharing: Sharing | 'inline',
  workers = 2,
  map: Parameters<typeof workOf>[1] = 'copy',
  of = source(),
  slots = 4,
): Promise<BatchCrew> {
  const { outline, prepared } = await workOf(of, map, { map }, BATCH);
  const task = { ...outline, workers, slots };
  return sharing === 'inline' ? startInline(task, prepared) : startProcesses(task, prepared, sharing);
}

const request = (number: number): BatchRequest => ({
  number,
  // Runs of three, out of order, the last batch not full.
  samples: Uint32Array.from(
    { length: number === 11 ? 5 : BATCH },
    (_, i) => ((Math.floor((number * BATCH + i) / 3) * 51) % FRAMES) + (i % 3),
  ).map((sample) => sample % FRAMES),
});

function fill(of: BatchCrew, slot: number, { number, samples }: BatchRequest): Promise<Filled | Error> {
  return new Promise((resolve) => of.fill(slot, { number, samples }, resolve));
}

/** What twelve batches hold, all slots in use at a time. */
async function hash(of: BatchCrew): Promise<string> {
  const digest = createHash('sha256');
  for (let first = 0; first < 12; first += of.slots) {
    const asked = Array.from({ length: of.slots }, (_, slot) => request(first + slot));
    const filled = await Promise.all(asked.map((one, slot) => fill(of, slot, one)));
    for (const [slot, one] of filled.entries()) {
      if (one instanceof Error) throw one;
      expect([one.slot, one.number, one.failed]).toEqual([slot, first + slot, []]);
      const { frames } = of.views(slot);
      const samples = asked[slot]?.samples.length ?? 0;
      digest.update(Float32Array.from(frames?.subarray(0, samples * 320) ?? []));
    }
  }
  return digest.digest('hex');
}

const shared = (pid: number | undefined = process.pid): string[] =>
  readdirSync('/dev/shm').filter((name) => name.startsWith(`fanfold-${pid}-`));

/** Child processes of this one. */
const children = (pid: number | undefined = process.pid): number[] =>
  readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number),
  );

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

let before: readonly number[] = children();
afterEach(() => {
  expect(shared()).toEqual([]);
  expect(children()).toEqual(before);
  before = children();
});

test('the same bytes as in the calling thread, and the copies they cost', async () => {
  const inline = await crew('inline');
  const expected = await hash(inline);
  await inline.close();
  for (const [sharing, workers, copies] of [
    ['segment', 1, 0],
    ['segment', 3, 0],
    ['files', 2, 2],
    ['copies', 2, 6],
  ] as const) {
    if (!WAYS.includes(sharing)) continue;
    const one = await crew(sharing, workers);
    expect([await hash(one), one.copies, one.workers]).toEqual([expected, copies, workers]);
    await one.close();
    await one.close();
  }
});

test.each(WAYS)(
  '%s: a sample that fails is named, and a worker that was killed has its batch made again',
  async (sharing) => {
    const marker = join(folder, `killed-${sharing}`);
    const one = await crew(sharing, 2, deadly(`at=12&marker=${encodeURIComponent(marker)}`));
    const samples = Uint32Array.from({ length: BATCH }, (_, i) => 8 + i);
    const filled = await fill(one, 0, { number: 1, samples });
    expect(filled).toMatchObject({ slot: 0, number: 1, failed: [] });
    const inline = await crew('inline', 0, 'copy');
    await fill(inline, 0, { number: 1, samples });
    expect(one.views(0)).toEqual(inline.views(0));
    await inline.close();
    await one.close();
    const failing = await crew(sharing, 1, deadly('throws'));
    const failed = await fill(failing, 0, { number: 0, samples: Uint32Array.of(3, 5) });
    if (failed instanceof Error) throw failed;
    expect(failed.failed.map(({ place, sample }) => [place, sample])).toEqual([
      [0, 3],
      [1, 5],
    ]);
    expect(failed.failed[0]?.error.message).toContain('no good');
    await failing.close();
  },
);

test('a batch that kills its worker twice ends in an error that names its samples, others go on', async () => {
  const one = await crew(WAYS[0] ?? 'copies', 2, deadly('at=12&always'));
  const [bad, good] = await Promise.all([
    fill(one, 0, { number: 1, samples: Uint32Array.of(11, 12) }),
    fill(one, 1, { number: 2, samples: Uint32Array.of(1, 2) }),
  ]);
  expect(good).toMatchObject({ slot: 1, failed: [] });
  expect(bad).toMatchObject({ code: 'worker-died' });
  expect((bad as Error).message).toContain('samples 11, 12');
  // Workers were started again.
  expect(await fill(one, 0, { number: 3, samples: Uint32Array.of(4) })).toMatchObject({ slot: 0, failed: [] });
  await one.close();
});

test('all workers killed from outside: their batches are made by those started in their place', async () => {
  const one = await crew(WAYS[0] ?? 'copies', 2, deadly('slow'));
  const asked = [0, 1, 2, 3].map((slot) => fill(one, slot, request(slot)));
  await new Promise((resolve) => setTimeout(resolve, 60));
  for (const pid of children()) if (!before.includes(pid)) process.kill(pid, 'SIGKILL');
  for (const filled of await Promise.all(asked)) expect(filled).toMatchObject({ failed: [] });
  await one.close();
});

test('closed in the middle of its work', async () => {
  for (const sharing of WAYS) {
    const one = await crew(sharing, 2, deadly('slow'));
    one.fill(0, request(0), () => expect.unreachable('an answer after the end'));
    await one.close();
  }
});

test.runIf(isBound)('pages of ring and source stand in memory once, however many processes map them', async () => {
  const of = source(64, [256, 256]);
  const resident: number[] = [];
  for (const workers of [1, 2, 4]) {
    const one = await crew('segment', workers, 'copy', of, 4);
    const filled = await Promise.all(
      [0, 1, 2, 3].map((slot) => fill(one, slot, { number: slot, samples: Uint32Array.of(slot, 9) })),
    );
    expect(filled.every((made) => !(made instanceof Error))).toBe(true);
    // 16 MiB of frames and four batches of 2 MiB.
    expect(one.bytes).toBeGreaterThan(24 * 2 ** 20);
    let total = 0;
    for (const pid of [process.pid, ...children().filter((child) => !before.includes(child))]) {
      const maps = readFileSync(`/proc/${pid}/smaps`, 'utf8').split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m);
      for (const entry of maps.filter((text) => text.includes('/dev/shm/fanfold-')))
        total += Number(/^Pss:\s+(\d+)/m.exec(entry)?.[1]) * 1024;
    }
    resident.push(total / one.bytes);
    await one.close();
  }
  for (const share of resident) expect(share).toBeCloseTo(1, 1);
});

test.each(WAYS)('%s: nothing is left of a host that is killed, or ends without a word', async (sharing) => {
  const script = join(folder, `host-${sharing}.mjs`);
  writeFileSync(
    script,
    `import { openMemory } from '${dist}/formats/memory.js';
import { startProcesses } from '${dist}/loader/processes/index.js';
import { workOf } from '${dist}/loader/task.js';
const stack = { stackShape: [64], frameShape: [16, 16], dtype: 'uint8', axes: [] };
const map = ${JSON.stringify(deadly('slow'))};
const { outline, prepared } = await workOf(openMemory(stack, new Uint8Array(64 * 256)), map, { map }, 8);
const crew = await startProcesses({ ...outline, workers: 2, slots: 2 }, prepared, '${sharing}');
const order = (slot) => crew.fill(slot, { number: 0, samples: Uint32Array.from({ length: 8 }, (_, i) => i) }, () => order(slot));
if (process.argv[2] === 'work') { order(0); order(1); }
process.stdout.write('up');`,
  );
  for (const signal of ['SIGKILL', 'SIGINT'] as const) {
    const host = spawn(process.execPath, [script, 'work'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise((resolve) => host.on('exit', resolve));
    await new Promise((resolve) => host.stdout.once('data', resolve));
    const workers = children(host.pid);
    expect(workers).toHaveLength(2);
    expect(shared(host.pid)).toHaveLength(sharing === 'copies' ? 0 : 1);
    host.kill(signal);
    await ended;
    await expect.poll(() => workers.filter(isAlive), { timeout: 10_000 }).toEqual([]);
    expect(shared(host.pid)).toEqual([]);
  }
  // Idle workers do not keep their host alive.
  const { status, stdout, pid } = spawnSync(process.execPath, [script], { encoding: 'utf8', timeout: 20_000 });
  expect([status, stdout, shared(pid)]).toEqual([0, 'up', []]);
});

test('too large a ring is refused before a process starts', async () => {
  const { outline, prepared } = await workOf(source(), 'copy', { map: 'copy' }, BATCH);
  const task = { ...outline, workers: 2, slots: 2 ** 30 };
  await expect(startProcesses(task, prepared, 'files')).rejects.toMatchObject({ code: 'no-space' });
  const error: unknown = await startProcesses(task, prepared, 'files').catch((thrown: unknown) => thrown);
  expect(refusalIn(error)).toMatchObject({ obstacle: 'ENOSPC', remedy: expect.stringContaining('--shm-size') });
  expect(refusalIn(new Error('else'))).toBeNull();
  expect(await sharingRefusal('files', 2 ** 60)).toMatchObject({ obstacle: 'ENOSPC' });
  expect(await sharingRefusal('copies', 2 ** 60)).toBeNull();
  if (!isBound) return;
  await expect(startProcesses(task, prepared, 'segment')).rejects.toMatchObject({ code: 'too-large' });
  expect(await sharingRefusal('segment')).toBeNull();
});

test('what a worker cannot start with comes back as it is', async () => {
  const { outline, prepared } = await workOf(source(), 'copy', { map: 'copy' }, BATCH);
  const task = { ...outline, workers: 2, slots: 2, operators: [{ name: 'nothing', values: {} }] };
  await expect(startProcesses(task, prepared, 'copies')).rejects.toMatchObject({ kind: 'UsageError' });
});
