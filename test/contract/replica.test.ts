import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openSource } from '../../dist/formats/registry.js';
import { runLocal } from '../../dist/layouts/local.js';

const folder = mkdtempSync(join(tmpdir(), 'replica-'));
afterAll(() => rmSync(folder, { recursive: true }));

const [frames, side] = [512, 256];
const [path, copy, other] = ['scan.raw', 'copy.raw', 'other.raw'].map((name) => join(folder, name));
const data = Uint8Array.from({ length: frames * side * side }, (_, i) => (i * 31) % 251);
writeFileSync(path ?? '', data);
copyFileSync(path ?? '', copy ?? '');
writeFileSync(other ?? '', data.fill(7));
const open = () => openSource(path ?? '', { frameShape: [side, side], dtype: 'uint8' });
const sum = [{ name: 'sum', values: {} }];

for (const layout of ['threads', 'processes'] as const) {
  test(`workers are spread over a source and its copy (${layout})`, async () => {
    const { report } = await runLocal(await open(), sum, { layout, workers: 2, replicas: [copy ?? ''] });
    expect(report.perWorker.map(({ replica }) => replica).sort()).toEqual([0, 1]);
    expect(report.fallbacks.join()).toMatch(/on the same disk/);
  });
}

test('a file of the same size with other bytes is no replica', async () => {
  const run = runLocal(await open(), sum, { layout: 'threads', workers: 2, replicas: [other ?? ''] });
  await expect(run).rejects.toThrow(/differs from .* near byte \d+: a replica is an exact copy/);
});
