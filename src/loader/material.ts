import { provenanceOf } from '../api/recipe.js';
import { refsOf } from '../api/work.js';
import type { Source } from '../core/source.js';
import type { Feed } from './feed.js';
import type { Material } from './materialize.js';
import type { LoaderOptions } from './options.js';
import type { LoaderWork } from './task.js';

/** What rows are made of, and in which order. */
interface Rows {
  readonly source: Source;
  readonly work: LoaderWork;
  readonly feed: Feed | null;
  /** Position in the source of every row. */
  readonly index: Uint32Array;
  /** Batches in order, from that which holds row `first` on. */
  readonly batches: Material['batches'];
}

const rowsOf = (index: Uint32Array, of: Int32Array | undefined): Int32Array | null =>
  of ? Int32Array.from(index, (sample) => of[sample] ?? -1) : null;

/** All entries of a loader with what is known of their rows, and what decides them. */
export function materialOf(
  { source, work, feed, index, batches }: Rows,
  { map, split, part }: LoaderOptions,
): Material {
  const { fields } = work.outline;
  const samples = index.length;
  const provenance = provenanceOf(refsOf(map), source, {}, work.bound);
  const decides = {
    recipe: provenance.recipe,
    stack: source.handle.stack,
    fields: fields.map(({ label, dtype, shape }) => ({ label, dtype, shape })),
    samples,
    split,
    part,
  };
  return {
    fields,
    samples,
    index,
    labels: feed?.labels ?? rowsOf(index, source.labels?.of),
    groups: feed?.groups ?? rowsOf(index, source.groups),
    fingerprint: JSON.stringify(decides),
    provenance,
    batches,
  };
}
