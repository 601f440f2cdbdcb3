import { difference, heldBytes, measure, sampleNumbers } from '../../measure.js';
import type { Outcome, Setting } from '../../outcome.js';

// One function for each type: a compiler that has to be ready for both makes neither fast.
function sumOfFloat64(numbers: Float64Array): number {
  let total = 0;
  for (let i = 0; i < numbers.length; i++) total += numbers[i] ?? 0;
  return total;
}

function sumOfFloat32(numbers: Float32Array): number {
  let total = 0;
  for (let i = 0; i < numbers.length; i++) total += numbers[i] ?? 0;
  return total;
}

/** The accumulator in float32, too: what is added last is partly lost. */
function sumInFloat32(numbers: Float32Array): number {
  const total = new Float32Array(1);
  for (let i = 0; i < numbers.length; i++) total[0] = (total[0] ?? 0) + (numbers[i] ?? 0);
  return total[0] ?? 0;
}

/** The same numbers as float64 and as float32: half the bytes, and where the digits go. */
export default async function elementTypes({ size }: Setting): Promise<Outcome> {
  const count = size === 'full' ? 10_000_000 : 100_000;
  const wide = await heldBytes(() => sampleNumbers(count));
  const narrow = await heldBytes(() => Float32Array.from(wide.value));

  const exact = await measure(() => sumOfFloat64(wide.value));
  const half = await measure(() => sumOfFloat32(narrow.value));
  const poor = await measure(() => sumInFloat32(narrow.value));
  const error = ({ value }: { value: number }): number => difference([exact.value], [value]);
  return {
    subject: `sum of ${count} numbers; the value is the relative error`,
    rows: [
      { what: 'float64, added in float64', bytes: wide.bytes, seconds: exact.seconds, value: 0 },
      { what: 'float32, added in float64', bytes: narrow.bytes, seconds: half.seconds, value: error(half) },
      { what: 'float32, added in float32', bytes: narrow.bytes, seconds: poor.seconds, value: error(poor) },
    ],
  };
}
