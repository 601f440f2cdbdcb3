import { sampleNumbers } from '../../measure.js';
import type { Outcome, Row, Setting } from '../../outcome.js';

/** Where a neighbour outside the row is looked up; -1: nowhere, it counts as 0. */
const RULES: Readonly<Record<string, (x: number, length: number) => number>> = {
  'outside is zero': (x, length) => (x < 0 || x >= length ? -1 : x),
  'outside is the nearest pixel': (x, length) => Math.min(Math.max(x, 0), length - 1),
  'outside is a mirror': (x, length) => (x < 0 ? -x - 1 : x >= length ? 2 * length - 1 - x : x),
};

function meanOf(data: Float64Array, extent: number, rule: (x: number, length: number) => number): Float64Array {
  const lookUp = Int32Array.from({ length: extent + 2 }, (_, i) => rule(i - 1, extent));
  const result = new Float64Array(extent * extent);
  for (let y = 0; y < extent; y++) {
    for (let x = 0; x < extent; x++) {
      let sum = 0;
      for (let dy = 0; dy < 3; dy++) {
        for (let dx = 0; dx < 3; dx++) {
          const [row, column] = [lookUp[y + dy] ?? 0, lookUp[x + dx] ?? 0];
          if (row >= 0 && column >= 0) sum += data[row * extent + column] ?? 0;
        }
      }
      result[y * extent + x] = sum / 9;
    }
  }
  return result;
}

/** What array slices give: all pixels with nine neighbours; the outermost ones are never written and stay 0. */
function meanOfInterior(data: Float64Array, extent: number): Float64Array {
  const inside = meanOf(data, extent, (x) => x);
  const result = new Float64Array(extent * extent);
  for (let y = 1; y < extent - 1; y++) {
    result.set(inside.subarray(y * extent + 1, (y + 1) * extent - 1), y * extent + 1);
  }
  return result;
}

/** The mean of the result's outermost pixels: what a border rule decides. */
function meanAtBorder(result: Float64Array, extent: number): number {
  let sum = 0;
  for (let i = 0; i < extent - 1; i++) {
    const [top, right] = [i, i * extent + extent - 1];
    const [bottom, left] = [(extent - 1) * extent + i + 1, (i + 1) * extent];
    for (const place of [top, right, bottom, left]) sum += result[place] ?? 0;
  }
  return sum / (4 * (extent - 1));
}

/** One image, four answers to what lies outside of it. */
export default async function borderRules({ size }: Setting): Promise<Outcome> {
  const extent = size === 'full' ? 1000 : 100;
  const data = sampleNumbers(extent * extent);
  const rows: Row[] = [{ what: 'border left at zero', value: meanAtBorder(meanOfInterior(data, extent), extent) }];
  for (const [what, rule] of Object.entries(RULES)) {
    rows.push({ what, value: meanAtBorder(meanOf(data, extent, rule), extent) });
  }
  return {
    subject: `mean brightness of the border after a 3x3 mean of ${extent} x ${extent} pixels whose mean is a half`,
    rows,
    remarks: ['Compare two filters under one border rule only: the inside agrees in any case, and hides the rest.'],
  };
}
