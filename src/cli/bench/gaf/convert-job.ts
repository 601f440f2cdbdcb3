import { openConverter } from '../../../convert/crew.js';
import { convertInto } from '../../../convert/index.js';
import { allocateShared } from '../../../convert/shared.js';
import { allocate, DTYPES, isInteger } from '../../../core/dtype.js';
import type { GafJob, Repeatable } from './job.js';

/** Numbers from -1 to 1 as all of an integer's range, or as they are. */
const scalingFor = (dtype: GafJob['dtype']) => (isInteger(dtype) ? { scale: 127.5, offset: 127.5 } : {});

/** One large array into another that is reused: in the calling thread, or with a crew of several. */
export function convertJob({ from, dtype, bytes, shared, workers }: GafJob): Repeatable {
  const length = Math.max(1, Math.floor(bytes / DTYPES[from].bytes));
  const make = shared ? allocateShared : allocate;
  const [source, target] = [make(from, length), make(dtype, length)];
  const pattern = Float64Array.from({ length: 9216 }, (_, i) => Math.sin(i));
  for (let at = 0; at < length; at += pattern.length)
    source.set(pattern.subarray(0, Math.min(pattern.length, length - at)), at);
  const crew = workers > 1 ? openConverter({ workers }) : null;
  const scaling = scalingFor(dtype);
  return {
    bytes: source.byteLength,
    frames: null,
    once: async () => {
      if (crew) await crew.convertInto(source, target, scaling);
      else convertInto(source, target, scaling);
    },
    first: () => null,
    close: async () => crew?.close(),
  };
}
