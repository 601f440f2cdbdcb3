import { SourceError } from '../core/errors.js';
import type { Filter } from '../core/storage.js';
import { bitshuffleScratch, makeBitshuffle } from './bitshuffle.js';
import { bloscScratch, makeBlosc } from './blosc.js';
import { makeByteOffset } from './byteoffset.js';
import type { FilterKind } from './codec.js';
import { INFLATE_SCRATCH, makeInflate } from './deflate.js';
import { makeFletcher32 } from './fletcher32.js';
import { imageScratch, makeImage } from './image.js';
import { makeLz4 } from './lz4.js';
import { makeLzf } from './lzf.js';
import { makePackBits } from './packbits.js';
import { makePredictor } from './predictor.js';
import { makeSamples, sampledBytes } from './samples.js';
import { makeUnshuffle } from './shuffle.js';
import { makeTiffLzw, TIFF_LZW_SCRATCH } from './tifflzw.js';
import { makeZstd, ZSTD_SCRATCH } from './zstd.js';

/** The filter of one name. */
type Named<N extends Filter['name']> = Extract<Filter, { readonly name: N }>;

type Kinds = { readonly [N in Filter['name']]?: FilterKind<Named<N>> };

const same = (bytes: number) => bytes;
const nothing = () => [];

/** Every filter that is undone here, by name. */
const KINDS: Kinds = {
  deflate: {
    moves: true,
    // Expanding by 1/8 is more than zlib ever does.
    bound: (bytes) => bytes + (bytes >>> 3) + 64,
    scratch: () => [INFLATE_SCRATCH],
    make: (_, { arena, kernel }) => makeInflate(arena, kernel),
  },
  shuffle: {
    moves: true,
    bound: same,
    scratch: nothing,
    make: (filter, { elementBytes, arena, kernel }) =>
      makeUnshuffle(filter.elementBytes || elementBytes, arena.memory, kernel),
  },
  fletcher32: {
    moves: false,
    bound: (bytes) => bytes + 4,
    scratch: nothing,
    make: (_, { arena, kernel }) => makeFletcher32(arena.memory, kernel),
  },
  lz4: {
    moves: true,
    // Four bytes for every block, and blocks that grew.
    bound: (bytes) => 2 * bytes + 64,
    scratch: nothing,
    make: (_, { arena, kernel }) => makeLz4(arena, kernel),
  },
  zstd: {
    moves: true,
    // Blocks of 1 KiB and more do not grow by as much.
    bound: (bytes) => bytes + (bytes >>> 3) + 64,
    scratch: () => [ZSTD_SCRATCH],
    make: (_, { arena, kernel }) => makeZstd(arena, kernel),
  },
  bitshuffle: {
    moves: true,
    // The smallest blocks, of 8 bytes, take 13.
    bound: (bytes) => 2 * bytes + 64,
    scratch: bitshuffleScratch,
    make: makeBitshuffle,
  },
  lzf: {
    moves: true,
    // One byte more for every 32 literals.
    bound: (bytes) => bytes + (bytes >>> 5) + 64,
    scratch: nothing,
    make: (_, { arena, kernel }) => makeLzf(arena, kernel),
  },
  blosc: {
    moves: true,
    // Chunks that would grow are stored as they are behind a header.
    bound: (bytes) => bytes + 16,
    scratch: (_, chunkBytes) => bloscScratch(chunkBytes),
    make: (_, context) => makeBlosc(context),
  },
  'byte-offset': {
    moves: true,
    // Every element with all three escapes.
    bound: (bytes) => Math.ceil(bytes / 4) * 15,
    scratch: nothing,
    make: (_, { arena, kernel }) => makeByteOffset(arena, kernel),
  },
  packbits: {
    moves: true,
    // Every byte by itself, as in rows of one pixel.
    bound: (bytes) => 2 * bytes + 64,
    scratch: nothing,
    make: (_, { arena, kernel }) => makePackBits(arena, kernel),
  },
  'tiff-lzw': {
    moves: true,
    // Twelve bits for every byte, and the clear codes.
    bound: (bytes) => 2 * bytes + 64,
    scratch: () => [TIFF_LZW_SCRATCH],
    make: (_, { arena, kernel }) => makeTiffLzw(arena, kernel),
  },
  predictor: {
    moves: false,
    bound: same,
    scratch: nothing,
    make: (filter) => makePredictor(filter),
  },
  samples: {
    moves: true,
    bound: (bytes, filter) => sampledBytes(filter, bytes),
    scratch: nothing,
    make: (filter, { arena, kernel }) => makeSamples(filter, arena.memory, kernel),
  },
  image: {
    moves: true,
    // A file may hold anything beside its pixels.
    bound: (bytes) => 2 * bytes + 2 ** 20,
    scratch: imageScratch,
    make: makeImage,
  },
};

/** How `filter` is undone. @throws SourceError `unsupported-filter` */
export function kindOf(filter: Filter): FilterKind {
  const kind = KINDS[filter.name];
  // The table pairs each name with its own kind of filter, which the compiler cannot follow through a lookup.
  if (kind) return kind as FilterKind;
  const label = filter.name === 'unsupported' ? `${filter.label} (id ${filter.id})` : filter.name;
  throw new SourceError(
    'unsupported-filter',
    `Chunks are stored with the filter ${label}, which cannot be decoded here. Store a copy with h5repack -f GZIP=4.`,
    { filter: label },
  );
}
