import { UsageError } from '../../core/errors.js';
import type { PrepareContext } from '../../core/operator.js';
import type { Values } from '../../core/params.js';
import { formatShape, frameCount, product, type Stack } from '../../core/stack.js';
import { type Binned, type Binning, binBoxes } from './bins/boxes.js';
import { binOutlines } from './bins/outlines.js';
import type { PixelMap } from './bins/pixel-map.js';
import { type RowMatrix, toRows } from './bins/row-matrix.js';
import { loadImage, loadMask, loadMonitor } from './corrections.js';
import { findDetector, gapMask } from './geometry/detectors.js';
import { type Geometry, makeGeometry } from './geometry/geometry.js';
import { instrumentOf } from './geometry/instrument.js';
import { polarization } from './geometry/polarization.js';
import { type Poni, writePoni } from './geometry/poni.js';
import { solidAngle } from './geometry/solid-angle.js';
import { findUnit } from './geometry/units.js';
import type { AzimuthalParams } from './params.js';
import { dropInvalid, longestRow, staticSums } from './sums/fixed.js';

/** Everything a worker needs, as flat arrays. Either the map's arrays are filled or the matrix's, never both. */
export type AzimuthalPrepared = {
  readonly first: Uint16Array | Uint32Array;
  readonly weight: Float32Array;
  readonly onward: Float32Array;
  readonly spreadPixel: Uint32Array;
  readonly spreadEnd: Uint32Array;
  readonly entryBin: Uint32Array;
  readonly rowEnd: Uint32Array;
  readonly entryPixel: Uint32Array;
  readonly entryWeight: Float32Array;
  readonly norm: Float32Array;
  readonly dark: Float32Array;
  readonly count: Float64Array;
  readonly normSum: Float64Array;
  readonly darkSum: Float64Array;
  readonly monitor: Float64Array;
  /** Pixels of the fullest ring when rings are looked at as a whole; else 0. */
  readonly longest: number;
  readonly radialLow: number;
  readonly radialWidth: number;
  readonly azimuthalLow: number;
  readonly azimuthalWidth: number;
  /** The geometry that was used, as the text of a PONI file. */
  readonly geometry: string;
};

type Context = PrepareContext<AzimuthalParams>;
type Options = Values<AzimuthalParams>;

function imageShape({ frameShape }: Stack): readonly [number, number] {
  const [rows, columns] = frameShape;
  if (frameShape.length === 2 && rows !== undefined && columns !== undefined) return [rows, columns];
  throw new UsageError(
    'frame-rank',
    `azimuthal needs images, but a frame here is ${formatShape(frameShape)}. Choose --frame-rank 2, or the right data set.`,
  );
}

/** Frame dimensions must be the detector's. @throws UsageError that says both */
function checkShape(poni: Poni, shape: readonly [number, number]): void {
  if (!poni.shape || poni.shape.join() === shape.join()) return;
  throw new UsageError(
    'wrong-shape',
    `The geometry is that of a detector of ${formatShape(poni.shape)} pixels${poni.detector ? ` (${poni.detector})` : ''}, but a frame is ${formatShape(shape)}. ` +
      'Take the geometry file of this detector.',
    { geometry: formatShape(poni.shape), frame: formatShape(shape) },
  );
}

/** Two numbers in the chosen unit, ascending and divided by its scale. @throws UsageError for an empty range */
function scaled(flag: string, range: readonly number[] | undefined, scale: number): readonly [number, number] | null {
  if (!range) return null;
  const [a = 0, b = 0] = range;
  if (!Number.isFinite(a) || !Number.isFinite(b) || a === b) {
    throw new UsageError('empty-range', `--${flag} ${a},${b} is empty. Give a lower and an upper end.`, { flag });
  }
  return [Math.min(a, b) / scale, Math.max(a, b) / scale];
}

/** Ends in radians; an upper end that is not above the lower one is a turn further. */
function azimuthRange(range: readonly number[] | undefined): readonly [number, number] | null {
  if (!range) return null;
  const [low = 0, high = 0] = range;
  if (!Number.isFinite(low) || !Number.isFinite(high)) {
    throw new UsageError('empty-range', `--azimuth-range ${low},${high} is no range. Give two angles in degrees.`);
  }
  const turned = high <= low ? high + 360 : high;
  return [(low * Math.PI) / 180, (turned * Math.PI) / 180];
}

async function maskOf(context: Context, poni: Poni, shape: readonly [number, number]): Promise<Uint8Array> {
  const { values, detector } = context;
  const own = values.noFileMask || detector.mask === undefined ? [] : [detector.mask];
  const masked = await loadMask([...own, ...values.mask], shape, context.load);
  const known = findDetector(values.detector ?? poni.detector ?? '');
  const gaps = known && known.shape.join() === shape.join() ? gapMask(known) : null;
  if (gaps) for (let p = 0; p < masked.length; p++) if (gaps[p]) masked[p] = 1;
  return masked;
}

/** @throws UsageError for a factor that nothing can be divided by, in float32 */
function checkNormalization({ normalizationFactor: factor }: Options): void {
  const stored = Math.fround(factor);
  if (stored > 0 && Number.isFinite(stored)) return;
  const text = `--normalization-factor is ${factor}; intensities are divided by it. Give a number above 0.`;
  throw new UsageError('bad-value', text, { factor });
}

/** @throws UsageError for options that change nothing without another one, or beside it */
function checkUse({ polarizationOffset, polarizationFactor, deltaDummy, dummy, method, average, errorModel }: Options) {
  const problems = [
    [
      polarizationOffset !== 0 && polarizationFactor === undefined,
      '--polarization-offset needs --polarization-factor.',
    ],
    [deltaDummy !== 0 && dummy === undefined, '--delta-dummy needs --dummy.'],
    [method === 'scatter' && average !== 'mean', `--average ${average} sees whole rings: leave --method scatter out.`],
    [
      method === 'scatter' && errorModel === 'azimuthal',
      '--error-model azimuthal sees whole rings: leave --method scatter out.',
    ],
  ] as const;
  const found = problems.find(([isThere]) => isThere);
  if (found) throw new UsageError('bad-combination', found[1]);
}

/** normalization_factor x flat x polarization x solid angle, in float32 and in this order, as pyFAI multiplies them. */
function normOf(values: Options, geometry: Geometry, flat: Float32Array | null, pixels: number): Float32Array {
  const norm = new Float32Array(pixels).fill(values.normalizationFactor);
  const factors = [
    flat,
    values.polarizationFactor === undefined
      ? null
      : polarization(geometry, values.polarizationFactor, (values.polarizationOffset * Math.PI) / 180),
    values.noSolidAngle ? null : solidAngle(geometry),
  ];
  for (const factor of factors) {
    if (factor) for (let p = 0; p < pixels; p++) norm[p] = (norm[p] ?? 0) * (factor[p] ?? 0);
  }
  return norm;
}

function bin(values: Options, geometry: Geometry, masked: Uint8Array, scale: number): Binned {
  const binning: Binning = {
    npt: values.npt,
    nptAzim: values.nptAzim ?? null,
    radialRange: scaled('radial-range', values.radialRange, scale),
    azimuthRange: azimuthRange(values.azimuthRange),
    isExact: values.precision === 'exact',
  };
  // Pixels that are compared with each other must be whole.
  const splitting = values.average === 'mean' ? values.splitting : 'no';
  const binned =
    splitting === 'full'
      ? binOutlines(geometry, masked, binning)
      : binBoxes(geometry, masked, splitting === 'bbox', binning);
  if (!binned) {
    throw new UsageError(
      'all-masked',
      'Every pixel is masked: nothing is left to integrate. Look at --mask, or try --no-file-mask.',
    );
  }
  return binned;
}

const NO_MAP = {
  first: new Uint16Array(0),
  weight: new Float32Array(0),
  onward: new Float32Array(0),
  spreadPixel: new Uint32Array(0),
  spreadEnd: new Uint32Array(0),
  entryBin: new Uint32Array(0),
};

const NO_ROWS = { rowEnd: new Uint32Array(0), entryPixel: new Uint32Array(0) };

function arraysOf(map: PixelMap, rows: RowMatrix | null) {
  if (rows) return { ...NO_MAP, rowEnd: rows.rowEnd, entryPixel: rows.pixel, entryWeight: rows.weight };
  const { first, weight, onward, spreadPixel, spreadEnd, entryBin, entryWeight } = map;
  return { ...NO_ROWS, first, weight, onward, spreadPixel, spreadEnd, entryBin, entryWeight };
}

/**
 * Reads geometry, masks and corrections and works out which pixel goes where.
 * @throws UsageError for a geometry that does not fit the frames, is incomplete, or leaves no pixel
 */
export async function prepareAzimuthal(context: Context): Promise<AzimuthalPrepared> {
  const { stack, values } = context;
  const shape = imageShape(stack);
  const pixels = product(shape);
  const unit = findUnit(values.unit);
  checkNormalization(values);
  checkUse(values);
  const poni = await instrumentOf(context);
  checkShape(poni, shape);
  const geometry = makeGeometry(poni, shape, unit.space, values.precision);
  const masked = await maskOf(context, poni, shape);
  const flat = await loadImage('flat', values.flat, shape, context.load);
  const dark = await loadImage('dark', values.dark, shape, context.load);
  const monitor = await loadMonitor(values.monitor, frameCount(stack), context.load);
  const { map, radial, azimuthal } = bin(values, geometry, masked, unit.scale);
  const norm = normOf(values, geometry, flat, pixels);
  dropInvalid(map, norm, dark);
  const fixed = staticSums(map, norm, dark);
  if (!fixed.count.some((count) => count > 0)) {
    throw new UsageError(
      'no-pixels',
      'No pixel lies in the range that was asked for. Widen --radial-range or --azimuth-range, or look at the unit.',
    );
  }
  const seesRings = values.average !== 'mean' || values.errorModel === 'azimuthal';
  const rows = seesRings || values.method === 'csr' ? toRows(map) : null;
  const isChecked = seesRings || values.dummy !== undefined || stack.dtype.startsWith('float');
  return {
    ...arraysOf(map, rows),
    norm: isChecked ? norm : new Float32Array(0),
    dark: isChecked && dark ? dark : new Float32Array(0),
    count: fixed.count,
    normSum: fixed.norm,
    darkSum: fixed.dark,
    monitor,
    longest: rows && seesRings ? longestRow(rows.rowEnd) : 0,
    radialLow: radial.low,
    radialWidth: radial.width,
    azimuthalLow: azimuthal?.low ?? 0,
    azimuthalWidth: azimuthal?.width ?? 0,
    geometry: writePoni(poni),
  };
}
