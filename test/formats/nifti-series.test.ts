import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../../dist/api/run.js';
import { loadArray, readNpyArray } from '../../dist/formats/loaded-array.js';
import { openSource } from '../../dist/formats/registry.js';
import { testFormat } from '../../dist/testing.js';
import { fanfold } from '../bad-input/fanfold.js';
import { python, pythonHas } from './python.js';

const folder = mkdtempSync(join(tmpdir(), 'nifti-series-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

const hasPython = pythonHas('numpy, nibabel', 'series of NIfTI volumes made by nibabel');
if (hasPython) python(readFileSync(join(import.meta.dirname, 'nifti-series.py'), 'utf8'), folder);

describe.runIf(hasPython)('volumes in files of their own', () => {
  it.each([
    ['plain', 'plain_*.nii'],
    ['packed', 'packed_*.nii.gz'],
    ['big', 'big_*.nii'],
    ['two', 'two_*.nii'],
    ['pair', 'pair_*.img'],
    ['mixed', 'mixed_*.nii'],
  ])('have scales of their own: %s', async (name, pattern) => {
    const source = await openSource(at(pattern));
    const { shape, data } = readNpyArray(at(`${name}.npy`));
    expect(source.handle.stack.dtype).toBe('float32');
    expect(loadArray(source)).toEqual({ shape, data });
    expect(source.notes.join('\n')).toContain('Every file has a scale of its own, which its frames are given.');
    await testFormat(source, { shape, data, dtype: 'float32' });
  });

  it('are read as slices, too', async () => {
    const source = await openSource(at('plain_*.nii'), { frameRank: 2 });
    expect(source.handle.stack).toMatchObject({ stackShape: [20], frameShape: [6, 7] });
    expect(source.handle.stack.axes[0]?.unit).toBe('');
    expect(loadArray(source).data).toEqual(readNpyArray(at('plain.npy')).data);
  });

  it('are all that info says', async () => {
    const { stdout } = await fanfold(['info', 'plain_*.nii'], folder);
    expect(stdout).toContain('int16 scaled, every file by numbers of its own, read as float32');
    expect((await fanfold(['info', 'mixed_1.nii'], folder)).stdout).toMatch(/dtype +int16\n/);
  });

  it('follow each other in time when they say how', async () => {
    const axisOf = async (pattern: string) => (await openSource(at(pattern))).handle.stack.axes[0];
    expect(await axisOf('plain_*.nii')).toEqual({ name: 'time', unit: 's', step: 2.5, origin: 0 });
    expect(await axisOf('run_*.nii')).toEqual({ name: 'time', unit: 's', step: 1.5, origin: 0 });
    expect(await axisOf('untimed_*.nii')).toEqual({ name: 'axis0', unit: '', step: 1, origin: 0 });
  });

  it.each([
    [
      'moved',
      /moved_0\.nii and .*moved_2\.nii cannot be joined: their voxels lie elsewhere \(they differ by up to 0\.500\)/,
    ],
    [
      'finer',
      /finer_0\.nii and .*finer_2\.nii cannot be joined: their voxel sizes differ, 2 x 2\.5 x 3 mm against 2 x 2\.5 x 2\.7 mm/,
    ],
    ['larger', /larger_0\.nii and .*larger_2\.nii cannot be joined: their frames differ, 5 x 6 x 7 against 4 x 6 x 7/],
  ])('must lie on one grid: %s', async (name, message) => {
    await expect(openSource(at(`${name}_*.nii`))).rejects.toThrow(message);
  });

  it('may differ by rounding', async () => {
    expect((await openSource(at('rounded_*.nii'))).handle.stack.stackShape).toEqual([4]);
  });
});

describe.runIf(hasPython)('series that are cut off', () => {
  const whole = () => readNpyArray(at('whole.npy')).data;

  it.each(['cut.nii', 'short.nii.gz', 'cut.nii.gz'])(
    'say how many volumes are whole, and give them: %s',
    async (name) => {
      const error = await openSource(at(name)).then(
        () => null,
        (reason: Error) => reason,
      );
      const [, last, count, hint] =
        /is cut off: .*the last whole volume is number (\d+)\. It holds (\d+) of 9 whole: --frames (0:\d+) reads them\.$/.exec(
          error?.message ?? '',
        ) ?? [];
      expect(Number(last)).toBe(Number(count) - 1);
      expect(hint).toBe(`0:${count}`);
      if (name !== 'cut.nii.gz') expect(count).toBe('4');
      const { arrays } = await run('copy', at(name), { frames: hint ?? '' });
      const expected = whole().subarray(0, Number(count) * 210);
      expect(arrays[0]?.data).toEqual(expected);
      const { code, stderr } = await fanfold(
        ['run', 'copy', name, '--frames', hint ?? '', '-o', `${name}.npy`, '-q'],
        folder,
      );
      expect([stderr, code]).toEqual(['', 0]);
      expect(readNpyArray(at(`${name}.npy`)).data).toEqual(expected);
      await expect(run('copy', at(name), { frames: `0:${Number(count) + 1}` })).rejects.toThrow(/is cut off/);
    },
  );

  it('count slices where these are frames', async () => {
    await expect(openSource(at('cut.nii'), { frameRank: 2 })).rejects.toThrow(/4 of 9 whole: --frames 0:20 reads them/);
    const source = await openSource(at('cut.nii'), { frameRank: 2, until: 20 });
    const { arrays } = await run('copy', source, { frames: '0:20' });
    expect(arrays[0]?.data).toEqual(whole().subarray(0, 4 * 210));
  });

  it('offer nothing when no volume is whole', async () => {
    await expect(openSource(at('none.nii'))).rejects.toThrow(/has \d+; no volume is whole\.$/);
  });
});
