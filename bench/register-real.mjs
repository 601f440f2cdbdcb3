// How far `register` is from SPM12 on measured series, RMS over frames of the displacement in a sphere of 80 mm, in mm.
//
//   node bench/register-real.mjs FOLDER [NAME ...] [--each] [--OPTION VALUE ...]
//
// FOLDER holds NAME.nii.gz and reference/NAME_spm12.csv: a row of frame, x, y, z in mm, pitch, roll and yaw in radians for every
// frame. --each prints every frame; other options are those of the operator.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSource, run } from '../dist/index.js';
import { gridOf } from '../dist/operators/register/prepared.js';
import { displacement, fromParameters, invert, multiply } from '../dist/operators/register/rigid.js';

const SPHERE = 80;
const REFERENCE = '_spm12.csv';

function readMotion(path) {
  const rows = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => /^\d/.test(line));
  return rows.map((row) => fromParameters(row.split(',').slice(1).map(Number)));
}

const rms = (values) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / Math.max(1, values.length));

async function measure(folder, name, values) {
  const source = await openSource(join(folder, `${name}.nii.gz`), { frameRank: 3 });
  const { arrays, report } = await run('register', source, {
    values: { noReslice: true, ...values },
    layout: 'serial',
  });
  const slot = (wanted) => arrays.find((one) => one.name === wanted).data;
  const [params, flags] = [slot('params'), slot('flags')];
  const grid = gridOf(source.handle.stack, values, source.affine?.matrix);
  const centre = [3, 7, 11].map((i) => grid.localToWorld[i]);
  const theirs = readMotion(join(folder, 'reference', name + REFERENCE));
  const ours = theirs.map((_, i) => fromParameters(params.slice(6 * i, 6 * i + 6)));
  const apart = theirs.map((one, i) => {
    const [a, b] = [multiply(invert(ours[0]), ours[i]), multiply(invert(theirs[0]), one)];
    return displacement(a, b, SPHERE, centre);
  });
  return { apart, flags, params, seconds: report.seconds.compute };
}

const [folder, ...rest] = process.argv.slice(2);
const names = [];
const values = {};
let each = false;
for (let i = 0; i < rest.length; i++) {
  if (rest[i] === '--each') each = true;
  else if (rest[i].startsWith('--')) {
    values[rest[i].slice(2).replace(/-[a-z]/g, (s) => s[1].toUpperCase())] = rest[++i];
  } else names.push(rest[i]);
}
const known = readdirSync(join(folder, 'reference')).filter((file) => file.endsWith(REFERENCE));
const wanted = known
  .map((file) => file.slice(0, -REFERENCE.length))
  .filter((name) => names.length === 0 || names.some((n) => name.includes(n)));
for (const name of wanted) {
  const { apart, flags, params, seconds } = await measure(folder, name, values);
  const flagged = [...flags].flatMap((flag, i) => (flag ? [`${i}:${flag}`] : []));
  const good = apart.filter((_, i) => !(flags[i] & 19));
  process.stdout.write(
    `${name.padEnd(28)} ${rms(apart.slice(1)).toFixed(4)} mm, worst ${Math.max(...apart).toFixed(4)}; without failing frames ${rms(good.slice(1)).toFixed(4)}; ` +
      `${(apart.length / seconds).toFixed(0)} frames/s; flags ${flagged.slice(0, 20).join(' ')}${flagged.length > 20 ? ` and ${flagged.length - 20} more` : ''}\n`,
  );
  if (!each) continue;
  for (const [i, one] of apart.entries()) {
    const six = [...params.slice(6 * i, 6 * i + 6)].map((value) => value.toFixed(4).padStart(9));
    process.stdout.write(`  ${String(i).padStart(4)} ${one.toFixed(4)} ${six.join('')} ${flags[i]}\n`);
  }
}
