import { availableParallelism } from 'node:os';
import { measure, sampleNumbers } from '../../measure.js';
import type { Outcome, Row, Setting } from '../../outcome.js';
import { openThreads } from './crews.js';
import { sumOf } from './numbers.js';

/** One thread against as many as there are cores, for more and more numbers: where do the two curves cross? */
export default async function breakEven({ size, signal }: Setting): Promise<Outcome> {
  const counts = size === 'full' ? [1e3, 1e4, 1e5, 1e6, 1e7] : [1e3, 1e4, 1e5];
  const parts = Math.max(2, availableParallelism());
  const rows: Row[] = [];
  let fewest: number | null = null;
  for (const count of counts) {
    signal.throwIfAborted();
    const numbers = new Float64Array(new SharedArrayBuffer(count * 8));
    numbers.set(sampleNumbers(count));
    const crew = openThreads(numbers, parts);
    try {
      const serial = await measure(() => sumOf(numbers, 0, count));
      const threads = await measure(() => crew.sum());
      rows.push({ what: `${count} numbers, one thread`, seconds: serial.seconds, isBase: true });
      rows.push({ what: `${count} numbers, ${parts} threads`, seconds: threads.seconds });
      // Once lost again, a win was chance: a crossing must last.
      fewest = threads.seconds < serial.seconds ? (fewest ?? count) : null;
    } finally {
      await crew.close();
    }
  }
  return {
    subject: 'sum of sqrt(x) + x^2, threads that are there already',
    rows,
    remarks: [
      fewest === null
        ? `Threads did not pay here up to ${counts.at(-1)} numbers.`
        : `From ${fewest} numbers on, threads were faster here. Below, one thread is.`,
    ],
  };
}
