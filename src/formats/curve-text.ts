import { UsageError } from '../core/errors.js';
import type { NamedArray, Provenance } from '../core/sink.js';
import { formatShape, plainAxis } from '../core/stack.js';
import { entryCount, entryName, isCurves, type Measured, measuredOf } from './measured.js';
import { formatNumber } from './number-text.js';
import { provenanceLines } from './provenance-lines.js';

const withUnit = (name: string, unit: string): string => (unit ? `${name} (${unit})` : name);

/** One column: the numbers of one entry of an array. */
interface Column {
  readonly title: string;
  readonly data: NamedArray['data'];
  readonly start: number;
}

function columnsOf(array: NamedArray, bins: number): Column[] {
  return Array.from({ length: entryCount(array) }, (_, n) => ({
    title: withUnit(`${array.name}${entryName(array, n)}`, array.unit),
    data: array.data,
    start: n * bins,
  }));
}

/** `column 2: intensity` or `columns 2 to 51: intensity of frames 0 to 49, in stored order`. */
function describeBlock(array: NamedArray, first: number): string {
  const count = entryCount(array);
  const what = `${array.name}, ${withUnit(array.label, array.unit)}`;
  if (count === 1) return `column ${first}: ${what}`;
  return `columns ${first} to ${first + count - 1}: ${what}, of frames 0 to ${count - 1}`;
}

/** Curves that can stand side by side: over the same axis. Null when these arrays are anything else. */
export function commonCurves(arrays: readonly NamedArray[]): Measured[] | null {
  const described = arrays.some(({ coordinates }) => coordinates === 1);
  if (!described || !arrays.every(isCurves)) return null;
  return measuredOf(arrays);
}

function axisOf(path: string, measured: readonly Measured[]) {
  const [first] = measured;
  const axis = first?.signal.axes.at(-1) ?? plainAxis(0);
  const bins = first?.signal.shape.at(-1) ?? 0;
  const other = measured.find(({ signal }) => {
    const own = signal.axes.at(-1);
    return signal.shape.at(-1) !== bins || own?.origin !== axis.origin || own.step !== axis.step;
  });
  if (other) {
    throw new UsageError(
      'not-a-table',
      `${path}: ${first?.signal.name} and ${other.signal.name} (${formatShape(other.signal.shape)}) lie over different axes, which one table cannot hold. Write .npz or .h5.`,
    );
  }
  return { axis, bins };
}

/**
 * The lines of a table of curves: coordinate, one column a curve, and behind all of them their uncertainties. Lines
 * that start with `#` say where the curves come from.
 *
 * @param coordinates of the bins where they are known better than from the axis
 * @throws UsageError for curves over different axes
 */
export function* curveLines(
  path: string,
  measured: readonly Measured[],
  coordinates: NamedArray | undefined,
  provenance: Provenance,
  separator: ',' | ' ',
): Generator<string> {
  const { axis, bins } = axisOf(path, measured);
  const blocks = [...measured.map(({ signal }) => signal), ...measured.flatMap(({ errors }) => errors ?? [])];
  for (const line of provenanceLines(provenance)) yield `# ${line}`;
  yield `# column 1: ${withUnit(axis.name, axis.unit)}, middle of each bin`;
  let column = 2;
  for (const block of blocks) {
    yield `# ${describeBlock(block, column)}`;
    column += entryCount(block);
  }
  const columns = blocks.flatMap((block) => columnsOf(block, bins));
  const titles = [withUnit(axis.name, axis.unit), ...columns.map(({ title }) => title)];
  const quoted = (title: string): string => (/[",]/.test(title) ? `"${title.replaceAll('"', '""')}"` : title);
  yield separator === ',' ? titles.map(quoted).join(',') : `# ${titles.join('  ')}`;
  const single = columns.map(({ data }) => data instanceof Float32Array);
  for (let i = 0; i < bins; i++) {
    const x = coordinates?.data[i] ?? axis.origin + i * axis.step;
    const cells = columns.map(({ data, start }, c) => formatNumber(data[start + i] ?? 0, single[c] ?? false));
    yield [formatNumber(x, false), ...cells].join(separator);
  }
}
