import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  annulus,
  directions,
  disk,
  type Edges,
  type Point,
  polygon,
  type Region,
  rasterise,
  rectangle,
} from '../../dist/operators/mask/geometry.js';

const SIDE = 12;

function pixels(region: Region): number {
  return rasterise(region, SIDE, SIDE).reduce((sum, weight) => sum + weight, 0);
}

const edges = fc.constantFrom<Edges>('inclusive', 'strict');
const centre = fc.tuple(fc.integer({ min: 0, max: 11 }), fc.integer({ min: 0, max: 11 }));

describe('detector geometry', () => {
  it('counts pixels on the outline of a polygon only when inclusive', () => {
    const square: Point[] = [
      [2, 2],
      [2, 5],
      [5, 5],
      [5, 2],
    ];
    expect([pixels(polygon(square, 'inclusive')), pixels(polygon(square, 'strict'))]).toEqual([16, 4]);
    const triangle: Point[] = [
      [0, 0],
      [0, 6],
      [6, 0],
    ];
    expect([pixels(polygon(triangle, 'inclusive')), pixels(polygon(triangle, 'strict'))]).toEqual([28, 10]);
  });

  it('has the same polygon whichever corner comes first and whichever way round', () => {
    const corner = fc.tuple(fc.integer({ min: 0, max: 11 }), fc.integer({ min: 0, max: 11 }));
    fc.assert(
      fc.property(fc.array(corner, { minLength: 3, maxLength: 7 }), fc.nat(6), edges, (corners, turn, edge) => {
        const turned = [...corners.slice(turn % corners.length), ...corners.slice(0, turn % corners.length)];
        const plain = rasterise(polygon(corners, edge), SIDE, SIDE);
        expect(rasterise(polygon(turned, edge), SIDE, SIDE)).toEqual(plain);
        expect(rasterise(polygon(corners.toReversed(), edge), SIDE, SIDE)).toEqual(plain);
      }),
    );
  });

  it('splits the plane into four inclusive quadrants that share their axes', () => {
    const middle: Point = [5, 6];
    const quadrants = [0, 90, 180, 270].map((start) => directions(middle, start, start + 90, 'inclusive'));
    const total = quadrants.reduce((sum, region) => sum + pixels(region), 0);
    expect(total).toBe(SIDE * SIDE + (SIDE + SIDE - 2) + 3);
    // Quadrant 0 to 90 lies towards +x and +y: rows 5 to 11, columns 6 to 11.
    expect(pixels(quadrants[0] ?? (() => false))).toBe(7 * 6);
    const strict = [0, 90, 180, 270].map((start) => directions(middle, start, start + 90, 'strict'));
    expect(strict.reduce((sum, region) => sum + pixels(region), 0)).toBe(SIDE * SIDE - (SIDE + SIDE - 1));
  });

  it('makes a disk of a disk and the annulus around it', () => {
    fc.assert(
      fc.property(centre, fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 8 }), (at, inner, more) => {
        const outer = inner + more;
        const all = pixels(disk(at, outer, 'inclusive'));
        const hole = pixels(disk(at, inner, 'strict'));
        expect(hole + pixels(annulus(at, inner, outer, 'inclusive'))).toBe(all);
        expect(pixels(disk(at, inner, 'inclusive')) + pixels(annulus(at, inner, outer, 'strict'))).toBe(
          pixels(disk(at, outer, 'strict')),
        );
      }),
    );
  });

  it('measures a rectangle from its centre', () => {
    expect(pixels(rectangle([5, 5], 4, 2, 'inclusive'))).toBe(5 * 3);
    expect(pixels(rectangle([5, 5], 4, 2, 'strict'))).toBe(3 * 1);
    expect(pixels(rectangle([5.5, 5.5], 4, 2, 'inclusive'))).toBe(4 * 2);
  });
});
