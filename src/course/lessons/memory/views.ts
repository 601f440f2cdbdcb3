import { heldBytes, measure } from '../../measure.js';
import type { Outcome, Setting } from '../../outcome.js';

/** A view is a second name for the same bytes; a copy is new bytes. */
export default async function views({ size }: Setting): Promise<Outcome> {
  const count = size === 'full' ? 10_000_000 : 100_000;
  const numbers = new Float64Array(count).fill(1);
  const half = count / 2;

  const view = await heldBytes(() => numbers.subarray(0, half));
  const copy = await heldBytes(() => numbers.slice(0, half));
  const viewTime = await measure(() => numbers.subarray(0, half));
  const copyTime = await measure(() => numbers.slice(0, half));

  // Who writes through the view writes into the original. The copy stays as it was.
  view.value[0] = 5;
  return {
    subject: `the first half of ${count} float64; the value is element 0 of it after the view was written to`,
    rows: [
      { what: 'copy (slice)', bytes: copy.bytes, seconds: copyTime.seconds, value: copy.value[0] ?? 0 },
      { what: 'view (subarray)', bytes: view.bytes, seconds: viewTime.seconds, value: view.value[0] ?? 0 },
      { what: 'the original', bytes: numbers.byteLength, value: numbers[0] ?? 0 },
    ],
  };
}
