import { UsageError } from '../core/errors.js';
import type { NamedArray, Provenance } from '../core/sink.js';
import { type Axis, formatShape } from '../core/stack.js';
import { writeFile } from '../io/output.js';
import { commonCurves, curveLines } from './curve-text.js';
import { isCoordinate } from './measured.js';
import { formatNumber } from './number-text.js';
import { provenanceLines } from './provenance-lines.js';
import { writeLines } from './text-lines.js';

function withUnit(name: string, unit: string): string {
  return unit ? `${name} (${unit})` : name;
}

function describeAxis(axis: Axis | undefined): string {
  if (!axis) return '';
  return `${axis.name}: ${axis.origin} + i * ${axis.step}${axis.unit ? ` ${axis.unit}` : ''}`;
}

/** Curves over one axis, as columns behind their coordinate; a vector per position gives one column a component. */
function columns(arrays: readonly NamedArray[]): { header: string[]; rows: string[][] } {
  const [first] = arrays;
  const axis = first?.axes[0];
  const length = first?.shape[0] ?? 0;
  const header = [withUnit(axis?.name ?? 'index', axis?.unit ?? '')];
  const rows = Array.from({ length }, (_, i) => [formatNumber((axis?.origin ?? 0) + i * (axis?.step ?? 1), false)]);
  for (const { data, shape, name, unit } of arrays) {
    const width = shape[1] ?? 1;
    const single = data instanceof Float32Array;
    for (let c = 0; c < width; c++) header.push(withUnit(width > 1 ? `${name}[${c}]` : name, unit));
    rows.forEach((row, i) => {
      for (let c = 0; c < width; c++) row.push(formatNumber(data[i * width + c] ?? 0, single));
    });
  }
  return { header, rows };
}

/** An image: one line a row, nothing but its numbers. */
function matrix({ data, shape }: NamedArray): string[][] {
  const [height = 0, width = 0] = shape;
  const single = data instanceof Float32Array;
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (__, x) => formatNumber(data[y * width + x] ?? 0, single)),
  );
}

/** An image, or curves without axes of their own. */
function tableLines(
  path: string,
  arrays: readonly NamedArray[],
  provenance: Provenance,
  separator: ',' | ' ',
): string[] {
  const [first] = arrays;
  const image = arrays.length === 1 && first?.shape.length === 2 ? first : undefined;
  const curves = arrays.every(
    ({ shape }) => shape[0] === first?.shape[0] && (shape.length === 1 || (shape.length === 2 && shape[1] === 2)),
  );
  if (!image && !curves) {
    const shapes = arrays.map(({ name, shape }) => `${name} is ${formatShape(shape)}`).join(', ');
    throw new UsageError(
      'not-a-table',
      `${path}: text holds one image, or curves of equal length, but ${shapes}. Write .npz or .h5.`,
    );
  }
  const notes = [
    ...provenanceLines(provenance),
    ...arrays.map(({ name, label, unit }) => withUnit(`${name}: ${label}`, unit)),
    ...(image ? image.axes.map((axis, d) => `${d === 0 ? 'rows' : 'columns'}: ${describeAxis(axis)}`) : []),
  ];
  const { header, rows } = image ? { header: [], rows: matrix(image) } : columns(arrays);
  const commented = separator === ' ';
  const title = header.length === 0 ? [] : [`${commented ? '# ' : ''}${header.join(commented ? '  ' : ',')}`];
  return [...notes.map((note) => `# ${note}`), ...title, ...rows.map((row) => row.join(separator))];
}

/**
 * Writes one image, any number of curves of equal length, or a series of curves with their uncertainties, as text.
 * Lines that start with `#` keep units, axes and how the numbers came to be.
 *
 * @param separator `,` for .csv, a blank for .txt, .xy and .dat
 * @throws UsageError for arrays of more dimensions, or curves of different lengths; SinkError
 */
export function writeText(
  path: string,
  arrays: readonly NamedArray[],
  provenance: Provenance,
  overwrite: boolean,
  separator: ',' | ' ',
): void {
  const curves = commonCurves(arrays);
  const lines = curves
    ? curveLines(path, curves, arrays.find(isCoordinate), provenance, separator)
    : tableLines(path, cakeAlone(arrays), provenance, separator);
  writeFile(path, overwrite, (file) => writeLines(file, lines));
}

/** Without the coordinates of a single map, which its header names. */
function cakeAlone(arrays: readonly NamedArray[]): readonly NamedArray[] {
  const values = arrays.filter((array) => !isCoordinate(array));
  return values.length === 1 && values[0]?.coordinates === 2 ? values : arrays;
}
