import type { SourceHandle } from '../core/source.js';
import type { Filler } from './filled.js';

/** Copies windows out of the series they lie on. */
export function fillWindows({ stack, values, first, pitch }: SourceHandle & { readonly kind: 'windows' }): Filler {
  const [channels = 1, length = 1] = stack.frameShape;
  return {
    read(from, count, into) {
      const frames = new Float64Array(into.buffer, into.byteOffset, count * channels * length);
      for (let n = 0; n < count; n++) {
        const [start, step] = [first[from + n] ?? 0, pitch[from + n] ?? 0];
        for (let c = 0; c < channels; c++) {
          const at = start + c * step;
          frames.set(values.subarray(at, at + length), (n * channels + c) * length);
        }
      }
    },
  };
}
