// Whether the standard errors of `register` are right: how far its estimates scatter over series that differ in their noise alone, against
// the errors it states.
//
//   node bench/register-errors.mjs [--seeds 200] [--shape 3x16x32x32] [--NAME VALUE ...]
//
// Options of `make --kind fmri` (motion, noise, bias, ...) go to the series, all others to the operator. Printed for frames 1 and 2 and each
// parameter: scatter, root mean square of the stated errors, their ratio, and how far the mean is from the truth, in scatters.
import { openSynthetic, syntheticTruth } from '../dist/formats/synthetic/index.js';
import { run } from '../dist/index.js';

const OF_SERIES = new Set(['seed', 'voxel', 'tr', 'motion', 'noise', 'drift', 'activation', 'bias', 'dtype']);
const NAMES = ['x', 'y', 'z', 'pitch', 'roll', 'yaw'];

const given = { seeds: '200', shape: '3x16x32x32' };
for (let i = 2; i < process.argv.length; i += 2) {
  const name = process.argv[i].slice(2).replace(/-[a-z]/g, (s) => s[1].toUpperCase());
  given[name] = process.argv[i + 1];
}
const { seeds, shape, seed = 1, dtype, ...options } = given;
const series = Object.fromEntries(Object.entries(options).filter(([name]) => OF_SERIES.has(name)));
const values = Object.fromEntries(Object.entries(options).filter(([name]) => !OF_SERIES.has(name)));
const extents = shape.split('x').map(Number);
const [frames] = extents;

const sums = {
  value: new Float64Array(6 * frames),
  square: new Float64Array(6 * frames),
  stated: new Float64Array(6 * frames),
};
let truth = new Float64Array(0);
for (let noiseSeed = 1; noiseSeed <= Number(seeds); noiseSeed++) {
  const source = openSynthetic('fmri', extents, dtype, Number(seed), { ...series, noiseSeed });
  truth = syntheticTruth(source.handle).find(({ name }) => name === 'params').data;
  const { arrays } = await run('register', source, { layout: 'serial', values: { noReslice: true, ...values } });
  const slot = (name) => arrays.find((one) => one.name === name).data;
  const [params, errors] = [slot('params'), slot('errors')];
  for (let i = 6; i < 6 * frames; i++) {
    const away = params[i] - truth[i];
    sums.value[i] += away;
    sums.square[i] += away * away;
    sums.stated[i] += errors[i] ** 2;
  }
}
const n = Number(seeds);
for (let i = 6; i < 6 * frames; i++) {
  const bias = sums.value[i] / n;
  const scatter = Math.sqrt((sums.square[i] - n * bias * bias) / (n - 1));
  const stated = Math.sqrt(sums.stated[i] / n);
  process.stdout.write(
    `frame ${Math.floor(i / 6)} ${NAMES[i % 6].padEnd(6)} scatter ${scatter.toExponential(3)}  stated ${stated.toExponential(3)}  ` +
      `ratio ${(scatter / stated).toFixed(3)}  bias ${(bias / scatter).toFixed(2)}\n`,
  );
}
