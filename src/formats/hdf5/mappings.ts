import { unsupported } from './bytes.js';
import type { Dataset } from './dataset.js';
import { globalHeapObject } from './heap.js';
import { readSelection, type Selection } from './selection.js';

/** One piece of a virtual data set: this part of it is that part of another data set. */
export interface Mapping {
  /** File as written there; `.` is the file itself. */
  readonly file: string;
  readonly dataset: string;
  readonly source: Selection;
  readonly virtual: Selection;
}

function plainName(dataset: Dataset, name: string): string {
  if (/%\d*b/.test(name)) throw unsupported(dataset.file.path, 'a virtual data set with numbered sources (%b)');
  return name.replaceAll('%%', '%');
}

/** Reads the mappings of a virtual data set. @throws SourceError when they are damaged or of a kind not read here */
export function readMappings(dataset: Dataset, heap: number, entry: number): Mapping[] {
  const { file } = dataset;
  const cursor = globalHeapObject(file, heap, entry);
  if (cursor.u8() !== 0) throw unsupported(file.path, 'a virtual data set of a later format version');
  const count = cursor.length();
  if (count * 32 > cursor.remaining + 32) throw cursor.fail('a virtual data set with too many sources');
  return Array.from({ length: count }, () => {
    const name = plainName(dataset, cursor.zeroTerminated());
    const path = plainName(dataset, cursor.zeroTerminated());
    return { file: name, dataset: path, source: readSelection(cursor, file), virtual: readSelection(cursor, file) };
  });
}
