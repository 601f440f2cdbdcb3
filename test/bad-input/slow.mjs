// The sum over all frames, with a pause at every tile; on request it hoards memory or dies.
const pausing = new Int32Array(new SharedArrayBuffer(4));

export default {
  name: 'slow',
  summary: 'the sum of all frames, slowly',
  params: {
    pause: { kind: 'number', default: 60, unit: 'ms', help: 'pause at every tile' },
    hoard: { kind: 'number', default: 0, unit: 'bytes', help: 'memory to keep at every tile' },
    die: { kind: 'flag', help: 'end the worker at the second tile' },
  },
  outputs: (stack) => ({ sum: { kind: 'whole', shape: stack.frameShape, dtype: 'float64', merge: 'sum' } }),
  init: ({ values }) => ({ ...values, kept: [], tiles: 0 }),
  process: (tile, state, out) => {
    Atomics.wait(pausing, 0, 0, state.pause);
    if (state.hoard > 0) state.kept.push(new Uint8Array(state.hoard).fill(1));
    if (state.die && ++state.tiles === 2) process.exit(7);
    const pixels = tile.data.length / tile.count;
    for (let i = 0; i < tile.data.length; i++) out.sum[i % pixels] += tile.data[i];
  },
};
