import { DTYPES, isInteger } from '../../core/dtype.js';
import { UsageError } from '../../core/errors.js';
import { type Arrays, defineOperator, type Prepared, type Slot, type Tile } from '../../core/operator.js';
import type { Values } from '../../core/params.js';
import { framePixels, type Stack } from '../../core/stack.js';
import { azimuthalWasm } from '../../kernels/azimuthal.wasm.js';
import type { PixelMap } from './bins/pixel-map.js';
import type { RowMatrix } from './bins/row-matrix.js';
import { details } from './details.js';
import { findUnit } from './geometry/units.js';
import { type AzimuthalParams, params } from './params.js';
import { type AzimuthalPrepared, prepareAzimuthal } from './setup.js';
import { type CurveTarget, MISS_STRIDE, SUM_STRIDE, writeCurve, writeRings } from './sums/frame-sums.js';
import { referenceSteps, rowSums, type Summation, scatterScratch, scatterSums } from './sums/integrate.js';
import { type KernelJob, kernelBytes, kernelSteps, makeJob } from './sums/kernel.js';
import { type RingAverages, ringAverages, ringScratch } from './sums/rings.js';
import type { Integration, Steps } from './sums/state.js';

type AzimuthalSlot = 'intensity' | 'sigma' | 'radial' | 'azimuthal';

interface AzimuthalState {
  readonly integration: Integration;
  readonly map: PixelMap | null;
  readonly rows: RowMatrix | null;
  readonly summation: Summation | null;
  readonly rings: RingAverages | null;
  readonly job: KernelJob;
}

/** Prepared arrays are looked up by name; this says which there are. */
const asPrepared = (prepared: Prepared) => prepared as unknown as AzimuthalPrepared;

function hasSigma(values: Values<AzimuthalParams>): boolean {
  return values.errorModel !== 'none';
}

function binsOf({ npt, nptAzim = 1 }: Values<AzimuthalParams>): number {
  return npt * nptAzim;
}

function outputs(
  _stack: Stack,
  values: Values<AzimuthalParams>,
  prepared: Prepared,
): Readonly<Record<AzimuthalSlot, Slot>> {
  const { radialLow, radialWidth, azimuthalLow, azimuthalWidth } = asPrepared(prepared);
  const unit = findUnit(values.unit);
  const { npt, nptAzim } = values;
  const radial = {
    name: unit.axis,
    unit: unit.unit,
    origin: (radialLow + radialWidth / 2) * unit.scale,
    step: radialWidth * unit.scale,
  };
  const turn = 180 / Math.PI;
  const azimuthal = {
    name: 'chi',
    unit: 'degrees',
    origin: (azimuthalLow + azimuthalWidth / 2) * turn,
    step: azimuthalWidth * turn,
  };
  const shape = nptAzim === undefined ? [npt] : [nptAzim, npt];
  const axes = nptAzim === undefined ? [radial] : [azimuthal, radial];
  const curve = { kind: 'each', shape, axes, dtype: 'float32' } as const;
  const axis = { kind: 'derived', dtype: 'float64' } as const;
  const slots: Partial<Record<AzimuthalSlot, Slot>> = {
    intensity: { ...curve, label: 'intensity' },
    ...(hasSigma(values)
      ? { sigma: { ...curve, label: 'standard error of the intensity', errorsOf: 'intensity' } }
      : {}),
    radial: { ...axis, shape: [npt], axes: [radial], unit: unit.unit, label: unit.label },
    ...(nptAzim === undefined
      ? {}
      : { azimuthal: { ...axis, shape: [nptAzim], axes: [azimuthal], unit: 'degrees', label: 'azimuth' } }),
  };
  // Slots that do not exist for these values are never asked for.
  return slots as Readonly<Record<AzimuthalSlot, Slot>>;
}

function integrationOf(stack: Stack, values: Values<AzimuthalParams>, prepared: AzimuthalPrepared): Integration {
  const { dummy, deltaDummy } = values;
  const round = stack.dtype === 'float32' ? Math.fround : (value: number) => value;
  return {
    pixels: framePixels(stack),
    bins: binsOf(values),
    norm: prepared.norm,
    dark: prepared.dark,
    fixed: {
      count: prepared.count,
      norm: prepared.normSum,
      dark: prepared.darkSum,
    },
    monitor: prepared.monitor,
    variance: hasSigma(values),
    check: needsCheck(stack, values),
    low: dummy === undefined ? Number.POSITIVE_INFINITY : round(dummy) - round(deltaDummy),
    high: dummy === undefined ? Number.NEGATIVE_INFINITY : round(dummy) + round(deltaDummy),
  };
}

/** Whether single values of a frame may not count: a dummy, or NaN. */
export function needsCheck(stack: Stack, { dummy }: Values<AzimuthalParams>): boolean {
  return dummy !== undefined || !isInteger(stack.dtype);
}

function targetOf(out: Arrays<AzimuthalSlot>, frame: number, bins: number): CurveTarget {
  const { intensity, sigma } = out;
  if (!(intensity instanceof Float32Array) || (sigma !== undefined && !(sigma instanceof Float32Array)))
    throw new UsageError('no-output', 'azimuthal has nowhere to write its intensities.');
  return { intensity, sigma: sigma ?? null, at: frame * bins };
}

function integrateTile(tile: Tile, state: AzimuthalState, steps: Steps, out: Arrays<AzimuthalSlot>): void {
  const { integration, summation, rings } = state;
  const { pixels, bins, monitor, fixed } = integration;
  for (let k = 0; k < tile.count; k++) {
    const scale = monitor.length > 0 ? (monitor[tile.first + k] ?? 1) : 1;
    const target = tile.team.rank === 0 ? targetOf(out, k, bins) : null;
    if (rings) {
      const averages = rings(tile.data, k * pixels, tile.team);
      if (target) writeRings(averages, scale, target);
    } else if (summation) {
      const sums = summation(steps, k * pixels, tile.team);
      if (target) writeCurve(sums, fixed, scale, target);
    }
  }
}

/** Azimuthal integration of detector images: a curve, or a cake, of every frame. */
export default defineOperator<AzimuthalParams, AzimuthalSlot, AzimuthalState>({
  name: 'azimuthal',
  summary: 'azimuthal integration: a powder curve, or a cake, of every detector image',
  details,
  params,
  examples: [
    { distance: 0.1, beamCenter: [3.4, 4.1], pixelSize: [1e-3], npt: 12 },
    {
      distance: 0.1,
      beamCenter: [3.4, 4.1],
      pixelSize: [1e-3],
      npt: 12,
      splitting: 'no',
      errorModel: 'poisson',
      dummy: 3,
    },
    {
      distance: 0.1,
      beamCenter: [3.4, 4.1],
      pixelSize: [1e-3],
      npt: 30,
      splitting: 'full',
      unit: 'r_mm',
      method: 'csr',
    },
    { distance: 0.1, beamCenter: [3.4, 4.1], pixelSize: [1e-3], npt: 9, nptAzim: 4, errorModel: 'poisson' },
    {
      distance: 0.1,
      beamCenter: [3.4, 4.1],
      pixelSize: [1e-3],
      npt: 5,
      average: 'sigma-clip',
      errorModel: 'azimuthal',
    },
  ],
  inside: true,
  prepare: prepareAzimuthal,
  outputs,
  cost(stack, values, prepared) {
    const bins = binsOf(values);
    const { longest } = asPrepared(prepared);
    const sums = scatterScratch(framePixels(stack), bins) + bins * (SUM_STRIDE + MISS_STRIDE) + 2 * MISS_STRIDE;
    const rings = longest > 0 ? ringScratch(longest, bins) : 0;
    return { workerBytes: (sums + rings) * DTYPES.float64.bytes + kernelBytes(bins) + 4096 };
  },
  init({ stack, values, prepared, arena }) {
    const arrays = asPrepared(prepared);
    const integration = integrationOf(stack, values, arrays);
    const { bins, pixels } = integration;
    const take = (length: number) => arena.float64(length);
    const hasRows = arrays.rowEnd.length > 0;
    const map: PixelMap | null = hasRows ? null : { ...arrays, pixels, bins };
    const rows: RowMatrix | null = hasRows
      ? { pixels, bins, rowEnd: arrays.rowEnd, pixel: arrays.entryPixel, weight: arrays.entryWeight }
      : null;
    const { average, errorModel, cutoff, rounds } = values;
    const rings =
      rows && arrays.longest > 0
        ? ringAverages(integration, rows, arrays.longest, { average, errorModel, cutoff, rounds }, take)
        : null;
    const summation = rings
      ? null
      : map
        ? scatterSums(integration, map, take)
        : rows
          ? rowSums(integration, rows, take)
          : null;
    return { integration, map, rows, summation, rings, job: makeJob(integration, map, rows, arena) };
  },
  process: (tile, state, out) =>
    integrateTile(tile, state, referenceSteps(state.integration, tile.data, state.map, state.rows), out),
  kernels: {
    wasm: {
      module: azimuthalWasm,
      process: (exports, tile, state, out) =>
        integrateTile(tile, state, kernelSteps(exports, state.job, tile.data), out),
    },
  },
  revises: () => false,
  finish({ radial, azimuthal }, _stack, values, prepared) {
    const { radialLow, radialWidth, azimuthalLow, azimuthalWidth } = asPrepared(prepared);
    const { scale } = findUnit(values.unit);
    if (radial) for (let k = 0; k < radial.length; k++) radial[k] = (radialLow + (k + 0.5) * radialWidth) * scale;
    if (azimuthal) {
      for (let k = 0; k < azimuthal.length; k++)
        azimuthal[k] = ((azimuthalLow + (k + 0.5) * azimuthalWidth) * 180) / Math.PI;
    }
  },
  facts: (prepared) => ({ geometry: asPrepared(prepared).geometry }),
  tolerance: 1e-6,
});
