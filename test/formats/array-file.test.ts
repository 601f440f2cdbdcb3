import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { type ArrayFile, createArrayFile, openArrayFile, run } from '../../dist/index.js';
import { findBinding } from '../../dist/io/segment-binding.js';
import { python, pythonHas } from './python.js';

const dist = join(import.meta.dirname, '../../dist');
const folder = mkdtempSync(join(tmpdir(), 'array-file-'));
const at = (name: string): string => join(folder, name);
const opened: ArrayFile[] = [];
const kept = <T extends ArrayFile>(file: T): T => {
  opened.push(file);
  return file;
};
afterAll(() => {
  for (const file of opened) file.close();
  rmSync(folder, { recursive: true, force: true });
});

const isBound = typeof (await findBinding()) !== 'string';
if (!isBound) console.log('maps are not tested: koffi is not here');

describe.runIf(pythonHas('numpy', 'arrays that NumPy reads and writes'))('with NumPy', () => {
  test.each(['uint8', 'int8', 'uint16', 'int16', 'uint32', 'int32', 'float32', 'float64', '>u2', '>i4', '>f4', '>f8'])(
    'regions of %s written here are read there',
    async (dtype) => {
      const path = at(`here-${dtype.replace('>', 'big-')}.npy`);
      const file = await createArrayFile(path, { shape: [4, 5, 6], dtype });
      const part = file.read([
        [1, 3],
        [0, 5],
        [2, 6],
      ]);
      expect([...part]).toEqual(new Array(40).fill(0));
      for (let i = 0; i < part.length; i++) part[i] = i + 1;
      file.write([[1, 3], null, [2, 6]], part);
      file.flush();
      expect(
        file.read([
          [1, 3],
          [0, 5],
          [2, 6],
        ]),
      ).toEqual(part);
      file.close();
      const said = python(
        `
import numpy as np, json, sys
a = np.load(sys.argv[1], mmap_mode='r')
print(json.dumps([str(a.dtype), a.shape, a[1:3, :, 2:6].ravel().tolist(), int((a != 0).sum())]))`,
        path,
      );
      expect(JSON.parse(said)).toEqual([dtype, [4, 5, 6], [...part], 40]);
    },
  );

  test('arrays written through memmap there are read here, by region and whole', async () => {
    const made = JSON.parse(
      python(
        `
import numpy as np, json, sys
out = []
for i, t in enumerate(['<u2', '>f4', '<i8', '<f2', '|b1', '>i2', '<f8']):
    m = np.lib.format.open_memmap(f'{sys.argv[1]}/there-{i}.npy', mode='w+', dtype=t, shape=(7, 9))
    m[:] = (np.arange(63).reshape(7, 9) % (2 if t == '|b1' else 50)).astype(t)
    m.flush()
    out.append([m[2:5, 3:8].astype('f8').ravel().tolist(), m.astype('f8').ravel().tolist()])
raw = np.memmap(sys.argv[1] + '/there.raw', mode='w+', dtype='>u4', shape=(3, 4), offset=16)
raw[:] = np.arange(12).reshape(3, 4) * 1000
raw.flush()
print(json.dumps(out))`,
        folder,
      ),
    ) as [number[], number[]][];
    for (const [i, [part, whole]] of made.entries()) {
      const file = kept(await openArrayFile(at(`there-${i}.npy`)));
      expect([
        ...file.read([
          [2, 5],
          [3, 8],
        ]),
      ]).toEqual(part);
      expect([...file.read()]).toEqual(whole);
      expect([...file.chunks(10)].length).toBe(7);
    }
    const raw = kept(await openArrayFile(at('there.raw'), { shape: [3, 4], dtype: '>u4', offset: 16 }));
    expect([...raw.read([[1, 2]])]).toEqual([4000, 5000, 6000, 7000]);
    expect(() => kept(raw).write([[0, 1]], new Uint32Array(4))).toThrow(
      "was opened for reading. Open it with mode 'r+'",
    );
  });

  test('headerless files are what numpy.memmap sees', async () => {
    const file = await createArrayFile(at('bare.bin'), { shape: [3, 2], dtype: 'int16' });
    file.write([[2, 3]], Int16Array.of(-5, 7));
    file.close();
    expect(
      JSON.parse(
        python(
          "import numpy as np, json, sys; print(json.dumps(np.fromfile(sys.argv[1], '<i2').tolist()))",
          at('bare.bin'),
        ),
      ),
    ).toEqual([0, 0, 0, 0, -5, 7]);
    const again = kept(await openArrayFile(at('bare.bin'), { dtype: 'int16' }));
    expect([again.shape, again.mode, again.bytes]).toEqual([[6], 'r', 12]);
  });

  test.runIf(isBound)('what is written through a map is there for NumPy, and the other way round', async () => {
    const path = at('mapped.npy');
    const file = kept(await createArrayFile(path, { shape: [100, 300], dtype: 'float32' }));
    const { data, first } = await file.map([40, 60]);
    expect([first, data.length]).toEqual([40, 6000]);
    data.fill(1.5);
    const sum = python(
      `
import numpy as np, sys
m = np.load(sys.argv[1], mmap_mode='r+')
print(m.sum()); m[41] = 2; m.flush()`,
      path,
    );
    expect(Number(sum)).toBe(9000);
    expect([data[300], data[0]]).toEqual([2, 1.5]);
    file.flush();
  });
});

test('any region of any array is what slicing it gives', async () => {
  const shape = [3, 4, 5, 6];
  const file = kept(await createArrayFile(at('any.npy'), { shape, dtype: 'uint16' }));
  const all = Uint16Array.from({ length: 360 }, (_, i) => i);
  file.write([], all);
  const extent = (length: number) =>
    fc
      .tuple(fc.nat(length - 1), fc.nat(length - 1))
      .map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b) + 1]);
  fc.assert(
    fc.property(fc.tuple(extent(3), extent(4), extent(5), extent(6)), (region) => {
      const expected: number[] = [];
      const [a, b, c, d] = region;
      for (let i = a[0]; i < a[1]; i++)
        for (let j = b[0]; j < b[1]; j++)
          for (let k = c[0]; k < c[1]; k++)
            for (let l = d[0]; l < d[1]; l++) expected.push(((i * 4 + j) * 5 + k) * 6 + l);
      const part = file.read(region);
      expect([...part]).toEqual(expected);
      file.write(
        region,
        part.map(() => 9),
      );
      expect([...file.read()].filter((value, i) => value !== i && value !== 9).length).toBe(0);
      file.write(region, part);
      expect(file.read([])).toEqual(all);
    }),
    { numRuns: 60 },
  );
});

test('columns of a wide array, which lie far apart, are read and written alike', async () => {
  const file = kept(await createArrayFile(at('wide.npy'), { shape: [50, 100_000], dtype: 'float32' }));
  const column = Float32Array.from({ length: 100 }, (_, i) => i);
  file.write([null, [99_998, 100_000]], column);
  expect(file.read([null, [99_998, 100_000]])).toEqual(column);
  expect(file.read([null, [99_997, 99_998]])).toEqual(new Float32Array(50));
  expect(
    file.read([
      [49, 50],
      [99_996, 100_000],
    ]),
  ).toEqual(Float32Array.of(0, 0, 98, 99));
});

test('chunks go through everything in order, over one buffer', async () => {
  const file = kept(await createArrayFile(at('chunks.npy'), { shape: [300_000], dtype: 'float64' }));
  file.write(
    [],
    Float64Array.from({ length: 300_000 }, (_, i) => i),
  );
  let [next, sum] = [0, 0];
  const buffers = new Set<ArrayBufferLike>();
  for (const { first, data } of file.chunks(1000)) {
    expect([first, data.length]).toEqual([next, 1000]);
    buffers.add(data.buffer);
    next += data.length;
    for (const value of data) sum += value;
  }
  expect([next, sum, buffers.size]).toEqual([300_000, (299_999 * 300_000) / 2, 1]);
  expect([...file.chunks(70_000)].map(({ first }) => first)).toEqual([0, 70_000, 140_000, 210_000, 280_000]);

  const rows = kept(await createArrayFile(at('rows.npy'), { shape: [7, 10, 3], dtype: 'uint8' }));
  const lengths = [...rows.chunks(3, 'rows')].map(({ first, data }) => [first, data.length]);
  expect(lengths).toEqual([
    [0, 90],
    [3, 90],
    [6, 30],
  ]);
  expect(() => [...rows.chunks(0)]).toThrow('at least 1, not 0');
});

test('an array in a file is a source for run', async () => {
  const file = kept(await createArrayFile(at('stack.npy'), { shape: [6, 8, 8], dtype: 'uint16' }));
  file.write(
    [],
    Uint16Array.from({ length: 384 }, (_, i) => i),
  );
  const { arrays } = await run('max', file);
  expect([...(arrays[0]?.data ?? [])]).toEqual(Array.from({ length: 64 }, (_, i) => 320 + i));
  const some = await run('max', file, { frames: '0:2', layout: 'threads', workers: 2 });
  expect(some.arrays[0]?.data[0]).toBe(64);
});

test('a new file takes no space where nothing was written, unless it is reserved', async () => {
  const sparse = kept(await createArrayFile(at('sparse.raw'), { shape: [8 * 2 ** 20], dtype: 'float64' }));
  expect(sparse.read([[2 ** 22, 2 ** 22 + 2]])).toEqual(new Float64Array(2));
  expect(statSync(at('sparse.raw'))).toMatchObject({ size: 2 ** 26 });
  expect(statSync(at('sparse.raw')).blocks * 512).toBeLessThan(2 ** 20);
  kept(await createArrayFile(at('reserved.raw'), { shape: [2 ** 20], dtype: 'uint8', reserve: true }));
  expect(statSync(at('reserved.raw')).blocks * 512).toBeGreaterThanOrEqual(2 ** 20);
});

describe.runIf(isBound)('maps', () => {
  test('of a file opened for reading keep changes to themselves, and read zeros when they are closed', async () => {
    const file = kept(await createArrayFile(at('private.npy'), { shape: [1000], dtype: 'int32' }));
    file.write([], new Int32Array(1000).fill(3));
    const reading = await openArrayFile(at('private.npy'));
    const map = await reading.map();
    expect([map.data[0], map.data[999]]).toEqual([3, 3]);
    map.data[0] = 5;
    expect(file.read([[0, 1]])[0]).toBe(3);
    map.close();
    expect([map.data[0], map.data[999]]).toEqual([0, 0]);
    const other = await reading.map([500, 1000]);
    reading.close();
    expect(other.data[0]).toBe(0);
    expect(() => reading.read()).toThrow('was closed. Open it again.');
  });

  test('of more than 4 GiB come in windows, and see what was written beyond', async () => {
    const file = kept(await createArrayFile(at('large.npy'), { shape: [6, 2 ** 27], dtype: 'float64' }));
    await expect(file.map()).rejects.toThrow(
      /6\.00 GiB cannot be mapped at once, 4 GiB can\. Map 3 rows at a time: map\(\[0, 3\]\)/,
    );
    file.write(
      [
        [5, 6],
        [2 ** 27 - 1, 2 ** 27],
      ],
      Float64Array.of(42),
    );
    const reading = kept(await openArrayFile(at('large.npy')));
    const { data, close } = await reading.map([5, 6]);
    expect([data.length, data[2 ** 27 - 1], data[0]]).toEqual([2 ** 27, 42, 0]);
    close();
    rmSync(at('large.npy'));
  });

  test('of what this machine cannot use in place are refused', async () => {
    const big = kept(await createArrayFile(at('big-endian.npy'), { shape: [4], dtype: '>f4' }));
    await expect(big.map()).rejects.toThrow(
      'holds float32 (big-endian) from byte 4096 on, which this machine cannot use in place',
    );
    writeFileSync(at('odd.raw'), new Uint8Array(41));
    const odd = kept(await openArrayFile(at('odd.raw'), { shape: [10], dtype: 'float32', offset: 1 }));
    await expect(odd.map()).rejects.toMatchObject({ code: 'not-mappable' });
    expect(odd.read().length).toBe(10);
  });
});

test('without koffi, maps say what to install and the rest works', async () => {
  const hook = `export async function resolve(name, context, next) {
  if (name === 'koffi') throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
  return next(name, context);
}`;
  const script = at('unbound.mjs');
  writeFileSync(
    script,
    `import { register } from 'node:module';
register('data:text/javascript,' + ${JSON.stringify(encodeURIComponent(hook))});
const { createArrayFile } = await import('${dist}/index.js');
const file = await createArrayFile('${at('unbound.npy')}', { shape: [3], dtype: 'uint8' });
file.write([[1, 2]], Uint8Array.of(7));
console.log([...file.read()].join(), await file.map().catch((error) => error.code + ' ' + error.message));`,
  );
  expect(execFileSync(process.execPath, [script], { encoding: 'utf8' }).trim()).toBe(
    `0,7,0 no-binding ${at('unbound.npy')} cannot be mapped into memory: koffi is not installed (npm install koffi). Reading and writing it by region works without.`,
  );
});
