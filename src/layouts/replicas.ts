import { UsageError } from '../core/errors.js';
import type { Storage } from '../core/storage.js';
import { InputFile } from '../io/file.js';

/** The files that stand for those of the source. @throws UsageError when it is not one file */
export function replicaFiles(storage: Storage | null, replica: string): string[] {
  if (storage?.files.length === 1) return [replica];
  throw new UsageError('bad-replica', '--replica needs a source that is one file.');
}

const SAMPLES = 32;
const SAMPLE_BYTES = 65536;

/** Where two files of one size differ among samples spread over them, first and last bytes included; null nowhere. */
function firstDifference(a: InputFile, b: InputFile): number | null {
  const length = Math.min(SAMPLE_BYTES, a.size);
  const [one, other] = [new Uint8Array(length), new Uint8Array(length)];
  for (let k = 0; k < SAMPLES; k++) {
    const at = Math.floor(((a.size - length) * k) / (SAMPLES - 1));
    a.read(one, at);
    b.read(other, at);
    if (one.some((byte, i) => byte !== other[i])) return at;
  }
  return null;
}

/** A copy must have the source's size and, where it is looked at, its bytes; one on the same disk is used, and told to be of no help. @throws UsageError */
export function checkReplica(path: string | undefined, replica: string): string[] {
  if (path === undefined) return [];
  const original = InputFile.open(path);
  let copy: InputFile | null = null;
  try {
    copy = InputFile.open(replica);
    if (copy.size !== original.size) {
      throw new UsageError(
        'replica-differs',
        `${replica} holds ${copy.size} bytes, but ${path} holds ${original.size}: a replica is an exact copy.`,
      );
    }
    const at = firstDifference(original, copy);
    if (at !== null) {
      throw new UsageError(
        'replica-differs',
        `${replica} differs from ${path} near byte ${at}: a replica is an exact copy.`,
      );
    }
  } finally {
    original.close();
    copy?.close();
  }
  return copy.device === original.device
    ? [`${replica} lies on the same disk as the source: reading both is no faster.`]
    : [];
}
