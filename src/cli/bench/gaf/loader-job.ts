import { DTYPES, type NumericArray } from '../../../core/dtype.js';
import { dataLoader } from '../../../loader/index.js';
import type { Batch } from '../../../loader/options.js';
import { type GafJob, imageBytes, type Repeatable } from './job.js';
import { gafValues, joinFirst } from './run-job.js';
import { makeSeries } from './series.js';

/** A job that a loader does. */
export type LoaderJob = GafJob & { readonly what: Exclude<GafJob['what'], 'run' | 'into' | 'convert'> };

/** Samples of a batch. */
const BATCH = 32;
/** Ring of the streaming rows: a few batches, but more than any cache holds. */
const AHEAD = 2;

/** A loader waits this long for a batch to be given back, in seconds; here nobody ever needs to. */
const PATIENCE = 10;

/** Room beside the images themselves: arenas, padding of slots, runtimes. */
const BESIDE = 256 * 2 ** 20;

/** Samples of a batch, so many that all batches are one and a whole number for each worker: rings have such numbers of slots. */
function keptBatch(samples: number, workers: number): number {
  let batch = Math.min(BATCH, samples);
  while ((Math.ceil(samples / batch) - 1) % workers !== 0) batch++;
  return batch;
}

/** Batches of a loader: each given back at once (`stream`), or all kept to the end (`keep`). Workers and ring stay for the next time. */
export function loaderJob(job: LoaderJob): Repeatable {
  const { samples, workers, what } = job;
  const isKept = what === 'keep';
  const bytes = imageBytes(job, DTYPES[job.dtype].bytes);
  const batch = isKept ? keptBatch(samples, workers) : Math.min(BATCH, samples);
  const batches = Math.ceil(samples / batch);
  const loader = dataLoader(makeSeries(job), {
    map: { name: 'gaf', values: gafValues(job) },
    batch,
    ...(what === 'stream' || what === 'keep' ? { layout: 'threads' } : { layout: 'processes', sharing: what }),
    workers,
    patience: PATIENCE,
    prefetch: isKept ? Math.ceil(batches / workers) : AHEAD,
    ...(isKept ? { memory: { ring: Math.ceil(1.05 * bytes) + BESIDE, max: Math.ceil(1.1 * bytes) + 4 * BESIDE } } : {}),
  });
  const entry = job.channels * job.size * job.size;
  let first: NumericArray | null = null;
  return {
    bytes,
    frames: samples,
    once: async () => {
      const kept: Batch[] = [];
      for await (const one of loader) {
        if (one.number === 0) first = joinFirst(job.dtype, [one.x.sum, one.x.diff], entry);
        if (isKept) kept.push(one.keep());
        else one.release();
      }
      for (const one of kept) one.release();
    },
    first: () => first,
    close: () => loader.close(),
  };
}
