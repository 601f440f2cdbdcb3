import { describeStored, type StoredType } from '../../core/dtype.js';
import { SourceError } from '../../core/errors.js';
import type { Filter } from '../../core/storage.js';
import { badTiff, type TiffBytes } from './bytes.js';
import type { Directory } from './directory.js';
import { elementTypeOf, filtersOf, largestRatio, samplesOf } from './encoding.js';
import { TAG } from './tags.js';

/** Where one image of a file lies: its strips or tiles, in row-major order. */
export interface Page {
  readonly height: number;
  readonly width: number;
  readonly type: StoredType;
  /** Samples of a pixel, side by side: red, green, blue, and opacity where there are four. */
  readonly samples: number;
  readonly filters: readonly Filter[];
  /** Rows and columns of a strip or tile; the last strip may be shorter, tiles never are. */
  readonly chunk: readonly [rows: number, columns: number];
  readonly isTiled: boolean;
  readonly offsets: readonly number[];
  readonly sizes: readonly number[];
}

/** No detector and no camera has more pixels along one side. */
const LARGEST_SIDE = 2 ** 24;
/** A strip or tile is decoded at once. */
const LARGEST_CHUNK = 2 ** 31;
/** Compression makes nothing longer than twice its size and this. */
const LONGER = 4096;

interface Extent {
  readonly what: 'strip' | 'tile';
  readonly rows: number;
  readonly columns: number;
}

function extentOf(directory: Directory, height: number, width: number, wrong: (why: string) => Error): Extent {
  const isTiled = directory.has(TAG.tileWidth) || directory.has(TAG.tileOffsets);
  const rows = isTiled ? directory.whole(TAG.tileHeight) : (directory.whole(TAG.rowsPerStrip) ?? height);
  const columns = isTiled ? directory.whole(TAG.tileWidth) : width;
  const what = isTiled ? 'tile' : 'strip';
  if (!rows || !columns) throw wrong(`it has ${what}s of ${rows ?? 0} rows and ${columns ?? 0} columns`);
  if (rows > LARGEST_SIDE && isTiled) throw wrong(`it has tiles of ${rows} rows`);
  // Writers put 2^32 - 1 for an image that is one strip.
  return { what, rows: isTiled ? rows : Math.min(rows, height), columns };
}

/** Decoded bytes of strip or tile number `index`. */
function decodedBytes(page: Omit<Page, 'filters' | 'offsets' | 'sizes'>, index: number): number {
  const [rows, columns] = page.chunk;
  const held = page.isTiled ? rows : Math.min(rows, page.height - index * rows);
  return held * columns * page.samples * page.type.bytes;
}

/** Stored bytes of every strip or tile. Uncompressed files need not state them. */
function sizesOf(directory: Directory, page: Omit<Page, 'sizes'>, what: string): number[] {
  const count = page.offsets.length;
  const plain = page.filters.length === 0;
  const tag = page.isTiled ? TAG.tileByteCounts : TAG.stripByteCounts;
  if (plain && !directory.has(tag)) return page.offsets.map((_, i) => decodedBytes(page, i));
  const stated = directory.numbers(tag, count, `${what} sizes`);
  // More than the pixels need is padding.
  return plain ? stated.map((size, i) => Math.min(size, decodedBytes(page, i))) : stated;
}

function checkChunks(page: Page, index: number, bytes: TiffBytes, what: string): void {
  const ratio = largestRatio(page.filters);
  for (const [i, offset] of page.offsets.entries()) {
    const size = page.sizes[i] ?? 0;
    const needed = decodedBytes(page, i);
    if (size === 0) throw badTiff(bytes.location, `image ${index}: ${what} ${i} has no bytes`);
    if (offset + size > bytes.size) {
      throw new SourceError(
        'truncated',
        `${bytes.location} is truncated: ${what} ${i} of image ${index} has ${size} bytes from byte ${offset} on, the file ends at ${bytes.size}.`,
        { location: bytes.location, image: index, offset, expected: size, found: Math.max(0, bytes.size - offset) },
      );
    }
    if (size * ratio < needed || size > 2 * needed + LONGER) {
      const wrong = size > needed ? 'many' : 'few';
      throw badTiff(
        bytes.location,
        `image ${index}: ${what} ${i} has ${size} bytes, too ${wrong} for ${needed} bytes of pixels`,
      );
    }
  }
}

/** Reads where an image lies and how it is stored. @throws SourceError for one that is no grey image, damaged or cut off */
export function readPage(bytes: TiffBytes, directory: Directory): Page {
  const wrong = (why: string) => badTiff(bytes.location, `image ${directory.index}: ${why}`);
  const [height, width] = [directory.whole(TAG.height), directory.whole(TAG.width)];
  if (!height || !width || height > LARGEST_SIDE || width > LARGEST_SIDE) {
    throw wrong(`it has ${height ?? 0} rows and ${width ?? 0} columns`);
  }
  const samples = samplesOf(directory, bytes.location);
  const type = elementTypeOf(directory, bytes.location, bytes.order);
  const { what, rows, columns } = extentOf(directory, height, width, wrong);
  const filters = filtersOf(directory, bytes.location, type, columns, samples);
  const isTiled = what === 'tile';
  if (rows * columns * samples * type.bytes > LARGEST_CHUNK) {
    throw wrong(`it has ${what}s of ${rows} x ${columns} ${describeStored(type)}, more than 2 GiB`);
  }
  const count = Math.ceil(height / rows) * Math.ceil(width / columns);
  const offsets = directory.numbers(isTiled ? TAG.tileOffsets : TAG.stripOffsets, count, `${what} offsets`);
  const place = { height, width, type, samples, filters, chunk: [rows, columns] as const, isTiled, offsets };
  const page = { ...place, sizes: sizesOf(directory, place, what) };
  checkChunks(page, directory.index, bytes, what);
  return page;
}

/** First byte of an image whose pixels lie in one piece, uncompressed; null for any other. */
export function startOf({ filters, chunk, width, offsets, sizes }: Page): number | null {
  if (filters.length > 0 || chunk[1] !== width) return null;
  const start = offsets[0] ?? 0;
  let end = start;
  for (const [i, offset] of offsets.entries()) {
    if (offset !== end) return null;
    end += sizes[i] ?? 0;
  }
  return start;
}
