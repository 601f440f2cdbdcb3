// Every frame twice as bright, in a file of its own while the run goes on, and what follows from reading it back.
export default {
  name: 'doubled',
  summary: 'every frame twice as bright',
  params: {
    fail: { kind: 'flag', help: 'fails at the third frame' },
    page: { kind: 'text', default: 'report.html', help: 'file of the page' },
  },
  outputs: ({ frameShape, stackShape }) => ({
    doubled: { kind: 'each', shape: frameShape, dtype: 'float64' },
    change: { kind: 'derived', shape: stackShape, dtype: 'float64' },
  }),
  process: (tile, _state, out) => {
    for (let i = 0; i < tile.data.length; i++) out.doubled[i] = 2 * tile.data[i];
  },
  init: () => null,
  finish: ({ change }, { frameShape, stackShape }, { fail }, _prepared, read) => {
    if (fail) throw new Error('it was told to');
    const frames = stackShape.reduce((a, b) => a * b, 1);
    const pixels = frameShape.reduce((a, b) => a * b, 1);
    for (let f = 1; f < frames; f++) {
      const pair = read('doubled', f - 1, 2);
      for (let p = 0; p < pixels; p++) change[f] += Math.abs(pair[pixels + p] - pair[p]);
    }
  },
  folder: (_stack, { page }, name) => ({
    slots: { doubled: `d${name}.npy`, change: 'change.csv' },
    beside: ['note.txt', page],
  }),
  files: ({ name, out, read, values }) => [
    { file: 'note.txt', text: `${name} ${out.change.length} ${read('doubled', 1, 1).length}\n` },
    { file: values.page, page: { title: 'Twice', summary: 'As bright.', facts: [], parts: [] } },
  ],
};
