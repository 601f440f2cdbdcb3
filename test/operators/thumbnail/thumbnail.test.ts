import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readNpyArray } from '../../../dist/formats/loaded-array.js';
import { openSource } from '../../../dist/formats/registry.js';
import { openArray, run } from '../../../dist/index.js';
import { python, pythonHas } from '../../formats/python.js';

const folder = mkdtempSync(join(tmpdir(), 'thumbnail-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

// The mean over areas by repeating every pixel until all areas are whole.
const SOURCES = `
import sys
import numpy as np
from PIL import Image
folder = sys.argv[1]
rng = np.random.default_rng(4)

def shrunk(a, height, width):
    n, h, w = a.shape[:3]
    a = np.repeat(np.repeat(a.astype('f8'), height, 1), width, 2)
    return a.reshape(n, height, h, width, w, *a.shape[3:]).mean((2, 4))

for name, kind, shape, small in (
    ('grey', 'u1', (5, 33, 47), (11, 16)),
    ('wide', 'u2', (3, 20, 90), (4, 16)),
    ('float', 'f4', (2, 31, 30), (16, 15)),
    ('colours', 'u1', (3, 40, 64, 3), (10, 16)),
    ('small', 'u1', (2, 9, 16), (9, 16)),
):
    most = {'u1': 255, 'u2': 65535, 'f4': 1}[kind]
    a = (rng.random(shape) * most).astype(kind)
    np.save(f'{folder}/{name}.npy', a)
    means = shrunk(a, *small)
    np.save(f'{folder}/{name}.small.npy', np.floor(means + 0.5).astype(kind) if kind != 'f4' else means)
for k in range(4):
    Image.fromarray((rng.random((30, 40, 3)) * 255).astype('u1')).save(f'{folder}/photo{k}.png')
`;
const hasPython = pythonHas('numpy, PIL', 'thumbnails against NumPy');
beforeAll(() => {
  if (hasPython) python(SOURCES, folder);
});

describe.runIf(hasPython)('thumbnails', () => {
  it.each(['grey', 'wide', 'float', 'colours', 'small'])(
    'are means over areas, as NumPy has them: %s',
    async (name) => {
      const source = await openSource(at(`${name}.npy`), { frameRank: name === 'colours' ? 3 : 2 });
      const { arrays } = await run('thumbnail', source, { values: { size: 16 } });
      const wanted = readNpyArray(at(`${name}.small.npy`));
      expect(arrays[0]?.shape).toEqual(wanted.shape);
      if (name !== 'float') expect(arrays[0]?.data).toEqual(wanted.data);
      else for (const [i, value] of wanted.data.entries()) expect(arrays[0]?.data[i]).toBeCloseTo(value, 6);
    },
  );

  it('go each to a PNG of just their pixels, grey of 16 bits and colours alike', async () => {
    const wide = await openSource(at('wide.npy'));
    const { files } = await run('thumbnail', wide, { values: { size: 16 }, outputs: [at('wide_{}.png')] });
    expect(files.map((file) => file.replace(/.*\//, ''))).toEqual(['wide_0.png', 'wide_1.png', 'wide_2.png']);
    const { data } = readNpyArray(at('wide.small.npy'));
    const picture = decode(readFileSync(at('wide_1.png')));
    expect(picture).toMatchObject({ width: 16, height: 4, depth: 16, channels: 1 });
    expect([...picture.data]).toEqual([...data.subarray(64, 128)]);
    const colours = await openSource(at('colours.npy'), { frameRank: 3 });
    await run('copy', colours, { outputs: [at('colours_%02d.png')] });
    const whole = decode(readFileSync(at('colours_02.png')));
    expect(whole).toMatchObject({ width: 64, height: 40, depth: 8, channels: 3 });
    expect([...whole.data]).toEqual([...readNpyArray(at('colours.npy')).data.subarray(2 * 7680)]);
  });

  it('make one sheet with the names of the files', async () => {
    const source = await openSource(at('photo*.png'), { channel: 'all' });
    const { files } = await run('thumbnail', source, { outputs: [at('sheet.png')] });
    expect(files).toEqual([at('sheet.png')]);
    const { width, height } = decode(readFileSync(at('sheet.png')));
    expect(width).toBe(1280);
    // Title, facts, a row of four.
    expect(height).toBeGreaterThan(250);
    expect(height).toBeLessThan(500);
  });

  it('refuse frames that are no images', async () => {
    const series = openArray([4, 7], new Float32Array(28), { frameRank: 1 });
    await expect(run('thumbnail', series)).rejects.toThrow(/thumbnail needs images, .* but a frame here is 7/);
    const volumes = openArray([2, 4, 4, 4], new Float32Array(128), { frameRank: 3 });
    await expect(run('thumbnail', volumes)).rejects.toThrow(/a frame here is 4 x 4 x 4/);
  });
});
