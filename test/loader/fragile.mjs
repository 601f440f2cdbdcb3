// Copies samples; its values say what happens to some of them: `bad` ones fail (`until` a file is made), `exit` ones end the thread (once, with a marker file).
import { existsSync, writeFileSync } from 'node:fs';

const numbers = (text) => text.split(',').filter(Boolean).map(Number);

export default {
  name: 'fragile',
  summary: 'copies, or does not',
  params: {
    bad: { kind: 'text', default: '', help: 'samples that fail' },
    until: { kind: 'text', default: '', help: 'file from whose making on they do not' },
    exit: { kind: 'text', default: '', help: 'samples that end the thread' },
    marker: { kind: 'text', default: '', help: 'file that is made when it ends' },
  },
  outputs: (stack) => ({ frames: { kind: 'each', shape: stack.frameShape, dtype: stack.dtype } }),
  init: ({ values }) => ({ ...values, bad: numbers(values.bad), exit: numbers(values.exit) }),
  process({ data, first, count }, { bad, until, exit, marker }, out) {
    const has = (sample) => first <= sample && sample < first + count;
    if (exit.some(has) && !(marker && existsSync(marker))) {
      if (marker) writeFileSync(marker, '');
      process.exit(5);
    }
    if (bad.some(has) && !(until && existsSync(until))) throw new Error('no good');
    out.frames.set(data);
  },
};
