import type { LoaderSource } from './input.js';
import { DataLoader } from './loader.js';
import type { LoaderOptions } from './options.js';
import { type SourceNames, withOwnNames } from './source-names.js';

export type { Gathered, GatherOptions } from './gather.js';
export type { LoaderSource } from './input.js';
export type { DataLoader, LoaderOverview } from './loader.js';
export type { Materialized, MaterializeOptions } from './materialize.js';
export type { Batch, LoaderOptions, Split } from './options.js';
export type { LoaderPlan } from './plan.js';
export type { ReadAtSource } from './read-at.js';
export type { SampleRecord } from './record.js';
export type { RecordSource } from './records.js';
export type { SourceNames } from './source-names.js';
export type { LoaderStatistics } from './statistics.js';

/**
 * A loader of batches: operators make entries of samples, the frames of a source, ahead of whoever iterates over it.
 *
 * ```js
 * const loader = dataLoader('train.tsv', { map: { name: 'gaf', values: { size: 96 } }, batch: 32, shuffle: { seed: 7 } });
 * for await (const { x, y } of loader) step(x.sum, y);
 * ```
 *
 * Batches are views of a ring in shared memory: valid until `release()` or, without `keep()`, until the next is asked for. Nothing is
 * opened or started before it is planned or iterated.
 *
 * @param source a path such as `train.tsv`, a source, an object whose `readAt` reads frames, or an iterable of records, which is one pass
 * @param options as `LoaderOptions` has them, or by the names of `SourceNames`: `n_jobs`, `chunk_size` and so on
 * @throws UsageError for options that are wrong by themselves, or that need what an iterable cannot give
 */
export function dataLoader(source: LoaderSource, options: LoaderOptions & SourceNames): DataLoader {
  return new DataLoader(source, withOwnNames(options));
}
