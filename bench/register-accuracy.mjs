// Error of `register` on series whose motion is known, in mm over a sphere of 80 mm about the centre of the volume.
//
//   node bench/register-accuracy.mjs FOLDER... [--NAME VALUE ...]
//
// A folder holds fmri.nii (single file, not compressed) and truth_rp.txt, a row of six parameters for every frame: x, y, z in mm, then
// pitch, roll and yaw in radians, SPM's convention. Options are those of the operator; --kernel ts|wasm, --workers N.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openArray, run } from '../dist/index.js';
import { displacement, fromParameters, invert, multiply } from '../dist/operators/register/rigid.js';

const SPHERE = 80;
const TYPES = { 4: Int16Array, 16: Float32Array, 512: Uint16Array };

function readNifti(path) {
  const bytes = readFileSync(path);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const shape = [1, 2, 3, 4].map((i) => view.getInt16(40 + 2 * i, true));
  const type = TYPES[view.getInt16(70, true)];
  if (view.getInt32(0, true) !== 348 || !type)
    throw new Error(`${path}: not a little-endian NIfTI-1 file of a known type`);
  const offset = bytes.byteOffset + view.getFloat32(108, true);
  const affine = Array.from({ length: 12 }, (_, i) => view.getFloat32(280 + 4 * i, true));
  return {
    shape,
    affine,
    data: new type(
      bytes.buffer.slice(offset),
      0,
      shape.reduce((a, b) => a * b),
    ),
  };
}

function readTruth(path) {
  return readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => fromParameters(line.trim().split(/\s+/).map(Number)));
}

const rms = (values) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

async function measure(folder, values, request) {
  const { shape, affine, data } = readNifti(join(folder, 'fmri.nii'));
  const [nx, ny, nz, frames] = shape;
  const source = openArray([frames, nz, ny, nx], data, { frameRank: 3 });
  const given = { affine, ...values };
  const { arrays, report } = await run('register', source, { values: given, ...request });
  const slot = (name) => arrays.find((one) => one.name === name).data;
  const truth = readTruth(join(folder, 'truth_rp.txt'));
  const at = (x, y, z) => [0, 4, 8].map((r) => affine[r] * x + affine[r + 1] * y + affine[r + 2] * z + affine[r + 3]);
  const centre = at((nx - 1) / 2, (ny - 1) / 2, (nz - 1) / 2);
  const params = slot('params');
  // Everything relative to frame 0, whatever the template was.
  const estimates = truth.map((_, i) => fromParameters(params.slice(6 * i, 6 * i + 6)));
  const errors = estimates.map((one, i) => {
    const relative = multiply(invert(estimates[0]), one);
    return displacement(relative, multiply(invert(truth[0]), truth[i]), SPHERE, centre);
  });
  const flags = slot('flags').filter((flag) => flag !== 0).length;
  return { rms: rms(errors.slice(1)), worst: Math.max(...errors), flags, frames, report };
}

const folders = [];
const values = {};
const request = { layout: 'serial' };
for (let i = 2; i < process.argv.length; i++) {
  const arg = process.argv[i];
  if (!arg.startsWith('--')) folders.push(arg);
  else {
    const name = arg.slice(2).replace(/-[a-z]/g, (s) => s[1].toUpperCase());
    if (name === 'noReslice') values[name] = true;
    else {
      const value = process.argv[++i];
      if (name === 'kernel' || name === 'layout') request[name] = value;
      else if (name === 'workers') request[name] = Number(value);
      else values[name] = value;
    }
  }
}
for (const folder of folders) {
  const { rms: error, worst, flags, frames, report } = await measure(folder, values, request);
  const { prepare, compute, run: seconds } = report.seconds;
  process.stdout.write(
    `${folder.padEnd(12)} rms ${error.toFixed(5)} mm  worst ${worst.toFixed(5)} mm  flagged ${flags}  prepare ${prepare.toFixed(2)} s  ` +
      `compute ${compute.toFixed(2)} s  ${(frames / (prepare + seconds)).toFixed(1)} frames/s (${report.kernel})\n`,
  );
}
