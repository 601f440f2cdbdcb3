import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { detectorNames, findDetector, gapMask } from '../../../dist/operators/azimuthal/geometry/detectors.js';

type Listed = readonly [
  name: string,
  aliases: string[],
  shape: number[],
  pixel: number[],
  gaps: readonly [count: number, sum: number],
];

// Made by pyFAI, see azimuthal-geometry.py beside it.
const golden = JSON.parse(readFileSync(join(import.meta.dirname, '../../golden/azimuthal-geometry.json'), 'utf8')) as {
  readonly detectors: readonly Listed[];
};

/** Cameras that pyFAI lists as plain grids and that have no place here: webcams, a strip, one that needs a distortion file. */
const LEFT_OUT = ['Basler', 'FReLoN', 'Mythen', 'RaspberryPi5M', 'RaspberryPi8M'];

describe('named detectors', () => {
  const known = golden.detectors.filter(([name]) => !LEFT_OUT.includes(name));

  it.each(known)('%s is the one of pyFAI, by all its names', (name, aliases, shape, [pixel1 = 0, pixel2 = 0], gaps) => {
    const detector = findDetector(name);
    expect(detector).toMatchObject({ name, shape });
    expect(detector?.pixel[0]).toBeCloseTo(pixel1, 15);
    expect(detector?.pixel[1]).toBeCloseTo(pixel2, 15);
    for (const alias of aliases) expect([alias, findDetector(alias)?.name]).toEqual([alias, name]);
    const mask = detector ? gapMask(detector) : null;
    let [count, sum] = [0, 0];
    for (let at = mask?.indexOf(1) ?? -1; mask && at >= 0; at = mask.indexOf(1, at + 1)) {
      count += 1;
      sum += at;
    }
    expect([count, sum]).toEqual(gaps);
    expect(mask === null).toBe(count === 0);
  });

  it('has no other than pyFAI, but for one that came later', () => {
    const theirs = golden.detectors.map(([name]) => name);
    expect(detectorNames().filter((name) => !theirs.includes(name))).toEqual(['Eiger2_250k']);
  });

  it.each([
    ['Dectris EIGER 4M', 'Eiger4M'],
    ['Dectris Eiger Si 16M', 'Eiger16M'],
    ['EIGER2 R 1M', 'Eiger2_1M'],
    ['eiger2 1m-w', 'Eiger2_1MW'],
    ['EIGER2 CdTe 9M', 'Eiger2CdTe_9M'],
    ['eiger2_250K', 'Eiger2_250k'],
    ['PILATUS3 6M, 172 um', 'Pilatus6M'],
    ['PILATUS 1M S/N 10-0145', 'Pilatus1M'],
    ['Pilatus3 X CdTe 2M', 'PilatusCdTe2M'],
    ['pilatus 300K-W', 'Pilatus300kw'],
    ['MAR 345', 'Mar345'],
  ])('%s is %s', (written, name) => {
    expect(findDetector(written)?.name).toBe(name);
  });

  it.each(['', 'Detector', 'eiger', 'pilatus', '4M', 'eiger3m', 'cdte'])('%j is none', (name) => {
    expect(findDetector(name)).toBeNull();
  });
});
