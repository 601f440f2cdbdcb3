import { defineOperator } from '../core/operator.js';

/** Hands every frame on as it is: what `make` streams to a file. */
export default defineOperator({
  name: 'copy',
  summary: 'every frame as it is, for writing a stack to another file',
  params: {},
  outputs: (stack) => ({
    frames: {
      kind: 'each' as const,
      shape: stack.frameShape,
      dtype: stack.dtype,
      label: 'frames',
      ...(stack.frameShape.length === 2 || stack.frameShape[2] === 3
        ? { image: stack.frameShape.length === 2 ? 2 : 3 }
        : {}),
    },
  }),
  process(tile, _state, out) {
    out.frames.set(tile.data);
  },
});
