import { openOperator } from 'fanfold';
import { difference, measure, sampleNumbers } from '../../measure.js';
import type { Outcome, Setting } from '../../outcome.js';
import { type Crew, openProcesses, openThreads } from './crews.js';
import { cut, sumOf } from './numbers.js';

const PARTS = 4;

/** The first sum with its workers' start, and later ones without. */
async function timeCrew(open: () => Crew): Promise<{ first: number; later: number; value: number }> {
  const start = performance.now();
  const crew = open();
  try {
    await crew.sum();
    const first = (performance.now() - start) / 1000;
    const { seconds, value } = await measure(() => crew.sum());
    return { first, later: seconds, value };
  } finally {
    await crew.close();
  }
}

/** sum(sqrt(x) + x^2): the map over four parts, the reduction over four numbers. Who should do the parts? */
export default async function fourParts({ size }: Setting): Promise<Outcome> {
  // Three more than a round number: parts of unequal length, as it happens outside of textbooks.
  const count = (size === 'full' ? 1_000_000 : 10_000) + 3;
  const numbers = new Float64Array(new SharedArrayBuffer(count * 8));
  numbers.set(sampleNumbers(count));
  const bounds = cut(count, PARTS);

  const whole = await measure(() => sumOf(numbers, 0, count));
  const inParts = await measure(() => {
    let total = 0;
    for (let part = 0; part < PARTS; part++) total += sumOf(numbers, bounds[part] ?? 0, bounds[part + 1] ?? 0);
    return total;
  });
  const threads = await timeCrew(() => openThreads(numbers, PARTS));
  const processes = await timeCrew(() => openProcesses(numbers, PARTS));
  const values = { expr: 'sqrt(x) + x^2', by: 'sum' };
  const reduce = await openOperator('reduce', { shape: [1, count], dtype: 'float64', values });
  // Put into its memory once: what is timed are the numbers where they lie, as in the other rows.
  reduce.input.set(numbers);
  const compiled = await measure(() => reduce.apply().value?.[0] ?? Number.NaN);
  const error = (value: number): number => difference([whole.value], [value]);
  return {
    subject: `sum of sqrt(x) + x^2 over ${count} numbers`,
    rows: [
      { what: 'one thread, one loop', seconds: whole.seconds },
      { what: `one thread, ${PARTS} parts`, seconds: inParts.seconds, difference: error(inParts.value) },
      { what: 'one thread, fanfold reduce', seconds: compiled.seconds, difference: error(compiled.value) },
      { what: `${PARTS} threads that are there`, seconds: threads.later, difference: error(threads.value) },
      { what: `${PARTS} threads, started for it`, seconds: threads.first },
      { what: `${PARTS} processes that are there`, seconds: processes.later, difference: error(processes.value) },
      { what: `${PARTS} processes, started for it`, seconds: processes.first },
    ],
    tolerance: 1e-12,
  };
}
