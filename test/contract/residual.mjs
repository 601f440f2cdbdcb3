// Two passes: the mean frame, then each frame's mean squared distance from it.
export default {
  name: 'residual',
  summary: 'distance of every frame from the mean frame',
  params: {},
  outputs: (stack) => ({
    template: { kind: 'whole', shape: stack.frameShape, dtype: 'float64', merge: 'sum', private: true },
    residual: { kind: 'each', shape: [], dtype: 'float64' },
  }),
  cost: ({ frameShape }) => ({ workerBytes: 0, laterPreparedBytes: frameShape.reduce((a, b) => a * b, 1) * 8 + 256 }),
  prepare: () => ({ pass: 0 }),
  again: ({ stack }, pass, { template }) => {
    const frames = stack.stackShape.reduce((a, b) => a * b, 1);
    return pass === 0 ? { pass: 1, mean: template.map((sum) => sum / frames) } : null;
  },
  init: ({ prepared }) => prepared,
  process: (tile, { pass, mean }, out) => {
    const pixels = tile.data.length / tile.count;
    for (let k = 0; k < tile.count; k++) {
      let sum = 0;
      for (let p = 0; p < pixels; p++) {
        const value = tile.data[k * pixels + p];
        if (pass === 0) out.template[p] += value;
        else sum += (value - mean[p]) ** 2;
      }
      if (pass === 1) out.residual[k] = sum / pixels;
    }
  },
};
