// Sums of eight bands of every frame, with a square root so that the order of adding shows. Members of a team take bands; on
// request one of them fails, ends itself or takes its time.
const BANDS = 8;
const pausing = new Int32Array(new SharedArrayBuffer(4));

export default {
  name: 'bands',
  summary: 'sums of bands of every frame',
  inside: true,
  params: {
    failAt: { kind: 'number', help: 'frame at which the last member fails' },
    dieAt: { kind: 'number', help: 'frame at which the last member ends its thread' },
    pause: { kind: 'number', default: 0, unit: 'ms', help: 'pause of the last member at every tile' },
    turns: { kind: 'number', default: 1, help: 'how often to sum up' },
    long: { kind: 'number', default: 0, help: 'numbers that are added up over the team besides' },
  },
  outputs: () => ({
    sums: { kind: 'each', shape: [BANDS], dtype: 'float64' },
    members: { kind: 'each', shape: [], dtype: 'float64' },
    total: { kind: 'whole', shape: [BANDS], dtype: 'float64', merge: 'sum' },
  }),
  init: ({ values }) => values,
  process: ({ data, first, count, team }, { failAt, dieAt, pause, turns, long }, out) => {
    const isLast = team.rank === team.size - 1;
    const reaches = (frame) => isLast && frame !== undefined && first <= frame && frame < first + count;
    if (reaches(failAt)) throw new Error(`no frame ${failAt}`);
    if (reaches(dieAt)) process.exit(9);
    if (isLast && pause > 0) Atomics.wait(pausing, 0, 0, pause);
    const pixels = data.length / count;
    for (let turn = 0; turn < turns; turn++) {
      for (let k = 0; k < count; k++) {
        const sums = out.sums.subarray(k * BANDS, (k + 1) * BANDS).fill(0);
        for (let band = team.rank; band < BANDS; band += team.size) {
          const [from, to] = [0, 1].map((end) => k * pixels + Math.floor((pixels * (band + end)) / BANDS));
          for (let i = from; i < to; i++) sums[band] += Math.sqrt(Math.abs(data[i]));
        }
        team.sum(sums);
        if (turn > 0) continue;
        const members = Float64Array.of(team.rank + 1);
        team.sum(members);
        out.members[k] = members[0];
        for (let band = 0; band < BANDS; band++) out.total[band] += sums[band];
      }
    }
    if (long === 0) return;
    const numbers = Float64Array.from({ length: long }, (_, i) => i + team.rank);
    team.sum(numbers);
    const more = (team.size * (team.size - 1)) / 2;
    if (numbers.some((value, i) => value !== i * team.size + more)) throw new Error('the sum over the team is wrong');
  },
};
