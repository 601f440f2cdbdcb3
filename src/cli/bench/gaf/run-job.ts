import { run } from '../../../api/run.js';
import { allocateShared } from '../../../convert/shared.js';
import { allocate, DTYPES, type NumericArray } from '../../../core/dtype.js';
import { type GafJob, imageBytes, type Repeatable } from './job.js';
import { makeSeries } from './series.js';

/** What every way of making images asks the operator for. */
export const gafValues = ({ size, dtype }: GafJob) => ({ size, dtype });

/** The images of one sample, summation before difference, as one array. */
export function joinFirst(
  dtype: GafJob['dtype'],
  parts: readonly (NumericArray | undefined)[],
  count: number,
): NumericArray {
  const joined = allocate(dtype, parts.length * count);
  for (const [i, part] of parts.entries()) if (part) joined.set(part.subarray(0, count), i * count);
  return joined;
}

/** The operator alone: all images in memory of their own, new each time or, `into`, always the same. */
export function runJob(job: GafJob): Repeatable {
  const source = makeSeries(job);
  const layout = job.workers > 1 ? { layout: 'threads', workers: job.workers } : { layout: 'serial' };
  const entry = job.channels * job.size * job.size;
  const numbers = job.samples * entry;
  const into =
    job.what === 'into' ? { sum: allocateShared(job.dtype, numbers), diff: allocateShared(job.dtype, numbers) } : null;
  let first: NumericArray | null = null;
  return {
    bytes: imageBytes(job, DTYPES[job.dtype].bytes),
    frames: job.samples,
    once: async () => {
      const { arrays } = await run('gaf', source, { values: gafValues(job), ...layout, ...(into ? { into } : {}) });
      const named = (name: string) => arrays.find((array) => array.name === name)?.data;
      first = joinFirst(job.dtype, [named('sum'), named('diff')], entry);
    },
    first: () => first,
    close: async () => undefined,
  };
}
