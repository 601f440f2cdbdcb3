import { UsageError } from '../core/errors.js';
import type { NamedArray, Provenance } from '../core/sink.js';
import { type Axis, formatShape } from '../core/stack.js';
import { writeFile } from '../io/output.js';

/** Shortest decimal that reads back as the same number of the array's own precision. */
function formatNumber(value: number, single: boolean): string {
  if (!single || Number.isInteger(value) || !Number.isFinite(value)) {
    return Number.isFinite(value) ? String(value) : Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  }
  for (let digits = 6; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(Number(value.toPrecision(9)));
}

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

/**
 * Writes one image, or any number of curves of equal length, as text. Lines that start with `#` keep units, axes and
 * the recipe.
 *
 * @param separator `,` for .csv, a blank for .txt and .xy
 * @throws UsageError for arrays of more dimensions, or curves of different lengths; SinkError
 */
export function writeText(
  path: string,
  arrays: readonly NamedArray[],
  provenance: Provenance,
  overwrite: boolean,
  separator: ',' | ' ',
): void {
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
    `${provenance.program} ${provenance.version}`,
    provenance.recipe.replaceAll('\n', ' '),
    ...arrays.map(({ name, label, unit }) => withUnit(`${name}: ${label}`, unit)),
    ...(image ? image.axes.map((axis, d) => `${d === 0 ? 'rows' : 'columns'}: ${describeAxis(axis)}`) : []),
  ];
  const { header, rows } = image ? { header: [], rows: matrix(image) } : columns(arrays);
  const commented = separator === ' ';
  const title = header.length === 0 ? [] : [`${commented ? '# ' : ''}${header.join(commented ? '  ' : ',')}`];
  const lines = [...notes.map((note) => `# ${note}`), ...title, ...rows.map((row) => row.join(separator))];
  writeFile(path, overwrite, (file) => file.write(new TextEncoder().encode(`${lines.join('\n')}\n`), 0));
}
