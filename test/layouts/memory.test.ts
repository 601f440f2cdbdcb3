import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { treeBytes } from '../../dist/io/process-usage.js';
import { fanfold } from '../bad-input/fanfold.js';
import { python, pythonHas } from '../formats/python.js';

const MAIN = join(import.meta.dirname, '../../dist/cli/main.js');
const LIMIT = 256 * 2 ** 20;

const folder = mkdtempSync(join(tmpdir(), 'memory-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(async () => {
  expect((await fanfold(['make', '32x64x256x256', 'scan.h5', '-q'], folder)).code).toBe(0);
}, 60_000);

interface Json {
  readonly report: { readonly bytes: number; readonly peakBytes: number; readonly projectedBytes: number };
}

/** Runs under the limit, and looks every 20 ms at what the whole process tree holds, shared pages counted once. */
async function watch(source: string, layout: string): Promise<{ seen: number; looks: number; report: Json['report'] }> {
  const args = ['run', 'mask+std', source, '--preset', 'adf', '--disk', '20', '--memory', '256MiB', '--json', '-q'];
  const child = spawn(process.execPath, [MAIN, ...args, '--layout', layout, '-w', '2'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.on('data', (text: Buffer) => {
    stdout += text.toString();
  });
  let [seen, looks] = [0, 0];
  const timer = setInterval(() => {
    const bytes = treeBytes(child.pid ?? 0);
    if (bytes === null) return;
    seen = Math.max(seen, bytes);
    looks++;
  }, 20);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(timer);
  expect(code).toBe(0);
  return { seen, looks, report: (JSON.parse(stdout) as Json).report };
}

async function expectWithin(source: string, layout: string): Promise<void> {
  const { seen, looks, report } = await watch(source, layout);
  expect(report.bytes).toBe(512 * 2 ** 20);
  expect(report.projectedBytes).toBeLessThanOrEqual(LIMIT);
  expect(looks).toBeGreaterThan(3);
  expect(seen).toBeGreaterThan(20 * 2 ** 20);
  expect(seen).toBeLessThan(LIMIT);
  // Pages that processes share count in each of them in the report, and once in what was seen.
  expect(report.peakBytes).toBeGreaterThan(0.9 * seen);
  if (layout !== 'processes') expect(report.peakBytes).toBeLessThan(LIMIT);
}

for (const layout of ['serial', 'threads', 'processes']) {
  test(`a stack of 512 MiB runs within --memory 256MiB (${layout})`, { timeout: 60_000 }, async () => {
    await expectWithin('scan.h5', layout);
  });
}

describe.runIf(pythonHas('h5py, numpy', 'memory with chunks of many frames'))('chunks of many frames', () => {
  beforeAll(() => {
    // A row of chunks holds 512 frames, 128 MiB: two workers with a block each, decoded, are more than the limit.
    // Its space is taken but never written, which makes it quickly.
    const program = `
import h5py, sys
from h5py import h5d, h5p, h5s, h5t
kind = h5p.create(h5p.DATASET_CREATE)
kind.set_chunk((8, 64, 64, 64))
kind.set_alloc_time(h5d.ALLOC_TIME_EARLY)
kind.set_fill_time(h5d.FILL_TIME_NEVER)
with h5py.File(sys.argv[1], 'w') as h:
    h5d.create(h.id, b'data', h5t.IEEE_F32LE, h5s.create_simple((32, 64, 256, 256)), kind)
`;
    python(program, join(folder, 'rows.h5'));
  }, 60_000);

  for (const layout of ['serial', 'threads', 'processes']) {
    test(`are decoded in pieces that fit (${layout})`, { timeout: 60_000 }, async () => {
      await expectWithin('rows.h5', layout);
    });
  }
});
