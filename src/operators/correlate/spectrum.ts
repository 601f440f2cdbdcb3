import { DTYPES } from '../../core/dtype.js';
import { fastLength } from '../fourier/line.js';
import { makeComplex, PlainLine, transformColumns } from '../fourier/plain.js';
import type { Precision } from '../fourier/precision.js';
import type { Geometry } from './geometry.js';

/** The first and the last number of a template, along one direction, that ever meets the frame where a result is wanted. */
function used(extent: number, template: number, out: number, before: number): readonly [number, number] {
  return [Math.max(0, before - out + 1), Math.min(template, before + extent) - 1];
}

function sizeAlong(extent: number, template: number, out: number, before: number): number {
  const [first, last] = used(extent, template, out, before);
  return fastLength(Math.max(extent + before - first, out + last - before));
}

/** Sizes of transforms at which no part of the result that is wanted falls onto another one. */
export function transformSize(geometry: Geometry): readonly [number, number] {
  const { height, width, templateHeight, templateWidth, outHeight, outWidth, above, before } = geometry;
  return [sizeAlong(height, templateHeight, outHeight, above), sizeAlong(width, templateWidth, outWidth, before)];
}

/** Numbers in what `templateSpectrum` gives. */
export function spectrumLength([rows, columns]: readonly [number, number], precision: Precision): number {
  const lanes = 16 / DTYPES[precision].bytes;
  return Math.ceil((Math.floor(rows / 2) + 1) / lanes) * lanes * columns * 2;
}

/**
 * The transform of the template, turned around and moved so that a product of spectra is the correlation with result (0, 0) first: rows
 * of frequencies in groups of a vector, for every column their real parts, then their imaginary parts, as the kernel meets
 * them. The factor of the inverse transform, and the 1/2 that two columns at a time cost, are in it.
 */
export function templateSpectrum(template: Float64Array, geometry: Geometry, precision: Precision): Float64Array {
  const { height, width, templateHeight, templateWidth, outHeight, outWidth, above, before } = geometry;
  const size = transformSize(geometry);
  const [rows, columns] = size;
  const plane = makeComplex(rows * columns);
  const scale = 1 / (2 * rows * columns);
  const row = new PlainLine(columns);
  const [firstA, lastA] = used(height, templateHeight, outHeight, above);
  const [firstB, lastB] = used(width, templateWidth, outWidth, before);
  for (let a = firstA; a <= lastA; a++) {
    const y = (above - a + rows) % rows;
    for (let b = firstB; b <= lastB; b++) {
      const at = y * columns + ((before - b + columns) % columns);
      plane.re[at] = scale * (template[a * templateWidth + b] ?? 0);
    }
    // All other rows are 0, and so are their transforms.
    row.transform(plane, y * columns);
  }
  transformColumns(plane, rows, columns);
  const lanes = 16 / DTYPES[precision].bytes;
  const spectrum = new Float64Array(spectrumLength(size, precision));
  for (let k = 0; k <= rows / 2; k++) {
    const group = (k - (k % lanes)) * columns * 2 + (k % lanes);
    for (let l = 0; l < columns; l++) {
      spectrum[group + l * 2 * lanes] = plane.re[k * columns + l] ?? 0;
      spectrum[group + l * 2 * lanes + lanes] = plane.im[k * columns + l] ?? 0;
    }
  }
  return spectrum;
}
