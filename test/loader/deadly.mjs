// An operator that kills its process at one sample: the first time alone, or (?always) every time; (?slow) takes its time.
import { existsSync, writeFileSync } from 'node:fs';

const { searchParams } = new URL(import.meta.url);
const marker = searchParams.get('marker');

export default {
  name: 'deadly',
  summary: 'kills its process',
  params: {},
  outputs: (stack) => ({ frames: { kind: 'each', shape: stack.frameShape, dtype: stack.dtype } }),
  process({ data, first, count }, _state, out) {
    const at = Number(searchParams.get('at') ?? -1);
    if (first <= at && at < first + count && (searchParams.has('always') || !existsSync(marker))) {
      if (marker) writeFileSync(marker, '');
      process.kill(process.pid, 'SIGKILL');
    }
    if (searchParams.has('slow')) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20 * count);
    if (searchParams.has('throws')) throw new Error('no good');
    out.frames.set(data);
  },
};
