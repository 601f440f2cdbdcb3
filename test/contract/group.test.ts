import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { makeStack } from '../../dist/core/stack.js';
import { openMemory } from '../../dist/formats/memory.js';
import { runLocal } from '../../dist/layouts/local.js';

const [frames, side] = [200, 256];
const data = Uint16Array.from({ length: frames * side * side }, (_, i) => (i * 2654435761) % 65521);
const source = openMemory(makeStack([frames, side, side], 'uint16', 2), new Uint8Array(data.buffer));
const operators = [
  { name: 'mask', values: { detector: 'disk', outer: 60 } },
  { name: 'sum', values: {} },
];
const scratchFolders = () => readdirSync('/dev/shm').filter((name) => name.startsWith(`fanfold-${process.pid}-`));

const ways = [
  ['a queue', {}],
  ['fixed shares', { plain: true }],
  ['two threads in each', { threadsPerWorker: 2 }],
  ['temporary files', { sharedMemory: false }],
  ['merging in part order', { deterministic: true }],
  ['fixed shares merged in part order', { plain: true, deterministic: true }],
] as const;

for (const [how, options] of ways) {
  test(`two child processes work as one group: ${how}`, async () => {
    const alone = await runLocal(source, operators, { layout: 'serial' });
    const { arrays, report } = await runLocal(source, operators, { layout: 'processes', workers: 2, ...options });
    expect(arrays.map(({ name }) => name)).toEqual(['mask.image', 'sum.sum']);
    expect(arrays.map(({ data }) => [...data])).toEqual(alone.arrays.map(({ data }) => [...data]));
    expect(report.perWorker.reduce((total, { frames }) => total + frames, 0)).toBe(frames);
    expect(report.peakBytes).toBeGreaterThan(2 * 30e6);
    expect(report.fallbacks.length).toBe('sharedMemory' in options ? 1 : 0);
    expect(scratchFolders()).toEqual([]);
  });
}
