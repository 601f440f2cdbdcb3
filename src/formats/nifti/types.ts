import type { Dtype, StoredType } from '../../core/dtype.js';

type Kind = Pick<StoredType, 'kind' | 'bytes'>;

/** NIfTI's numbers of element types that hold one number each. */
const NUMBERS: Readonly<Record<number, Kind>> = {
  2: { kind: 'u', bytes: 1 },
  4: { kind: 'i', bytes: 2 },
  8: { kind: 'i', bytes: 4 },
  16: { kind: 'f', bytes: 4 },
  64: { kind: 'f', bytes: 8 },
  256: { kind: 'i', bytes: 1 },
  512: { kind: 'u', bytes: 2 },
  768: { kind: 'u', bytes: 4 },
  1024: { kind: 'i', bytes: 8 },
  1280: { kind: 'u', bytes: 8 },
};

const OTHERS: Readonly<Record<number, string>> = {
  0: 'of no type at all',
  1: 'single bits',
  32: 'complex numbers (complex64)',
  128: 'RGB colours',
  1536: '128-bit floats',
  1792: 'complex numbers (complex128)',
  2048: 'complex numbers (complex256)',
  2304: 'RGBA colours',
};

const WRITTEN: Readonly<Record<Dtype, number>> = {
  uint8: 2,
  int16: 4,
  int32: 8,
  float32: 16,
  float64: 64,
  int8: 256,
  uint16: 512,
  uint32: 768,
};

/** The stored type behind a NIfTI data type; what it is instead, in words, where it holds no single numbers. */
export function numbersOf(code: number): Kind | string {
  return NUMBERS[code] ?? OTHERS[code] ?? `of type ${code}, which NIfTI does not know`;
}

/** NIfTI's number of a dtype. */
export function codeOf(dtype: Dtype): number {
  return WRITTEN[dtype];
}
