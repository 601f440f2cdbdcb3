import { allocate, dtypeRange, isInteger, viewOf } from '../../core/dtype.js';
import { UsageError } from '../../core/errors.js';
import type { Values } from '../../core/params.js';
import { formatShape, frameBytes, framePixels, makeStack, plainAxis, type Stack } from '../../core/stack.js';
import { defineGenerator } from './generator.js';
import { frameKey } from './keyed-random.js';
import { poisson } from './poisson.js';
import { type PixelMap, pixelMap, poniText, type RingsGeometry } from './rings-geometry.js';
import { CENTRINGS, cubicLines, type Line } from './rings-lines.js';

// Names and units of the geometry are those of the azimuthal operator.
const PARAMS = {
  pixelSize: {
    kind: 'numbers',
    length: 2,
    example: '75e-6,75e-6',
    default: [75e-6, 75e-6],
    unit: 'm',
    help: 'pixel size along rows (slow) and columns (fast)',
  },
  distance: { kind: 'number', help: 'sample to detector', unit: 'm', default: 0.15, min: 1e-6, max: 1000 },
  wavelength: { kind: 'number', help: 'wavelength', unit: 'm', default: 5e-11, min: 1e-13, max: 1e-8 },
  beamCenter: {
    kind: 'numbers',
    length: 2,
    example: '1083.5,1035',
    unit: 'px',
    help: 'row and column of the point of normal incidence, counted from the outer corner of the first pixel (default: the middle)',
  },
  rotation: {
    kind: 'numbers',
    length: 3,
    example: '0.05,-0.03,0',
    default: [0, 0, 0],
    unit: 'rad',
    help: 'rot1, rot2 and rot3 of the detector',
  },
  lattice: {
    kind: 'number',
    help: 'edge of the cubic cell (default: that of CeO2)',
    unit: 'A',
    default: 5.4113,
    min: 0.1,
  },
  centring: {
    kind: 'choice',
    choices: CENTRINGS,
    default: 'F',
    help: 'lines the cell has: P (LaB6), I, F (CeO2), diamond (Si)',
  },
  lines: {
    kind: 'number',
    help: 'how many lines of the cell, from the lowest angle',
    default: 20,
    min: 1,
    max: 200,
    integer: true,
  },
  rings: {
    kind: 'numbers',
    example: '4.5,7.2,9',
    unit: 'deg',
    help: 'scattering angles of rings of equal height, instead of a cell',
  },
  width: {
    kind: 'number',
    help: 'full width of a ring at half of its height',
    unit: 'deg',
    default: 0.12,
    min: 1e-4,
    max: 45,
  },
  peak: {
    kind: 'number',
    help: 'mean counts on top of the strongest ring, above the background',
    default: 100,
    min: 0,
    max: 1e9,
  },
  background: { kind: 'number', help: 'mean counts under the rings', default: 5, min: 0, max: 1e9 },
  expectation: { kind: 'flag', help: 'the mean itself, without noise (float32)' },
  modules: {
    kind: 'numbers',
    length: 4,
    example: '514,1030,37,10',
    unit: 'px',
    help: 'rows and columns of a detector module, and of the gap between two',
  },
  detectorName: { kind: 'text', help: 'what the PONI file calls the detector; --detector fills it in' },
  dummy: { kind: 'number', help: 'what pixels in gaps hold (default: -1, or the largest value of unsigned types)' },
} as const;

type RingsValues = Values<typeof PARAMS>;

const DEGREE = Math.PI / 180;
/** Gaussian rings end here, in standard deviations: 1e-8 of their height. */
const REACH = 6;
const SIGMA_OF_WIDTH = 1 / (2 * Math.sqrt(2 * Math.log(2)));

const pair = (values: readonly number[]): [number, number] => [values[0] ?? 0, values[1] ?? 0];

function geometryOf({ frameShape }: Pick<Stack, 'frameShape'>, values: RingsValues): RingsGeometry {
  const pixel = pair(values.pixelSize);
  const middle = frameShape.map((extent) => extent / 2);
  const [rot1 = 0, rot2 = 0, rot3 = 0] = values.rotation;
  const centre = pair(values.beamCenter ?? middle);
  return {
    distance: values.distance,
    poni: [centre[0] * pixel[0], centre[1] * pixel[1]],
    pixel,
    rotations: [rot1, rot2, rot3],
    wavelength: values.wavelength,
  };
}

function linesOf({ rings, lattice, centring, lines, wavelength }: RingsValues): Line[] {
  if (rings)
    return rings.map((angle) => ({ twoTheta: angle * DEGREE, height: 1 })).sort((a, b) => a.twoTheta - b.twoTheta);
  return cubicLines(lattice, centring, wavelength * 1e10, lines);
}

/** Mean counts of every pixel of a detector without polarisation: rings and background, times the solid angle. */
function expectedCounts({ twoTheta, solidAngle }: PixelMap, values: RingsValues): Float32Array {
  const sigma = values.width * DEGREE * SIGMA_OF_WIDTH;
  const expected = new Float32Array(twoTheta.length).fill(values.background);
  for (const line of linesOf(values)) {
    for (let p = 0; p < expected.length; p++) {
      const away = ((twoTheta[p] ?? 0) - line.twoTheta) / sigma;
      if (Math.abs(away) < REACH)
        expected[p] = (expected[p] ?? 0) + values.peak * line.height * Math.exp(-0.5 * away * away);
    }
  }
  for (let p = 0; p < expected.length; p++) expected[p] = (expected[p] ?? 0) * (solidAngle[p] ?? 0);
  return expected;
}

/** The highest mean count, where rings overlap too: taken on every ring and half way to the next. */
function brightestMean(values: RingsValues): number {
  const sigma = values.width * DEGREE * SIGMA_OF_WIDTH;
  const lines = linesOf(values);
  const places = lines.flatMap(({ twoTheta }, i) => [twoTheta, (twoTheta + (lines[i + 1]?.twoTheta ?? twoTheta)) / 2]);
  const heights = places.map((place) =>
    lines.reduce((sum, line) => sum + line.height * Math.exp(-0.5 * ((place - line.twoTheta) / sigma) ** 2), 0),
  );
  return values.background + values.peak * Math.max(0, ...heights);
}

/** 1 where a pixel lies between modules; null for a detector without gaps. */
function gapsOf({ frameShape }: Stack, { modules }: RingsValues): Uint8Array | null {
  if (!modules) return null;
  const [height = 1, width = 1, gapRows = 0, gapColumns = 0] = modules;
  const [rows = 1, columns = 1] = frameShape;
  const gaps = new Uint8Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    const between = i % (height + gapRows) >= height;
    for (let j = 0; j < columns; j++) if (between || j % (width + gapColumns) >= width) gaps[i * columns + j] = 1;
  }
  return gaps;
}

function checkRings(values: RingsValues): void {
  const wrong = values.rings?.find((angle) => !(angle > 0 && angle < 180));
  if (wrong !== undefined)
    throw new UsageError('bad-ring', `--rings takes angles between 0 and 180 deg, not ${wrong}.`);
  if (values.pixelSize.some((size) => !(size > 0)))
    throw new UsageError('bad-pixel', `--pixel-size takes two sizes above 0 m, not ${values.pixelSize.join(',')}.`);
  const [height = 1, width = 1, ...gaps] = values.modules ?? [];
  if (![height, width, ...gaps].every((n) => Number.isInteger(n) && n >= 0) || height === 0 || width === 0)
    throw new UsageError(
      'bad-modules',
      `--modules takes whole numbers of pixels, not ${(values.modules ?? []).join(',')}.`,
    );
}

/** The dummy of a dtype, when none is given: what detectors with gaps write. */
function dummyOf(stack: Stack, values: RingsValues): number {
  const [low, high] = dtypeRange(stack.dtype);
  const dummy = values.dummy ?? (low === 0 ? high : -1);
  if (dummy >= low && dummy <= high && (!isInteger(stack.dtype) || Number.isInteger(dummy))) return dummy;
  throw new UsageError('bad-dummy', `--dummy ${dummy} is no value that ${stack.dtype} can hold.`, { dummy });
}

/**
 * Powder rings of known position on a flat, tilted detector: Gaussian in the scattering angle, of the same height all
 * around, over a constant background, seen under the solid angle of each pixel, with Poisson noise.
 */
export default defineGenerator({
  name: 'rings',
  summary: 'powder rings with a background and Poisson counts, written with their PONI and their true positions',
  params: PARAMS,
  dtypes: ['uint32', 'uint16', 'int32', 'float32'],
  stack(shape, values, dtype) {
    if (shape.length < 2)
      throw new UsageError('bad-shape', `rings needs frames of two dimensions, not ${formatShape(shape)}.`);
    checkRings(values);
    const chosen = dtype ?? (values.expectation ? 'float32' : 'uint32');
    if (values.expectation && chosen !== 'float32')
      throw new UsageError(
        'needs-float',
        `--expectation gives fractions of a count, which ${chosen} cannot hold. Use float32.`,
      );
    const stack = makeStack(shape, chosen, 2);
    const brightest = brightestMean(values);
    if (brightest + 12 * Math.sqrt(brightest) > dtypeRange(chosen)[1])
      throw new UsageError(
        'peak-too-large',
        `--peak ${values.peak} over --background ${values.background} does not fit into ${chosen}. Use --dtype uint32.`,
      );
    if (values.modules) dummyOf(stack, values);
    const { pixel, poni } = geometryOf(stack, values);
    const frameAxes = ['y', 'x'].map((name, d) => {
      const step = (pixel[d] ?? 1) * 1e3;
      return { name, unit: 'mm', step, origin: step / 2 - (poni[d] ?? 0) * 1e3 };
    });
    return { ...stack, axes: [...stack.stackShape.map((_, d) => plainAxis(d)), ...frameAxes] };
  },
  makeWriter(stack, values, seed) {
    const expected = expectedCounts(pixelMap(stack, geometryOf(stack, values)), values);
    const gaps = gapsOf(stack, values);
    const dummy = gaps ? dummyOf(stack, values) : 0;
    const frame = viewOf(stack.dtype, new ArrayBuffer(frameBytes(stack)), 0, framePixels(stack));
    return {
      read(first, count, into) {
        for (let i = 0; i < count; i++) {
          const [k0, k1] = frameKey(seed, first + i);
          if (values.expectation) frame.set(expected);
          else
            for (let p = 0; p < frame.length; p++)
              if (!gaps || gaps[p] === 0) frame[p] = poisson(expected[p] ?? 0, p, k0, k1);
          if (gaps) for (let p = 0; p < frame.length; p++) if (gaps[p] === 1) frame[p] = dummy;
          into.set(new Uint8Array(frame.buffer), i * frame.byteLength);
        }
      },
    };
  },
  truth(stack, values) {
    const { twoTheta } = pixelMap(stack, geometryOf(stack, values));
    let [low, high] = [Number.POSITIVE_INFINITY, 0];
    for (const angle of twoTheta) {
      if (angle < low) low = angle;
      if (angle > high) high = angle;
    }
    const seen = linesOf(values).filter((line) => line.twoTheta >= low && line.twoTheta <= high);
    const column = (name: string, unit: string, label: string, value: (line: Line) => number) => {
      const data = allocate('float64', seen.length);
      data.set(seen.map(value));
      return { name, shape: [seen.length], data, axes: [{ ...plainAxis(0), name: 'ring' }], unit, label };
    };
    const { wavelength } = values;
    const q = ({ twoTheta: angle }: Line) => ((4e-9 * Math.PI) / wavelength) * Math.sin(angle / 2);
    return [
      column('2th', 'deg', 'scattering angle of each ring', (line) => line.twoTheta / DEGREE),
      column('q', 'nm^-1', 'length of the scattering vector', q),
      column(
        'r',
        'mm',
        'radius on a detector that is not tilted',
        (line) => values.distance * 1e3 * Math.tan(line.twoTheta),
      ),
      column('height', '', 'relative to the strongest ring', (line) => line.height),
    ];
  },
  table: '.peaks.csv',
  beside: (stack, values) => [
    { extension: '.poni', text: poniText(stack, geometryOf(stack, values), values.detectorName) },
  ],
});
