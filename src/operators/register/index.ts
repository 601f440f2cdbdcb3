import { type Arrays, defineOperator, type Tile } from '../../core/operator.js';
import type { WasmExports } from '../../core/wasm.js';
import { registerWasm } from '../../kernels/register.wasm.js';
import { details } from './details.js';
import { fit } from './fit.js';
import { besideFiles, folderFiles } from './folder.js';
import type { Grid } from './grid.js';
import type { Finder, Given, Method } from './method.js';
import { outputsOf, reslices } from './outputs.js';
import { params, type RegisterParams } from './params.js';
import { finishQuality } from './quality/index.js';
import { makeReslicer, type Reslicer, resliceBytes } from './reslice.js';
import { toParameters } from './rigid.js';
import { asPrepared, correctionOf, gridOf, placementIn } from './setup.js';

interface RegisterState {
  readonly grid: Grid;
  readonly finder: Finder;
  /** Null when frames stay where they are. */
  readonly reslicer: Reslicer | null;
}

function methodOf(_values: Given): Method {
  return fit;
}

function registerTile(
  tile: Tile,
  { grid, finder, reslicer }: RegisterState,
  exports: WasmExports | null,
  out: Arrays<string>,
): void {
  const { params: six, errors, flags } = out;
  for (let k = 0; k < tile.count; k++) {
    const found = finder.find(tile, k, exports, out);
    if (tile.team.rank !== 0 || !six || !errors || !flags) continue;
    six.set(toParameters(correctionOf(grid, found.motion)), 6 * k);
    errors.set(found.errors, 6 * k);
    flags[k] = found.flags;
    reslicer?.frame(tile, k, found.motion, exports, out);
  }
}

/** Rigid registration of a series of volumes or images. */
export default defineOperator<RegisterParams, string, RegisterState>({
  name: 'register',
  summary: 'rigid registration: motion of every frame, realigned frames and their mean',
  details,
  params,
  // One update each: frames of noise, which have no motion to converge to, tell kernels apart after many.
  examples: [
    { iterations: 1, coarse: 'never' },
    { iterations: 1, coarse: 'never', reference: '1', interpolation: 'linear', outside: 'nan', keep: 0.9 },
  ],
  inside: true,
  ordered: true,
  prepare: (context) => methodOf(context.values).prepare(context),
  again: (context, pass, previous) => methodOf(context.values).again(context, pass, previous),
  outputs: (stack, values, prepared) => ({
    ...outputsOf(stack, values),
    ...methodOf(values).slots(stack, values, prepared),
  }),
  cost(stack, values, prepared) {
    const method = methodOf(values);
    const grid = gridOf(stack, values, placementIn(asPrepared(prepared)));
    return {
      workerBytes: method.workerBytes(stack, values, prepared) + (reslices(values) ? resliceBytes(grid) : 0),
      laterPreparedBytes: method.laterPreparedBytes(stack, values, prepared),
    };
  },
  init(context) {
    const { stack, values, prepared, arena } = context;
    const grid = gridOf(stack, values, placementIn(asPrepared(prepared)));
    const finder = methodOf(values).start(context);
    const reslicer = reslices(values) ? makeReslicer(stack, values, grid, arena, finder.coefficients) : null;
    return { grid, finder, reslicer };
  },
  process: (tile, state, out) => registerTile(tile, state, null, out),
  kernels: {
    wasm: { module: registerWasm, process: (exports, tile, state, out) => registerTile(tile, state, exports, out) },
  },
  finish: (out, stack, values, _prepared, read) => finishQuality(out, stack, values, read),
  folder: (stack, values, name) => folderFiles(stack, values, name),
  files: (context) => besideFiles(context),
  facts: (prepared) => ({
    convention:
      'params: x y z in mm, pitch roll yaw in radians, of Tr Rx Ry Rz (SPM), from the frame to the reference, about the world origin',
    world: asPrepared(prepared).world,
  }),
  tolerance: 1e-4,
});
