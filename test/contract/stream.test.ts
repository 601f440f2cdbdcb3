import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { frameCount, makeStack } from '../../dist/core/stack.js';
import { loadArray } from '../../dist/formats/loaded-array.js';
import { openMemory } from '../../dist/formats/memory.js';
import { createStream } from '../../dist/formats/outputs.js';
import { openSource } from '../../dist/formats/registry.js';
import { runLocal } from '../../dist/layouts/local.js';

const folder = mkdtempSync(join(tmpdir(), 'stream-'));
afterAll(() => rmSync(folder, { recursive: true }));

const shape = [24, 10, 128, 96];
const data = Uint16Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => (i * 31) % 4099);
const stack = makeStack(shape, 'uint16', 2);
const source = openMemory(stack, new Uint8Array(data.buffer));
const provenance = { program: 'fanfold', version: 'test', recipe: '{}' };

const targets = [
  ['contiguous.npy', { name: 'none' }],
  ['chunks.h5', { name: 'none' }],
  ['gzip.h5', { name: 'gzip', level: 4 }],
  ['lz4.h5', { name: 'lz4' }],
  ['bslz4.h5', { name: 'bslz4' }],
] as const;

for (const layout of ['serial', 'threads'] as const) {
  for (const [name, codec] of targets) {
    test(`frames stream to ${name} without being collected (${layout})`, async () => {
      const path = join(folder, `${layout}-${name}`);
      const sink = await createStream(path, stack, { codec, chunked: name !== 'contiguous.npy', overwrite: false });
      const { arrays } = await runLocal(source, [{ name: 'copy', values: {} }], { layout, workers: 2 }, [
        { slot: 'frames', sink, provenance },
      ]);
      expect(arrays).toEqual([]);
      const back = await openSource(path);
      expect([frameCount(back.handle.stack), back.handle.stack.dtype]).toEqual([240, 'uint16']);
      const { data: bytes } = loadArray(back);
      expect(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).equals(Buffer.from(data.buffer))).toBe(true);
    });
  }
}

test('a failing run leaves no streamed file behind', async () => {
  const path = join(folder, 'never.h5');
  const sink = await createStream(path, stack, { codec: { name: 'none' }, chunked: true, overwrite: false });
  const signal = AbortSignal.abort();
  const run = runLocal(source, [{ name: 'copy', values: {} }], { layout: 'threads', signal }, [
    { slot: 'frames', sink, provenance },
  ]);
  await expect(run).rejects.toThrow('stopped');
  expect(existsSync(path)).toBe(false);
  expect(readdirSync(folder).filter((name) => name.includes('never'))).toEqual([]);
});
