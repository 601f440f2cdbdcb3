import { DTYPES, type Dtype, dtypeOfArray, type NumericArray } from '../core/dtype.js';
import { SourceError } from '../core/errors.js';
import { formatShape, product } from '../core/stack.js';

/** One sample of an iterable. */
export interface SampleRecord {
  /** The frame. It is copied before the next record is asked for. */
  readonly data: NumericArray;
  /** Of the frame; needed in the first record alone, and there only where `frameShape` is not told and frames are not plain rows. */
  readonly shape?: readonly number[];
  /** Number of its class; -1 or absent: none. */
  readonly label?: number;
  /** Number of what it belongs to, such as its recording. */
  readonly group?: number;
}

/** What all records of an iterable have in common. */
export interface RecordForm {
  readonly shape: readonly number[];
  readonly dtype: Dtype;
}

export const isNumeric = (data: unknown): data is NumericArray =>
  Object.values(DTYPES).some(({ array }) => data instanceof array);

const isWhole = (value: unknown, least: number): boolean =>
  value === undefined || (typeof value === 'number' && Number.isInteger(value) && value >= least && value < 2 ** 31);

/** What is wrong with a record; null for a good one. */
export function faultOf(record: unknown, number: number, form: RecordForm): SourceError | null {
  const bad = (why: string): SourceError =>
    new SourceError('bad-record', `Record ${number} ${why}.`, { record: number });
  const { data, shape, label, group } = (record ?? {}) as Partial<SampleRecord>;
  if (!isNumeric(data)) return bad('is no { data, label, group } with a typed array of numbers as its data');
  const dtype = dtypeOfArray(data);
  if (dtype !== form.dtype) return bad(`has data of ${dtype}, but frames are of ${form.dtype}`);
  if (data.length !== product(form.shape) || (shape && shape.join() !== form.shape.join())) {
    const found = shape ? `of ${formatShape(shape)}, ${data.length}` : `${data.length}`;
    return bad(`holds ${found} numbers, but a frame of ${formatShape(form.shape)} has ${product(form.shape)}`);
  }
  if (!isWhole(label, -1)) return bad(`has the label ${String(label)}; labels are numbers of classes, -1 for none`);
  return isWhole(group, 0) ? null : bad(`has the group ${String(group)}; groups are whole numbers from 0 on`);
}
