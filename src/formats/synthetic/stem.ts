import { allocate, dtypeRange, viewOf } from '../../core/dtype.js';
import { UsageError } from '../../core/errors.js';
import type { Values } from '../../core/params.js';
import type { NamedArray } from '../../core/sink.js';
import { formatShape, frameBytes, frameCount, makeStack, plainAxis, type Stack } from '../../core/stack.js';
import { type Crystal, DOPANT_STRENGTH, densityAt } from './crystal.js';
import { softDisk, softRing } from './disk.js';
import { defineGenerator } from './generator.js';
import { frameKey } from './keyed-random.js';
import { poisson } from './poisson.js';

const PARAMS = {
  dose: {
    kind: 'number',
    help: 'electrons per frame; 0 gives the expectation itself, without noise',
    default: 20000,
    min: 0,
    max: 1e9,
  },
  step: { kind: 'number', help: 'distance of two scan positions', unit: 'nm', default: 0.03, min: 1e-4, max: 10 },
  vacancies: { kind: 'number', help: 'share of missing atom columns', default: 0.02, min: 0, max: 1 },
  dopants: { kind: 'number', help: 'share of heavier atom columns', default: 0.03, min: 0, max: 1 },
} as const;

type StemValues = Values<typeof PARAMS>;

// Fractions of the smaller side n of the detector. Disks, shifted, stay inside of the ring: 0.20 + 0.12 + 0.015 plus
// 1.5 pixels of edge and interpolation is below 0.39 from n = 32 on. 15 mrad of convergence set the scale.
const DISK = 0.2;
const BRAGG = 0.12;
const LARGEST_SHIFT = 0.015;
export const RING = { inner: 0.39, outer: 0.47 } as const;
const CONVERGENCE_MRAD = 15;
const SMALLEST_DETECTOR = 32;

const BRAGG_SHARE = 0.07;
/** Share of the electrons that reach the ring: off the atoms, and added on a column of strength 1. */
const DIFFUSE = { least: 0.03, column: 0.2 } as const;

/** Lattice and column width in nm, and what the two grains are turned by. */
const LATTICE = 0.28;
const COLUMN = 0.055;
const ROTATION = [0.12, -0.38] as const;

function detector(stack: Stack): { height: number; width: number; side: number } {
  const [height = 1, width = 1] = stack.frameShape;
  return { height, width, side: Math.min(height, width) };
}

/** Rows and columns of the scan; more leading dimensions repeat it. */
function scanOf(stack: Stack): { rows: number; columns: number } {
  const [rows = 1, columns = 1] = [1, 1, ...stack.stackShape].slice(-2);
  return { rows, columns };
}

function crystalOf(stack: Stack, values: StemValues, seed: number): Crystal {
  const { rows, columns } = scanOf(stack);
  return {
    lattice: LATTICE,
    column: COLUMN,
    rotation: ROTATION,
    boundary: { y: ((rows - 1) / 2) * values.step, x: ((columns - 1) / 2) * values.step, normal: 0.35 },
    vacancies: values.vacancies,
    dopants: values.dopants,
    key: frameKey(seed, 2 ** 52),
  };
}

/** What one frame is made of: share of electrons in the ring, shift of the disks in pixels, share of grain 1. */
interface Exposure {
  readonly diffuse: number;
  readonly shiftY: number;
  readonly shiftX: number;
  readonly second: number;
}

function exposureAt(stack: Stack, values: StemValues, crystal: Crystal, frame: number): Exposure {
  const { rows, columns } = scanOf(stack);
  const position = frame % (rows * columns);
  const density = densityAt(crystal, Math.floor(position / columns) * values.step, (position % columns) * values.step);
  // exp(-1/2) / column is the steepest slope of one column: there the beam is shifted furthest, towards the atom.
  const limit = LARGEST_SHIFT * detector(stack).side;
  const perSlope = limit / ((DOPANT_STRENGTH * Math.exp(-0.5)) / COLUMN);
  const steep = Math.hypot(density.dy, density.dx) * perSlope;
  const scale = steep > limit ? (perSlope * limit) / steep : perSlope;
  return {
    diffuse: Math.min(0.6, DIFFUSE.least + DIFFUSE.column * density.value),
    shiftY: density.dy * scale,
    shiftX: density.dx * scale,
    second: density.second,
  };
}

/** An image of unit sum, point-symmetric about the centre of the detector, so that its centre of mass is there. */
function unitImage(stack: Stack, height: (y: number, x: number) => number): Float64Array {
  const { height: rows, width: columns } = detector(stack);
  const image = new Float64Array(rows * columns);
  let total = 0;
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const [cy, cx] = [y - (rows - 1) / 2, x - (columns - 1) / 2];
      const value = height(cy, cx) + height(-cy, -cx);
      image[y * columns + x] = value;
      total += value;
    }
  }
  return image.map((value) => value / total);
}

function diskImage(stack: Stack, rotation: number): Float64Array {
  const { side } = detector(stack);
  const spots = [0, 1, 2, 3].map((k) => {
    const angle = rotation + (k * Math.PI) / 2;
    return { y: BRAGG * side * Math.sin(angle), x: BRAGG * side * Math.cos(angle) };
  });
  return unitImage(stack, (y, x) => {
    const bragg = spots.reduce((sum, spot) => sum + softDisk(Math.hypot(y - spot.y, x - spot.x), DISK * side), 0);
    return (1 - 4 * BRAGG_SHARE) * softDisk(Math.hypot(y, x), DISK * side) + BRAGG_SHARE * bragg;
  });
}

/** Thermal diffuse scattering: falls off with the scattering angle, and lies in the ring alone. */
function ringImage(stack: Stack): Float64Array {
  const { side } = detector(stack);
  return unitImage(stack, (y, x) => {
    const radius = Math.hypot(y, x);
    return softRing(radius, RING.inner * side, RING.outer * side) * Math.exp((-4 * radius) / side);
  });
}

/**
 * Adds a bilinearly shifted mixture of two images. Bilinear weights keep the sum and move the centre of mass by exactly
 * the shift, as long as nothing is pushed over the edge.
 */
function addShifted(
  into: Float64Array,
  stack: Stack,
  images: readonly [Float64Array, Float64Array],
  exposure: Exposure,
): void {
  const { height, width } = detector(stack);
  const [first, second] = images;
  const [floorY, floorX] = [Math.floor(exposure.shiftY), Math.floor(exposure.shiftX)];
  const [fy, fx] = [exposure.shiftY - floorY, exposure.shiftX - floorX];
  const share = 1 - exposure.diffuse;
  for (const [dy, dx, weight] of [
    [0, 0, (1 - fy) * (1 - fx)],
    [0, 1, (1 - fy) * fx],
    [1, 0, fy * (1 - fx)],
    [1, 1, fy * fx],
  ] as const) {
    const [sy, sx] = [floorY + dy, floorX + dx];
    const [w0, w1] = [share * weight * (1 - exposure.second), share * weight * exposure.second];
    for (let y = Math.max(0, sy); y < Math.min(height, height + sy); y++) {
      const from = (y - sy) * width - sx;
      for (let x = Math.max(0, sx); x < Math.min(width, width + sx); x++) {
        into[y * width + x] = (into[y * width + x] ?? 0) + w0 * (first[from + x] ?? 0) + w1 * (second[from + x] ?? 0);
      }
    }
  }
}

function checkDetector(stack: Stack): void {
  if (stack.frameShape.length === 2 && detector(stack).side >= SMALLEST_DETECTOR && stack.stackShape.length > 0) return;
  throw new UsageError(
    'detector-too-small',
    `stem needs a scan of frames of at least ${SMALLEST_DETECTOR} x ${SMALLEST_DETECTOR}, not ${formatShape([...stack.stackShape, ...stack.frameShape])}.`,
  );
}

/**
 * 4D-STEM of a square lattice with a grain boundary, vacancies and heavier columns: overlapping convergent-beam disks,
 * pushed towards the nearest column, and a diffuse ring that grows with the projected density. A model made for known
 * answers, not a multislice simulation.
 */
export default defineGenerator({
  name: 'stem',
  summary: '4D-STEM of a crystal with a grain boundary and point defects, ADF and centre of mass known',
  params: PARAMS,
  dtypes: ['uint16', 'uint8', 'uint32', 'float32'],
  stack(shape, values, dtype) {
    const chosen = dtype ?? (values.dose === 0 ? 'float32' : 'uint16');
    if (values.dose === 0 && chosen !== 'float32') {
      throw new UsageError(
        'dose-zero',
        `--dose 0 gives fractions of one electron, which ${chosen} cannot hold. Use float32.`,
      );
    }
    const stack = makeStack(shape, chosen, 2);
    checkDetector(stack);
    const { height, width, side } = detector(stack);
    const brightest = values.dose / (3 * (DISK * side) ** 2);
    if (brightest + 12 * Math.sqrt(brightest) > dtypeRange(chosen)[1]) {
      throw new UsageError('dose-too-large', `--dose ${values.dose} does not fit into ${chosen}. Use --dtype uint32.`);
    }
    const mrad = CONVERGENCE_MRAD / (DISK * side);
    const scanNames = ['y', 'x'].slice(-Math.min(2, stack.stackShape.length));
    const repeats = stack.stackShape.length - scanNames.length;
    const axes = [
      ...Array.from({ length: repeats }, (_, d) => plainAxis(d)),
      ...scanNames.map((name) => ({ name, unit: 'nm', step: values.step, origin: 0 })),
      { name: 'qy', unit: 'mrad', step: mrad, origin: -((height - 1) / 2) * mrad },
      { name: 'qx', unit: 'mrad', step: mrad, origin: -((width - 1) / 2) * mrad },
    ];
    return { ...stack, axes };
  },
  makeWriter(stack, values, seed) {
    const crystal = crystalOf(stack, values, seed);
    const disks = [diskImage(stack, ROTATION[0]), diskImage(stack, ROTATION[1])] as const;
    const ring = ringImage(stack);
    const expected = new Float64Array(ring.length);
    const frame = viewOf(stack.dtype, new ArrayBuffer(frameBytes(stack)), 0, ring.length);
    return {
      read(first, count, into) {
        for (let i = 0; i < count; i++) {
          const exposure = exposureAt(stack, values, crystal, first + i);
          for (let p = 0; p < ring.length; p++) expected[p] = exposure.diffuse * (ring[p] ?? 0);
          addShifted(expected, stack, disks, exposure);
          if (values.dose === 0) frame.set(expected);
          else {
            const [k0, k1] = frameKey(seed, first + i);
            for (let p = 0; p < ring.length; p++) frame[p] = poisson((expected[p] ?? 0) * values.dose, p, k0, k1);
          }
          into.set(new Uint8Array(frame.buffer), i * frame.byteLength);
        }
      },
    };
  },
  truth(stack, values, seed) {
    const crystal = crystalOf(stack, values, seed);
    const { height, width } = detector(stack);
    const adf = allocate('float64', frameCount(stack));
    const com = allocate('float64', frameCount(stack) * 2);
    for (let i = 0; i < adf.length; i++) {
      const exposure = exposureAt(stack, values, crystal, i);
      adf[i] = exposure.diffuse * (values.dose || 1);
      com[2 * i] = (height - 1) / 2 + (1 - exposure.diffuse) * exposure.shiftY;
      com[2 * i + 1] = (width - 1) / 2 + (1 - exposure.diffuse) * exposure.shiftX;
    }
    const axes = stack.axes.slice(0, stack.stackShape.length);
    const component = { ...plainAxis(stack.stackShape.length), name: 'component' };
    const maps: NamedArray[] = [
      {
        name: 'adf',
        shape: stack.stackShape,
        data: adf,
        axes,
        unit: 'electrons',
        label: 'expected annular dark field',
      },
      {
        name: 'com',
        shape: [...stack.stackShape, 2],
        data: com,
        axes: [...axes, component],
        unit: 'px',
        label: 'expected centre of mass (y, x) from pixel (0, 0)',
      },
    ];
    return maps;
  },
});
