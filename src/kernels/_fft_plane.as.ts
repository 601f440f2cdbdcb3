// The plane between the two passes of a Fourier transform of a frame: rows of frequencies, as blocks of as many columns as a vector
// has lanes: real parts, then imaginary parts. The passes write and read whole cache lines of it. Rows lie an odd number of cache
// lines apart: at a power of two they would all fall into the same few places of the cache.
import { ELEMENT } from './_fft_stages.as';
import { turn } from './_transpose.as';

/**
 * Takes transforms of two real columns apart, each of which has half a spectrum: Z = A + i B and Z(-k) = A* + i B* give
 * 2 A(k) = Z(k) + Z*(-k) and 2 B(k) = -i (Z(k) - Z*(-k)). Twice the spectra are written: the scale of the result makes it up.
 *
 * @param z elements of `length` frequencies
 * @param plane two blocks of the first of length / 2 + 1 rows
 */
export function splitSpectra<T>(z: usize, length: i32, plane: usize, stride: usize): void {
  let other = z;
  for (let k = 0; k <= length >> 1; k++, plane += stride) {
    const re = v128.load(z), im = v128.load(z, 16), or = v128.load(other), oi = v128.load(other, 16);
    v128.store(plane, v128.add<T>(re, or));
    v128.store(plane, v128.sub<T>(im, oi), 16);
    v128.store(plane, v128.add<T>(im, oi), 32);
    v128.store(plane, v128.sub<T>(or, re), 48);
    other = k == 0 ? z + <usize>(length - 1) * ELEMENT : other - ELEMENT;
    z += ELEMENT;
  }
}

/** The way back: half spectra of two real columns as one spectrum, real and imaginary parts swapped for the inverse transform. */
export function joinSpectra<T>(plane: usize, stride: usize, length: i32, z: usize): void {
  let other = z + <usize>length * ELEMENT;
  for (let k = 0; k <= length >> 1; k++, plane += stride) {
    const ar = v128.load(plane), ai = v128.load(plane, 16), br = v128.load(plane, 32), bi = v128.load(plane, 48);
    if (k > 0) {
      v128.store(other, v128.sub<T>(br, ai));
      v128.store(other, v128.add<T>(ar, bi), 16);
    }
    // Last, because of what has no other side: frequency 0, and the highest of even lengths.
    v128.store(z, v128.add<T>(ai, br));
    v128.store(z, v128.sub<T>(ar, bi), 16);
    z += ELEMENT;
    other -= ELEMENT;
  }
}

/** Writes the elements of complex columns to one block of all rows. */
export function copyColumns(z: usize, length: i32, plane: usize, stride: usize): void {
  for (let k = 0; k < length; k++, z += ELEMENT, plane += stride) {
    v128.store(plane, v128.load(z));
    v128.store(plane, v128.load(z, 16), 16);
  }
}

/** Rows of the plane, as many as a vector has lanes, as elements of each point along them. */
export function readRows<T>(plane: usize, stride: usize, blocks: i32, z: usize): void {
  for (let b = 0; b < blocks; b++, plane += ELEMENT, z += (16 / sizeof<T>()) * ELEMENT) {
    turn<T>(plane, stride, z, ELEMENT);
    turn<T>(plane + 16, stride, z + 16, ELEMENT);
  }
}

/** The way back. @param swap real and imaginary parts change places, which ends an inverse transform */
export function writeRows<T>(z: usize, blocks: i32, swap: bool, plane: usize, stride: usize): void {
  const re: usize = swap ? 16 : 0;
  for (let b = 0; b < blocks; b++, plane += ELEMENT, z += (16 / sizeof<T>()) * ELEMENT) {
    turn<T>(z + re, ELEMENT, plane, stride);
    turn<T>(z + 16 - re, ELEMENT, plane + 16, stride);
  }
}
