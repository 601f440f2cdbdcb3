import type { Filter } from '../core/storage.js';
import { badChunk, type Codec } from './codec.js';

type Predictor = Extract<Filter, { readonly name: 'predictor' }>;

/** Sums along every row, modulo 2^8, 2^16 or 2^32, in place; samples of a pixel each with its like. */
function sumRows(bytes: Uint8Array, { elementBytes, order, rowElements, samples = 1 }: Predictor): void {
  const rowBytes = rowElements * elementBytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let row = 0; row < bytes.length; row += rowBytes) {
    for (let sample = 0; sample < samples; sample++)
      sumOne(
        view,
        row + sample * elementBytes,
        row + rowBytes,
        samples * elementBytes,
        elementBytes,
        order === 'little',
      );
  }
}

/** Sums up elements that lie `step` bytes apart, from the first on. */
function sumOne(view: DataView, start: number, end: number, step: number, bytes: number, little: boolean): void {
  let sum = 0;
  for (let at = start; at < end; at += step) {
    if (bytes === 1) {
      sum = (sum + view.getUint8(at)) & 0xff;
      view.setUint8(at, sum);
    } else if (bytes === 2) {
      sum = (sum + view.getUint16(at, little)) & 0xffff;
      view.setUint16(at, sum, little);
    } else {
      sum = (sum + view.getInt32(at, little)) | 0;
      view.setInt32(at, sum, little);
    }
  }
}

/** Sums bytes along every row, and puts those of one element together again; they lie most significant bytes first. */
function joinRows(bytes: Uint8Array, { elementBytes, order, rowElements }: Predictor, row: Uint8Array): void {
  for (let start = 0; start < bytes.length; start += row.length) {
    let sum = 0;
    for (let i = 0; i < row.length; i++) {
      sum = (sum + (bytes[start + i] ?? 0)) & 0xff;
      row[i] = sum;
    }
    for (let b = 0; b < elementBytes; b++) {
      const plane = order === 'big' ? b : elementBytes - 1 - b;
      for (let i = 0; i < rowElements; i++) bytes[start + i * elementBytes + b] = row[plane * rowElements + i] ?? 0;
    }
  }
}

/**
 * Undoes TIFF's predictors in place: 2, each element less the one to its left (TIFF 6.0, section 14), and 3, the same over
 * bytes that were grouped by significance (Adobe Photoshop TIFF technical note 3).
 */
export function makePredictor(filter: Predictor): Codec {
  const rowBytes = filter.rowElements * filter.elementBytes;
  const row = filter.kind === 'float' ? new Uint8Array(rowBytes) : null;
  return (input) => {
    if (input.length % rowBytes !== 0) {
      throw badChunk(`holds ${input.length} bytes, no whole rows of ${rowBytes}`, { filter: 'predictor', rowBytes });
    }
    if (row) joinRows(input, filter, row);
    else sumRows(input, filter);
    return input;
  };
}
