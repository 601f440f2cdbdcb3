import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { UsageError } from '../../dist/core/errors.js';
import { makeStack } from '../../dist/core/stack.js';
import { parseElementType } from '../../dist/formats/element-type.js';
import { loadArray } from '../../dist/formats/loaded-array.js';
import { openMemory } from '../../dist/formats/memory.js';
import { openRaw } from '../../dist/formats/raw.js';

let folder = '';
let path = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'raw-'));
  path = join(folder, 'scan.raw');
  const bytes = Buffer.alloc(10 + 3 * 6 * 2);
  for (let i = 0; i < 18; i++) bytes.writeUInt16BE(i * 300, 10 + i * 2);
  writeFileSync(path, bytes);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('finds the number of frames from the size of the file', () => {
  const source = openRaw(path, { frameShape: [2, 3], dtype: '>u2', offset: 10 });
  expect(source.handle.stack).toMatchObject({ stackShape: [3], frameShape: [2, 3], dtype: 'uint16' });
  expect(Array.from(loadArray(source).data)).toEqual(Array.from({ length: 18 }, (_, i) => i * 300));
});

it('refuses a remainder with the numbers', () => {
  expect(() => openRaw(path, { frameShape: [2, 3], dtype: 'uint16' })).toThrow(
    /46 bytes from byte 0 on: 3 frames of 12 bytes \(2 x 3 uint16\) and 10 bytes left over/,
  );
  expect(() => openRaw(path, { frameShape: [2, 3], dtype: 'uint16', offset: 99 })).toThrow(/0 bytes from byte 99/);
});

it('asks for what the file does not say', () => {
  expect(() => openRaw(path, {})).toThrow(/--frame-shape 256,256 --dtype uint16/);
  expect(() => openRaw(path, { frameShape: [2], dtype: 'complex64' })).toThrow(/no element type/);
  expect(() => openRaw(path, { frameShape: [0, 3], dtype: 'uint8' })).toThrow(UsageError);
});

it('knows every spelling of an element type', () => {
  expect(parseElementType('>float32')).toEqual({ kind: 'f', bytes: 4, order: 'big' });
  expect(parseElementType('uint64')).toEqual({ kind: 'u', bytes: 8, order: 'little' });
  expect(parseElementType('=i2')).toEqual({ kind: 'i', bytes: 2, order: 'little' });
  expect(parseElementType('bool')).toEqual({ kind: 'b', bytes: 1, order: 'little' });
  for (const wrong of ['f1', 'b2', 'u3', 'string', '', 'int8x']) expect(parseElementType(wrong)).toBeUndefined();
});

it('takes frames from memory, and only as many as the stack has', () => {
  const stack = makeStack([2, 3, 4], 'float32', 2);
  const bytes = new Uint8Array(96);
  expect(openMemory(stack, bytes).handle).toMatchObject({ kind: 'memory', bytes });
  expect(() => openMemory(stack, bytes.subarray(1))).toThrow(/96 bytes, not 95/);
});
