import type { StoredType } from '../../core/dtype.js';
import { SourceError } from '../../core/errors.js';
import type { Filter } from '../../core/storage.js';
import type { Directory } from './directory.js';
import { TAG } from './tags.js';

const COMPRESSIONS: Readonly<Record<number, string>> = {
  2: 'CCITT run lengths',
  3: 'CCITT group 3',
  4: 'CCITT group 4',
  6: 'JPEG (old style)',
  7: 'JPEG',
  34676: 'SGI LogLuv',
  34712: 'JPEG 2000',
  34887: 'LERC',
  34925: 'LZMA',
  50001: 'WebP',
  50002: 'JPEG XL',
};

const PHOTOMETRICS: Readonly<Record<number, string>> = {
  3: 'a palette image',
  4: 'a transparency mask',
  5: 'a CMYK image',
  6: 'a YCbCr image',
  8: 'a CIELab image',
  32803: 'a colour filter array',
};

/** Photometric interpretation: red, green and blue. */
const RGB = 2;

/** The error for a TIFF that is sound but holds what frames cannot be made of. */
export function unsupportedTiff(location: string, image: number, what: string, remedy: string): SourceError {
  return new SourceError('unsupported-tiff', `${location}: image ${image} is ${what}. ${remedy}`, { location, image });
}

/** Samples of a pixel, colours first; 1 for grey. @throws SourceError for colours that are not red, green and blue side by side */
export function samplesOf(directory: Directory, location: string): number {
  const refuse = (what: string, remedy = 'Save it with grey samples, or red, green and blue, of 8 or 16 bits.') =>
    unsupportedTiff(location, directory.index, what, remedy);
  const photometric = directory.number(TAG.photometric) ?? 1;
  const samples = directory.number(TAG.samplesPerPixel) ?? 1;
  if (photometric !== 0 && photometric !== 1 && photometric !== RGB)
    throw refuse(PHOTOMETRICS[photometric] ?? `of photometric interpretation ${photometric}`);
  if (photometric === RGB ? samples !== 3 && samples !== 4 : samples !== 1)
    throw refuse(`${photometric === RGB ? 'in colours, but' : ''} of ${samples} samples a pixel`.trim());
  if (samples === 1) return 1;
  if (directory.number(TAG.planar) === 2) throw refuse('stored with its samples in separate planes');
  const bits = directory.number(TAG.bitsPerSample) ?? 1;
  const format = directory.number(TAG.sampleFormat) ?? 1;
  if ((bits !== 8 && bits !== 16) || (format !== 1 && format !== 4))
    throw refuse(`of ${samples} samples of ${bits} bits a pixel`);
  return samples;
}

/** The element type of an image. @throws SourceError for elements of odd sizes */
export function elementTypeOf(directory: Directory, location: string, order: StoredType['order']): StoredType {
  const refuse = (what: string, remedy = 'Save it with one grey sample a pixel.') =>
    unsupportedTiff(location, directory.index, what, remedy);
  const bits = directory.number(TAG.bitsPerSample) ?? 1;
  if (bits === 1) throw refuse('bilevel, one bit a pixel', 'Save it with 8 bits a pixel.');
  if ((directory.number(TAG.fillOrder) ?? 1) !== 1) throw refuse('stored with its bits reversed (fill order 2)');
  const format = directory.number(TAG.sampleFormat) ?? 1;
  // 4: no format stated, which readers take as unsigned.
  const kind = ({ 1: 'u', 2: 'i', 3: 'f', 4: 'u' } as const)[format];
  if (!kind) throw refuse(`of complex or unknown samples (format ${format})`, 'Save it as integers or floats.');
  const bytes = bits / 8;
  if (!isSize(bytes) || (kind === 'f' && bytes === 1)) {
    throw refuse(
      `of ${bits}-bit ${kind === 'f' ? 'floats' : 'integers'}`,
      'Save it with 8, 16, 32 or 64 bits a pixel.',
    );
  }
  return { kind, bytes, order };
}

function isSize(bytes: number): bytes is StoredType['bytes'] {
  return bytes === 1 || bytes === 2 || bytes === 4 || bytes === 8;
}

function predictorOf(
  directory: Directory,
  location: string,
  type: StoredType,
  columns: number,
  samples: number,
): Filter[] {
  const predictor = directory.number(TAG.predictor) ?? 1;
  if (predictor === 1) return [];
  const isFloat = predictor === 3;
  if ((predictor === 2 && type.bytes <= 4) || (isFloat && type.kind === 'f')) {
    const { bytes: elementBytes, order } = type;
    const kind = isFloat ? 'float' : 'difference';
    const rowElements = columns * samples;
    return [{ name: 'predictor', kind, elementBytes, order, rowElements, ...(samples > 1 ? { samples } : {}) }];
  }
  throw unsupportedTiff(
    location,
    directory.index,
    `stored with predictor ${predictor} over ${type.bytes * 8}-bit ${type.kind === 'f' ? 'floats' : 'integers'}`,
    'Save it without a predictor.',
  );
}

/** The filters of an image's strips or tiles, whose rows have `columns` pixels. @throws SourceError naming the compression */
export function filtersOf(
  directory: Directory,
  location: string,
  type: StoredType,
  columns: number,
  samples: number,
): Filter[] {
  const compression = directory.number(TAG.compression) ?? 1;
  switch (compression) {
    case 1:
      return [];
    case 32773:
      return [{ name: 'packbits' }];
    case 5:
      return [...predictorOf(directory, location, type, columns, samples), { name: 'tiff-lzw' }];
    case 8:
    case 32946:
      return [...predictorOf(directory, location, type, columns, samples), { name: 'deflate' }];
    case 50000:
      return [...predictorOf(directory, location, type, columns, samples), { name: 'zstd' }];
    default:
      throw unsupportedTiff(
        location,
        directory.index,
        `compressed with ${COMPRESSIONS[compression] ?? `method ${compression}`}`,
        'Save it uncompressed, or with deflate, LZW or PackBits.',
      );
  }
}

/** Most decoded bytes for each stored byte. */
export function largestRatio(filters: readonly Filter[]): number {
  switch (filters.at(-1)?.name) {
    case undefined:
      return 1;
    case 'packbits':
      return 64;
    case 'deflate':
      return 1032;
    // A code of 12 bits stands for at most 4096 bytes.
    case 'tiff-lzw':
      return 2731;
    // A run of 128 KiB takes 4 bytes.
    default:
      return 32768;
  }
}
