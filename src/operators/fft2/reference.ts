import type { NumericArray } from '../../core/dtype.js';
import type { Tile } from '../../core/operator.js';
import { type Complex, makeComplex, transformPlane } from '../fourier/plain.js';
import { turn } from '../fourier/turn.js';
import type { Output } from './params.js';
import type { PlaneShape } from './shape.js';

/** What a transform is, whatever computes it. */
export interface Transform extends PlaneShape {
  readonly inverse: boolean;
  readonly shift: boolean;
  readonly scale: number;
  readonly output: Output;
  readonly naive: boolean;
}

/** The row or column that `k` is when 0 lies in the middle. */
const centred = (k: number, extent: number): number => (k + Math.floor(extent / 2)) % extent;

function readPlane(
  data: NumericArray,
  first: number,
  { height, width, isComplex, inverse, shift }: Transform,
): Complex {
  const plane = makeComplex(height * width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = inverse && shift ? centred(y, height) * width + centred(x, width) : y * width + x;
      plane.re[y * width + x] = data[first + (isComplex ? 2 * from : from)] ?? 0;
      plane.im[y * width + x] = isComplex ? (data[first + 2 * from + 1] ?? 0) : 0;
    }
  }
  return plane;
}

/** The definition: for every frequency the sum over all pixels. */
function sumOverPixels({ re, im }: Complex, height: number, width: number): Complex {
  const out = makeComplex(height * width);
  const [rowTurns, columnTurns] = [height, width].map((n) => Array.from({ length: n }, (_, k) => turn(k, n)));
  for (let ky = 0; ky < height; ky++) {
    for (let kx = 0; kx < width; kx++) {
      let sumRe = 0;
      let sumIm = 0;
      for (let y = 0; y < height; y++) {
        const [cy, sy] = rowTurns?.[(ky * y) % height] ?? [1, 0];
        for (let x = 0; x < width; x++) {
          const [cx, sx] = columnTurns?.[(kx * x) % width] ?? [1, 0];
          const [c, s] = [cy * cx - sy * sx, -(sy * cx + cy * sx)];
          const [a, b] = [re[y * width + x] ?? 0, im[y * width + x] ?? 0];
          sumRe += a * c - b * s;
          sumIm += a * s + b * c;
        }
      }
      out.re[ky * width + kx] = sumRe;
      out.im[ky * width + kx] = sumIm;
    }
  }
  return out;
}

function numberOf(output: Output, re: number, im: number): number {
  if (output === 'real') return re;
  const power = re * re + im * im;
  if (output === 'power') return power;
  return output === 'magnitude' ? Math.sqrt(power) : Math.log10(1 + power);
}

function writePlane({ re, im }: Complex, transform: Transform, out: NumericArray, first: number): void {
  const { height, width, inverse, shift, scale, output } = transform;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [a, b] = [(re[y * width + x] ?? 0) * scale, (im[y * width + x] ?? 0) * scale];
      const to = shift && !inverse ? centred(y, height) * width + centred(x, width) : y * width + x;
      if (output === 'complex') {
        out[first + 2 * to] = a;
        out[first + 2 * to + 1] = b;
      } else out[first + to] = numberOf(output, a, b);
    }
  }
}

/** Real and imaginary parts change places: before and after a forward transform, that makes the inverse. */
const swapped = ({ re, im }: Complex): Complex => ({ re: im, im: re });

/** Transforms every frame of a tile in float64, by mixed radices or by the definition. */
export function transformTile(tile: Tile, transform: Transform, out: NumericArray): void {
  const { height, width, isComplex, inverse, output, naive } = transform;
  const frame = height * width * (isComplex ? 2 : 1);
  const entry = height * width * (output === 'complex' ? 2 : 1);
  for (let i = 0; i < tile.count; i++) {
    const read = readPlane(tile.data, i * frame, transform);
    const plane = inverse ? swapped(read) : read;
    let made = plane;
    if (naive) made = sumOverPixels(plane, height, width);
    else transformPlane(plane, height, width);
    writePlane(inverse ? swapped(made) : made, transform, out, i * entry);
  }
}
