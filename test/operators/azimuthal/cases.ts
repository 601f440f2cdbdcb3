import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadInput } from '../../../dist/formats/load-input.js';
import { openSource, type RawValues, type Source } from '../../../dist/index.js';

/** Real detector images with their reference curves, when they are there. */
export const XRD = join(import.meta.dirname, '../../../../shared/data/xrd');

export function hasReference(tests: string): boolean {
  const there = existsSync(join(XRD, 'reference/definition.py'));
  if (!there) process.stderr.write(`not run: ${tests} (needs the reference curves)\n`);
  return there;
}

export const SPLITTINGS = ['no', 'bbox', 'full'] as const;
export type Splitting = (typeof SPLITTINGS)[number];

/** One reference case: the frames, how to integrate them, and its columns in the reference file. */
export interface Case {
  readonly name: string;
  open(): Promise<Source>;
  values(): Promise<RawValues>;
  /** Arguments of `integrate` in definition.py behind the image, as Python; names `frame` and `mask` may be used. */
  readonly python: string;
  /** File of the frame that `python` integrates, its data set and that of its mask (empty without). */
  readonly image: readonly [file: string, dataset: string, mask: string];
  /** Index of the frame in the stack for every intensity column. */
  readonly frames: readonly number[];
}

const file = (name: string) => join(XRD, name);
const ceo2 = () => openSource(file('ceo2_pilatus1m.h5'));
const poni = (name: string) => ({ poni: file(`${name}.poni`), precision: 'pyfai', noFileMask: true });

/** Mask of the pixels below 0 of the only frame. */
async function negative(): Promise<{ shape: number[]; data: Uint8Array }> {
  const { data, shape } = await loadInput(file('ceo2_pilatus1m.h5:/entry/data/data'));
  return { shape: shape.slice(1), data: Uint8Array.from(data, (value) => (value < 0 ? 1 : 0)) };
}

function wavyFlat(): { shape: number[]; data: Float32Array } {
  const [rows, columns] = [1043, 981];
  const data = Float32Array.from({ length: rows * columns }, (_, p) => 1 + 0.2 * Math.sin((p % columns) / 50));
  return { shape: [rows, columns], data };
}

const POISSON = { errorModel: 'poisson' };

export const CASES: readonly Case[] = [
  {
    name: 'ceo2_2th',
    open: ceo2,
    values: async () => ({
      ...poni('ceo2_pilatus1m'),
      ...POISSON,
      npt: 1000,
      unit: '2th_deg',
      mask: [await negative()],
    }),
    python: '1000, "2th_deg", split, mask=frame < 0',
    image: ['ceo2_pilatus1m.h5', '/entry/data/data', ''],
    frames: [0],
  },
  {
    name: 'ceo2_q_range',
    open: ceo2,
    values: async () => ({
      ...poni('ceo2_pilatus1m'),
      ...POISSON,
      npt: 600,
      unit: 'q_A^-1',
      polarizationFactor: 0.99,
      mask: [await negative()],
      radialRange: [1, 7],
      azimuthRange: [-60, 120],
    }),
    python:
      '600, "q_A^-1", split, mask=frame < 0, polarization=0.99, radial_range=(1.0, 7.0), azimuth_range=(-60.0, 120.0)',
    image: ['ceo2_pilatus1m.h5', '/entry/data/data', ''],
    frames: [0],
  },
  {
    name: 'ceo2_dummy',
    open: ceo2,
    values: async () => ({
      ...poni('ceo2_pilatus1m'),
      ...POISSON,
      npt: 500,
      unit: 'r_mm',
      dummy: -1.5,
      deltaDummy: 1,
      noSolidAngle: true,
      normalizationFactor: 2.5,
    }),
    python: '500, "r_mm", split, dummy=-1.5, delta_dummy=1.0, solidangle=False, normalization=2.5',
    image: ['ceo2_pilatus1m.h5', '/entry/data/data', ''],
    frames: [0],
  },
  {
    name: 'ceo2_flat',
    open: ceo2,
    values: async () => ({
      ...poni('ceo2_pilatus1m'),
      ...POISSON,
      npt: 800,
      unit: '2th_deg',
      mask: [await negative()],
      dark: ['5'],
      flat: [wavyFlat()],
    }),
    python:
      '800, "2th_deg", split, mask=frame < 0, dark=5.0, flat=np.tile((1 + 0.2 * np.sin(np.arange(frame.shape[1]) / 50)).astype(f32), (frame.shape[0], 1))',
    image: ['ceo2_pilatus1m.h5', '/entry/data/data', ''],
    frames: [0],
  },
  {
    name: 'pixium_q',
    open: () => openSource(file('pixium_ti64.h5')),
    values: async () => ({
      ...poni('pixium_ti64'),
      ...POISSON,
      npt: 1000,
      unit: 'q_A^-1',
      mask: [file('pixium_ti64.h5:/entry/mask')],
    }),
    python: '1000, "q_A^-1", split, mask=mask',
    image: ['pixium_ti64.h5', '/entry/data/data', '/entry/mask'],
    frames: [0],
  },
  {
    name: 'pixium_stack',
    open: () => openSource(file('pixium_ti64.h5')),
    values: async () => ({
      ...poni('pixium_ti64'),
      npt: 1000,
      unit: '2th_deg',
      mask: [file('pixium_ti64.h5:/entry/mask')],
    }),
    python: '1000, "2th_deg", split, mask=mask',
    image: ['pixium_ti64.h5', '/entry/data/data', '/entry/mask'],
    frames: [0, 1, 2, 3, 4, 5],
  },
  {
    name: 'lambda_m1',
    open: () => openSource(file('lambda_m1_part0000*.nxs')),
    values: async () => ({
      ...poni('lambda_m1'),
      npt: 800,
      unit: '2th_deg',
      mask: [file('lambda_m1_part00000.nxs:/entry/instrument/detector/pixel_mask')],
    }),
    python: '800, "2th_deg", split, mask=mask',
    image: ['lambda_m1_part00000.nxs', '/entry/instrument/detector/data', '/entry/instrument/detector/pixel_mask'],
    frames: [0, 10, 20, 30, 40],
  },
  {
    name: 'synthetic_tilt_q',
    open: () => openSource(file('synthetic_tilt.h5')),
    values: async () => ({
      ...poni('synthetic_tilt'),
      ...POISSON,
      npt: 150,
      unit: 'q_nm^-1',
      polarizationFactor: 0.95,
    }),
    python: '150, "q_nm^-1", split, polarization=0.95',
    image: ['synthetic_tilt.h5', '/entry/data/data', ''],
    frames: [0],
  },
  {
    name: 'synthetic_tilt_r',
    open: () => openSource(file('synthetic_tilt.h5')),
    values: async () => ({ ...poni('synthetic_tilt'), npt: 120, unit: 'r_mm' }),
    python: '120, "r_mm", split',
    image: ['synthetic_tilt.h5', '/entry/data/data', ''],
    frames: [0, 1, 2, 3],
  },
];

/** Columns of a reference file by name. */
export function readReference(name: string): Readonly<Record<string, Float64Array>> {
  const [, head = '', ...lines] = readFileSync(join(XRD, 'reference', `${name}.csv`), 'utf8')
    .trim()
    .split('\n');
  const rows = lines.map((line) => line.split(',').map(Number));
  return Object.fromEntries(
    head.split(',').map((column, i) => [column, Float64Array.from(rows, (row) => row[i] ?? Number.NaN)]),
  );
}

/**
 * Python that defines `integrated(split, exact)`: the first frame of a case by the definition in numpy, as [radial, intensity, sigma].
 */
export function definitionOf({ image: [name, dataset, mask], values: _, python, name: title }: Case): string {
  const geometry = `${title.replace(/_(2th|q_range|dummy|flat|q|r|stack)$/, '')}`;
  const poniName = { ceo2: 'ceo2_pilatus1m', pixium: 'pixium_ti64' }[geometry] ?? geometry;
  return `
import sys, json
sys.path.insert(0, ${JSON.stringify(join(XRD, 'reference'))})
import hdf5plugin, h5py
import numpy as np
from definition import integrate, Geometry, read_poni, f32
with h5py.File(${JSON.stringify(join(XRD, name))}) as h:
    frame = h['${dataset}'][0]
    mask = ${mask === '' ? 'None' : `h['${mask}'][()].reshape(frame.shape) != 0`}
poni = ${JSON.stringify(join(XRD, `${poniName}.poni`))}
def integrated(split, exact):
    return [list(map(float, v)) for v in integrate(poni, frame, ${python}, exact=exact)]
`;
}

/** Largest |a - b| / max(|b|, 1e-6 of the largest b). */
export function worst(got: ArrayLike<number>, want: ArrayLike<number>): number {
  const floor = 1e-6 * Math.max(...Array.from(want, Math.abs));
  let most = got.length === want.length ? 0 : Number.POSITIVE_INFINITY;
  for (let i = 0; i < want.length; i++) {
    const [a, b] = [got[i] ?? Number.NaN, want[i] ?? Number.NaN];
    const off = Math.abs(a - b) / Math.max(Math.abs(b), floor);
    most = Math.max(off, most);
  }
  return most;
}
