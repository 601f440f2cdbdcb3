import { openOperator } from 'fanfold';
import { difference, measure, sampleNumbers } from '../../measure.js';
import type { Outcome, Row, Setting } from '../../outcome.js';

/** Where a neighbour outside the image is looked up; -1: nowhere, it counts as 0. Names as in `fanfold run filter`. */
const RULES: Readonly<Record<string, (x: number, length: number) => number>> = {
  'zero-border': (x) => x,
  zero: (x, length) => (x < 0 || x >= length ? -1 : x),
  nearest: (x, length) => Math.min(Math.max(x, 0), length - 1),
  reflect: (x, length) => (x < 0 ? -1 - x : x >= length ? 2 * length - 1 - x : x),
  mirror: (x, length) => (x < 0 ? -x : x >= length ? 2 * length - 2 - x : x),
  wrap: (x, length) => (x + length) % length,
};

/** The plain loop under any rule. With `zero-border` the outermost pixels are never written, and stay 0. */
function meanOf(data: Float64Array, extent: number, border: string): Float64Array {
  const rule = RULES[border];
  const lookUp = Int32Array.from({ length: extent + 2 }, (_, i) => rule?.(i - 1, extent) ?? -1);
  const skip = border === 'zero-border' ? 1 : 0;
  const result = new Float64Array(extent * extent);
  for (let y = skip; y < extent - skip; y++) {
    for (let x = skip; x < extent - skip; x++) {
      let sum = 0;
      for (let dy = 0; dy < 3; dy++) {
        let part = 0;
        for (let dx = 0; dx < 3; dx++) {
          const row = lookUp[y + dy] ?? -1;
          const column = lookUp[x + dx] ?? -1;
          if (row >= 0 && column >= 0) part += data[row * extent + column] ?? 0;
        }
        sum += part;
      }
      result[y * extent + x] = sum / 9;
    }
  }
  return result;
}

/** The mean of the last column: what a border rule decides. */
function meanOfLastColumn(image: ArrayLike<number>, extent: number): number {
  let sum = 0;
  for (let y = 0; y < extent; y++) sum += image[(y + 1) * extent - 1] ?? 0;
  return sum / extent;
}

/** One image, six answers to what lies outside of it: the plain loop and the fast filter, under the same rule each time. */
export default async function borderRules({ size }: Setting): Promise<Outcome> {
  const extent = size === 'full' ? 1000 : 100;
  // Brighter towards the right, so that it matters which pixel stands in for what is not there.
  const data = sampleNumbers(extent * extent).map((x, i) => (x + (i % extent) / extent) / 2);
  const rows: Row[] = [{ what: 'the image itself', value: meanOfLastColumn(data, extent) }];
  for (const border of Object.keys(RULES)) {
    const filter = await openOperator('filter', { shape: [extent, extent], dtype: 'float64', values: { border } });
    const slow = await measure(() => meanOf(data, extent, border));
    const fast = await measure(() => filter.apply(data).filtered ?? []);
    const value = meanOfLastColumn(fast.value, extent);
    rows.push({ what: `${border}: plain loop`, seconds: slow.seconds, isBase: true });
    rows.push({
      what: `${border}: filter`,
      seconds: fast.seconds,
      value,
      difference: difference(slow.value, fast.value),
    });
    filter.close();
  }
  return {
    subject: `3x3 mean of ${extent} x ${extent} pixels; the value is the mean of the last column`,
    rows,
    remarks: ['Compare two filters under one border rule only: the inside agrees in any case, and hides the rest.'],
  };
}
