// The course of every frame, scaled, and its sum; PAUSE milliseconds for every tile, and an error at frame FAIL_AT, both from the environment.
const pausing = new Int32Array(new SharedArrayBuffer(4));
const { PAUSE = '0', FAIL_AT = '-1' } = process.env;

export default {
  name: 'steady',
  summary: 'every frame, scaled, and its sum',
  params: { scale: { kind: 'number', default: 3, help: 'factor' } },
  outputs: (stack) => ({
    scaled: { kind: 'each', shape: stack.frameShape, dtype: 'float32' },
    sum: { kind: 'each', shape: [], dtype: 'float64' },
    factor: { kind: 'derived', shape: [1], dtype: 'float64' },
  }),
  // Much arithmetic: dealt out in 64 parts.
  flops: () => 1e9,
  init: ({ values }) => values.scale,
  process: (tile, scale, out) => {
    if (Number(PAUSE) > 0) Atomics.wait(pausing, 0, 0, Number(PAUSE));
    const last = Number(FAIL_AT);
    if (last >= tile.first && last < tile.first + tile.count) throw new Error('asked to fail');
    const pixels = tile.data.length / tile.count;
    for (let frame = 0; frame < tile.count; frame++) {
      let sum = 0;
      for (let i = frame * pixels; i < (frame + 1) * pixels; i++) {
        out.scaled[i] = scale * tile.data[i];
        sum += tile.data[i];
      }
      out.sum[frame] = sum;
    }
  },
  finish: (out, _stack, { scale }) => {
    out.factor[0] = scale;
    for (let i = 0; i < out.sum.length; i++) out.sum[i] *= 2;
  },
};
