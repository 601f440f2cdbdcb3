import { run } from '../../../api/run.js';
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

/** The operator alone: all images in memory of their own, new each time. */
export function runJob(job: GafJob): Repeatable {
  const source = makeSeries(job);
  const layout = job.workers > 1 ? { layout: 'threads', workers: job.workers } : { layout: 'serial' };
  const entry = job.channels * job.size * job.size;
  let first: NumericArray | null = null;
  return {
    bytes: imageBytes(job, DTYPES[job.dtype].bytes),
    frames: job.samples,
    once: async () => {
      const { arrays } = await run('gaf', source, { values: gafValues(job), ...layout });
      const named = (name: string) => arrays.find((array) => array.name === name)?.data;
      first = joinFirst(job.dtype, [named('sum'), named('diff')], entry);
    },
    first: () => first,
    close: async () => undefined,
  };
}
