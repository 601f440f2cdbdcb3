// Takes the mean of the first frames, which it reads before anything else, from every number.
export default {
  name: 'centred',
  summary: 'frames less their mean',
  params: {},
  async prepare({ read }) {
    const frames = await read(0, 5);
    return { mean: Float64Array.of(frames.reduce((sum, value) => sum + value, 0) / frames.length) };
  },
  outputs: (stack) => ({ frames: { kind: 'each', shape: stack.frameShape, dtype: 'float64' } }),
  init: ({ prepared }) => ({ mean: prepared.mean[0] }),
  process({ data }, { mean }, out) {
    for (let i = 0; i < data.length; i++) out.frames[i] = data[i] - mean;
  },
};
