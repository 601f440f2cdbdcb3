import { describe, expect, it } from 'vitest';
import {
  chooseNames,
  chooseRows,
  floorRows,
  groupsOf,
  SCALES,
  scenarioRows,
  setBytes,
  shapeOfSize,
} from '../../dist/cli/bench/scenario.js';

const scale = (name: 'tiny' | 'small' | 'full') => SCALES[name] ?? expect.fail(`no scale ${name}`);
const GiB = 2 ** 30;

describe('rows of the 4D-STEM scenario', () => {
  it.each(['tiny', 'small', 'full'] as const)('has 55 configurations per codec at scale %s', (name) => {
    const rows = scenarioRows(scale(name));
    expect(rows).toHaveLength(55);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(55);
    const counts = [...'abcdefgh'].map((letter) => rows.filter(({ row }) => row === letter).length);
    expect(counts).toEqual([15, 12, 5, 5, 1, 1, 1, 15]);
  });

  it('spans the published grid of workers, threads and memory', () => {
    const rows = scenarioRows(scale('full'));
    const grid = (letter: string) => rows.filter(({ row }) => row === letter).map((r) => `${r.workers}x${r.threads}`);
    expect(grid('b')).toEqual([2, 4, 8, 16].flatMap((workers) => [1, 2, 4].map((threads) => `${workers}x${threads}`)));
    expect(grid('c')).toEqual(['1x1', '2x1', '4x1', '8x1', '16x1']);
    expect(grid('g')).toEqual(['8x2']);
    const limits = (letter: string) => new Set(rows.filter(({ row }) => row === letter).map((r) => r.memoryPerWorker));
    expect(limits('a')).toEqual(new Set([4 * GiB]));
    expect(limits('h')).toEqual(new Set([GiB]));
    expect(rows.filter(({ files }) => files === 2).every(({ row }) => row === 'b' || row === 'd')).toBe(true);
  });

  it('reads 64, 256 and 4 GiB at full scale, and one data set for two names at small scale', () => {
    const { shapes } = scale('full');
    expect([shapes.main, shapes.large, shapes.small].map((shape) => setBytes(shape, 'random') / GiB)).toEqual([
      64, 256, 4,
    ]);
    expect(setBytes(shapes.main, 'counts')).toBe(32 * GiB);
    const sets = (name: 'small' | 'full') => scenarioRows(scale(name)).filter(({ row }) => row === 'h');
    expect(sets('small').every(({ set }) => set === 'main')).toBe(true);
    expect(sets('full').every(({ set }) => set === 'small')).toBe(true);
  });

  it('cuts another large set without exceeding the size asked for', () => {
    const shape = shapeOfSize(32 * GiB, scale('full').shapes.large, 'random');
    expect(shape).toEqual([128, 1024, 256, 256]);
    expect(setBytes(shapeOfSize(5e9, scale('full').shapes.large, 'random'), 'random')).toBeLessThanOrEqual(5e9);
  });

  it('chooses rows by letter and by configuration, and names what does not exist', () => {
    const rows = scenarioRows(scale('small'));
    expect(chooseRows(rows, undefined)).toHaveLength(55);
    expect(chooseRows(rows, 'e,a-2x4').map(({ id }) => id)).toEqual(['a-2x4', 'e-1x1']);
    expect(() => chooseRows(rows, 'a,z')).toThrow(/no row 'z'/);
    expect(() => chooseNames('raw,bzip', ['raw', 'gzip'], 'codec')).toThrow(/--codec takes raw, gzip, not 'bzip'/);
  });

  it('measures decoding only where there is a codec, and one reader per core', () => {
    const ids = (codec: 'raw' | 'gzip', cores: number, two = false) => floorRows(codec, cores, two).map(({ id }) => id);
    expect(ids('raw', 1)).toEqual(['floor-direct-1', 'floor-cached-1', 'floor-arithmetic-1']);
    expect(ids('gzip', 4)).toEqual([
      'floor-direct-1',
      'floor-cached-1',
      'floor-cached-4',
      'floor-decode-1',
      'floor-arithmetic-1',
    ]);
    expect(ids('raw', 1, true)).toContain('floor-direct-replica');
    expect(groupsOf(['random', 'counts'], ['raw', 'gzip']).map(({ name }) => name)).toEqual([
      'random raw',
      'random gzip',
      'counts raw',
      'counts gzip',
    ]);
  });
});
