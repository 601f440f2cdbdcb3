import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  displacement,
  fromParameters,
  fromStep,
  IDENTITY,
  invert,
  type Matrix,
  multiply,
  toParameters,
} from '../../../dist/operators/register/rigid.js';

const shift = fc.double({ min: -50, max: 50, noNaN: true });
const turn = fc.double({ min: -1.4, max: 1.4, noNaN: true });
const parameters = fc.tuple(shift, shift, shift, turn, turn, turn);

function expectClose(a: readonly number[], b: readonly number[], within = 1e-9): void {
  expect(a.length).toBe(b.length);
  for (const [i, value] of a.entries()) expect(Math.abs(value - (b[i] ?? Number.NaN))).toBeLessThan(within);
}

test('six parameters make a transform that has them', () => {
  fc.assert(fc.property(parameters, (six) => expectClose(toParameters(fromParameters(six)), six)));
});

test('a rigid transform times its inverse changes nothing', () => {
  fc.assert(
    fc.property(parameters, (six) => {
      const matrix = fromParameters(six);
      expectClose(multiply(matrix, invert(matrix)), IDENTITY);
      expectClose(multiply(invert(matrix), matrix), IDENTITY);
    }),
  );
});

test('a step turns right-handed by its length, and its negative undoes it', () => {
  expectClose(fromStep([0, 0, 0, 0, 0, Math.PI / 2]), [0, -1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
  fc.assert(
    fc.property(fc.tuple(turn, turn, turn), ([x, y, z]) => {
      expectClose(multiply(fromStep([0, 0, 0, x, y, z]), fromStep([0, 0, 0, -x, -y, -z])), IDENTITY);
    }),
  );
});

test('SPM turns by Rx = [1 0 0; 0 c s; 0 -s c]', () => {
  const [c, s] = [Math.cos(0.3), Math.sin(0.3)];
  expectClose(fromParameters([1, 2, 3, 0.3, 0, 0]), [1, 0, 0, 1, 0, c, s, 2, 0, -s, c, 3, 0, 0, 0, 1]);
});

test('a flat transform is inverted within its plane', () => {
  // The definition of Moore and Penrose: A P A = A for the linear part.
  const flat: Matrix = [2, 1, 0, 5, 1, 3, 0, 6, 0, 0, 0, 7, 0, 0, 0, 1];
  const linear: Matrix = flat.map((value, i) => (i % 4 === 3 && i < 12 ? 0 : value));
  const back = invert(linear);
  expect(back.every(Number.isFinite)).toBe(true);
  expectClose(multiply(multiply(linear, back), linear), linear, 1e-6);
});

test('a shift displaces every point of a sphere alike, a turn by sqrt(2/5) of the radius', () => {
  expect(displacement(fromStep([3, 4, 0, 0, 0, 0]), IDENTITY, 80, [0, 0, 0])).toBeCloseTo(5, 12);
  const angle = 1e-4;
  expect(displacement(fromStep([0, 0, 0, angle, 0, 0]), IDENTITY, 80, [0, 0, 0])).toBeCloseTo(
    Math.sqrt(0.4) * 80 * angle,
    9,
  );
});
