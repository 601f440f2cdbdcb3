import { join } from 'node:path';
import { readAndRemove, tryWriteWhole } from '../../io/scratch.js';
import type { Parcel } from './messages.js';
import { pack, unpack } from './pack.js';

let counter = 0;

/** Wraps plain data for another process: through the scratch folder, else, when there is none or it is full, the pipe. */
export function makeParcel(value: unknown, scratch: string | null): Parcel {
  const bytes = pack(value);
  if (scratch === null) return { bytes };
  const file = join(scratch, `parcel-${process.pid}-${counter++}`);
  return tryWriteWhole(file, bytes) ? { file } : { bytes };
}

/** @param keep leaves the file for others to open too */
export function openParcel(parcel: Parcel, shared: boolean, keep = false): unknown {
  return unpack('bytes' in parcel ? parcel.bytes : readAndRemove(parcel.file, keep), shared);
}
