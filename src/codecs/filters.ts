import { SourceError } from '../core/errors.js';
import type { Filter } from '../core/storage.js';
import type { FilterKind } from './codec.js';
import { INFLATE_SCRATCH, makeInflate } from './deflate.js';
import { makeFletcher32 } from './fletcher32.js';
import { makeUnshuffle } from './shuffle.js';

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
};

/** How `filter` is undone. @throws SourceError `unsupported-filter` */
export function kindOf(filter: Filter): FilterKind {
  const kind = KINDS[filter.name];
  // The table pairs each name with its own kind of filter, which the compiler cannot follow through a lookup.
  if (kind) return kind as FilterKind;
  const label = filter.name === 'unsupported' ? `${filter.label} (id ${filter.id})` : filter.name;
  throw new SourceError(
    'unsupported-filter',
    `Chunks are stored with the filter ${label}, which cannot be decoded here. Store a copy with deflate, shuffle and fletcher32 only.`,
    { filter: label },
  );
}
