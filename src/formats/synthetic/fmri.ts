import { allocate, isInteger, viewOf } from '../../core/dtype.js';
import { UsageError } from '../../core/errors.js';
import type { Values } from '../../core/params.js';
import type { NamedArray } from '../../core/sink.js';
import type { Affine } from '../../core/source.js';
import { formatShape, frameBytes, framePixels, makeStack, plainAxis, type Stack } from '../../core/stack.js';
import { activityAt, type Head, makeHead, signalAt } from './fmri-head.js';
import { correctionOf, type MotionKind, type Placing, parametersOf, posesOf, turned } from './fmri-motion.js';
import { defineGenerator } from './generator.js';
import { frameKey } from './keyed-random.js';
import { rician } from './rician.js';

const PARAMS = {
  voxel: {
    kind: 'numbers',
    length: 3,
    example: '3.5,3.5,4',
    unit: 'mm',
    help: 'voxel size along x (fastest), y, z (default: a field of view of 224 x 224 x 144 mm)',
  },
  tr: { kind: 'number', help: 'from volume to volume', unit: 's', default: 2, min: 1e-3, max: 1e3 },
  motion: {
    kind: 'choice',
    choices: ['none', 'small', 'typical', 'large'],
    default: 'typical',
    help: 'how far the head moves: not at all, 0.2 times, as most do (about 1 mm and 1 degree), 4 times',
  },
  noise: {
    kind: 'number',
    help: 'standard deviation in each channel of the receiver, of the signal of grey matter: 100 / tSNR',
    unit: '%',
    default: 1.5,
    min: 0,
    max: 100,
  },
  noiseSeed: {
    kind: 'number',
    help: 'noise apart from --seed, which decides head and motion',
    default: 1,
    min: 0,
    integer: true,
  },
  drift: { kind: 'number', help: 'by how much all signals grow in the end', unit: '%', default: 2, min: -50, max: 50 },
  activation: {
    kind: 'number',
    help: 'rise of the signal in a part of the brain, 20 s of every 40',
    unit: '%',
    default: 1.5,
    min: 0,
    max: 50,
  },
  bias: {
    kind: 'number',
    help: 'how uneven the receive field is, which stays with the scanner',
    unit: '%',
    default: 20,
    min: 0,
    max: 80,
  },
} as const;

type FmriValues = Values<typeof PARAMS>;

/** Values of grey matter in the file. */
const GREY = 1000;

/** Size of the field of view along x, y and z, mm, unless voxels are given. */
const FIELD = [224, 224, 144] as const;

/** Middle of the field of view in the scanner, mm: not its origin, about which motion is told. */
const OFFSET = [0, -14, 22] as const;

/** Middle of the brain from there, and how the head lies in the scanner: turns in degrees. */
const LIE = { place: [1.5, 1, -5] as const, turns: [7, -2, 3] as const };

/** Seconds after which two thirds of the drift are over, and of one half of an activation. */
const SETTLING = 100;
const HALF_BLOCK = 20;

/** Nodes and weights by Gauss and Legendre: an average over the thickness of a slice. */
const NODES = [-0.3872983346207417, 0, 0.3872983346207417] as const;
const WEIGHTS = [5 / 18, 8 / 18, 5 / 18] as const;

function voxelOf({ frameShape }: Pick<Stack, 'frameShape'>, { voxel }: FmriValues): [number, number, number] {
  const [nz = 1, ny = 1, nx = 1] = frameShape;
  const own = [FIELD[0] / nx, FIELD[1] / ny, FIELD[2] / nz];
  const at = (k: number) => voxel?.[k] ?? own[k] ?? 1;
  return [at(0), at(1), at(2)];
}

function affineOf(stack: Stack, values: FmriValues): Affine {
  const sizes = voxelOf(stack, values);
  const extents = [...stack.frameShape].reverse();
  const matrix = [0, 1, 2].flatMap((row) => {
    const origin = (OFFSET[row] ?? 0) - ((sizes[row] ?? 1) * ((extents[row] ?? 1) - 1)) / 2;
    return [...sizes.map((size, column) => (row === column ? size : 0)), origin];
  });
  return { matrix, code: 1, from: 'sform' };
}

/** Middle of the brain in frame 0, world mm. */
const MIDDLE = OFFSET.map((value, k) => value + (LIE.place[k] ?? 0));

function correctionsOf({ stackShape: [frames = 1] }: Stack, { motion }: FmriValues, seed: number): Placing[] {
  return posesOf(seed, frames, motion as MotionKind).map((pose) => correctionOf(pose, MIDDLE));
}

/** From voxels of a frame (x, y, z) to mm from the middle of the brain. */
function toHead({ matrix: affine }: Affine, correction: Placing): number[] {
  const [pitch, roll, yaw] = LIE.turns.map((turn) => (turn * Math.PI) / 180);
  const r = turned(pitch ?? 0, roll ?? 0, yaw ?? 0);
  const world = [0, 1, 2].flatMap((row) =>
    [0, 1, 2, 3].map((column) => {
      const sum = [0, 1, 2].reduce((s, k) => s + (correction[4 * row + k] ?? 0) * (affine[4 * k + column] ?? 0), 0);
      return column === 3 ? sum + (correction[4 * row + 3] ?? 0) - (MIDDLE[row] ?? 0) : sum;
    }),
  );
  return [0, 1, 2].flatMap((row) =>
    [0, 1, 2, 3].map((column) =>
      [0, 1, 2].reduce((s, k) => s + (r[3 * row + k] ?? 0) * (world[4 * k + column] ?? 0), 0),
    ),
  );
}

/** Factor of all signals at a time. */
const gainAt = ({ drift, tr }: FmriValues, frame: number) =>
  1 + (drift / 100) * (1 - Math.exp(-(frame * tr) / SETTLING));

const isActive = ({ tr }: FmriValues, frame: number) => Math.floor((frame * tr) / HALF_BLOCK) % 2 === 1;

/** Sensitivity of the receiver at every voxel: weaker in the middle than near the coils, and stronger at the back. */
function receiveField(stack: Stack, values: FmriValues): Float32Array {
  const [nz = 1, ny = 1, nx = 1] = stack.frameShape;
  const [vx, vy, vz] = voxelOf(stack, values);
  const field = new Float32Array(nx * ny * nz);
  let at = 0;
  for (let k = 0; k < nz; k++) {
    const z = ((k - (nz - 1) / 2) * vz) / 100;
    for (let j = 0; j < ny; j++) {
      const y = ((j - (ny - 1) / 2) * vy) / 100;
      for (let i = 0; i < nx; i++) {
        const x = ((i - (nx - 1) / 2) * vx) / 100;
        const squares = x * x + y * y + z * z;
        field[at++] = 1 + ((values.bias / 100) * (squares - 0.35 - 0.4 * y + 0.2 * x)) / (1 + 0.5 * squares);
      }
    }
  }
  return field;
}

/** The signal of one frame, without noise: averages over the thickness of the slices. */
function expose(
  head: Head,
  m: readonly number[],
  [nz = 1, ny = 1, nx = 1]: readonly number[],
  active: number,
  into: Float64Array,
): void {
  const [m0 = 0, m1 = 0, m2 = 0, m3 = 0, m4 = 0, m5 = 0, m6 = 0, m7 = 0, m8 = 0, m9 = 0, m10 = 0, m11 = 0] = m;
  into.fill(0);
  for (let k = 0; k < nz; k++) {
    for (const [n, node] of NODES.entries()) {
      const weight = WEIGHTS[n] ?? 0;
      for (let j = 0; j < ny; j++) {
        const x0 = m1 * j + m2 * (k + node) + m3;
        const y0 = m5 * j + m6 * (k + node) + m7;
        const z0 = m9 * j + m10 * (k + node) + m11;
        const row = (k * ny + j) * nx;
        for (let i = 0; i < nx; i++) {
          const x = x0 + m0 * i;
          const y = y0 + m4 * i;
          const z = z0 + m8 * i;
          const signal = signalAt(head, x, y, z);
          if (signal === 0) continue;
          const rise = active > 0 ? 1 + active * activityAt(head, x, y, z) : 1;
          into[row + i] = (into[row + i] ?? 0) + weight * signal * rise;
        }
      }
    }
  }
}

/** As SPM writes its realignment parameters: six columns, `%16.7e`. */
function rpText(corrections: readonly Placing[]): string {
  const number = (value: number) =>
    value
      .toExponential(7)
      .replace(/e([+-])(\d)$/, 'e$10$2')
      .padStart(16);
  return corrections.map((one) => `${parametersOf(one).map(number).join('')}\n`).join('');
}

function checkShape(shape: readonly number[], { voxel }: FmriValues): void {
  const [, , height = 0, width = 0] = shape;
  if (shape.length !== 4 || Math.min(height, width) < 8)
    throw new UsageError(
      'bad-shape',
      `fmri needs volumes, z x y x x, of at least 8 voxels along y and x, and their number in front, such as 40x36x64x64, not ${formatShape(shape)}.`,
    );
  if (voxel?.some((size) => !(size > 0)))
    throw new UsageError('bad-voxel', `--voxel takes three sizes above 0 mm, not ${voxel.join(',')}.`);
}

/**
 * A head in a scanner: smooth shapes with closed forms, looked at where each frame has them, so that nothing is interpolated; Rician
 * noise, drift, activation and a receive field that does not move. A model made for known motion, not of physics.
 */
export default defineGenerator({
  name: 'fmri',
  summary: 'volumes of a moving head with Rician noise, written with their true motion',
  params: PARAMS,
  dtypes: ['int16', 'uint16', 'float32'],
  stack(shape, values, dtype) {
    checkShape(shape, values);
    const stack = makeStack(shape, dtype ?? 'int16', 3);
    const [vx, vy, vz] = voxelOf(stack, values);
    const along = (name: string, step: number) => ({ name, unit: 'mm', step, origin: 0 });
    const time = { name: 'time', unit: 's', step: values.tr, origin: 0 };
    return { ...stack, axes: [time, along('z', vz), along('y', vy), along('x', vx)] };
  },
  affine: affineOf,
  makeWriter(stack, values, seed) {
    const [vx, vy] = voxelOf(stack, values);
    const head = makeHead(seed, Math.sqrt(vx * vy));
    const corrections = correctionsOf(stack, values, seed);
    const affine = affineOf(stack, values);
    const field = receiveField(stack, values);
    const exposed = new Float64Array(framePixels(stack));
    const frame = viewOf(stack.dtype, new ArrayBuffer(frameBytes(stack)), 0, exposed.length);
    const rounding = isInteger(stack.dtype) ? 0.5 : 0;
    const sigma = (GREY * values.noise) / 100;
    return {
      read(first, count, into) {
        for (let i = 0; i < count; i++) {
          const [k0, k1] = frameKey(values.noiseSeed, first + i);
          const active = isActive(values, first + i) ? values.activation / 100 : 0;
          expose(head, toHead(affine, corrections[first + i] ?? []), stack.frameShape, active, exposed);
          const gain = GREY * gainAt(values, first + i);
          for (let p = 0; p < exposed.length; p++) {
            const signal = gain * (exposed[p] ?? 0) * (field[p] ?? 0);
            const seen = sigma > 0 ? rician(signal, sigma, p, k0, k1) : signal;
            frame[p] = seen + rounding;
          }
          into.set(new Uint8Array(frame.buffer), i * frame.byteLength);
        }
      },
    };
  },
  truth(stack, values, seed) {
    const corrections = correctionsOf(stack, values, seed);
    const time = stack.axes.slice(0, 1);
    const data = allocate('float64', 6 * corrections.length);
    for (const [i, one] of corrections.entries()) data.set(parametersOf(one), 6 * i);
    const course = (name: string, label: string, value: (frame: number) => number): NamedArray => {
      const values = allocate('float64', corrections.length);
      for (let i = 0; i < values.length; i++) values[i] = value(i);
      return { name, shape: [values.length], data: values, axes: time, unit: '', label };
    };
    return [
      {
        name: 'params',
        shape: [corrections.length, 6],
        data,
        axes: [...time, { ...plainAxis(1), name: 'parameter' }],
        unit: '',
        label: 'x, y, z (mm), pitch, roll, yaw (radians): correction of each frame',
      },
      course('gain', 'factor of all signals', (frame) => gainAt(values, frame)),
      course('active', '1 while a part of the brain is active', (frame) => (isActive(values, frame) ? 1 : 0)),
    ];
  },
  beside: (stack, values, seed) => [{ extension: '.truth_rp.txt', text: rpText(correctionsOf(stack, values, seed)) }],
});
