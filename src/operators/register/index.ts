import { type Arrays, defineOperator, type Tile } from '../../core/operator.js';
import { product } from '../../core/stack.js';
import type { WasmExports } from '../../core/wasm.js';
import { registerWasm } from '../../kernels/register.wasm.js';
import { details } from './details.js';
import { stopAtFailure } from './failure.js';
import { fit } from './fit/index.js';
import { besideFiles, folderFiles } from './folder.js';
import { given } from './given.js';
import { correctionOf, type Grid } from './grid.js';
import type { Finder, Given, Method } from './method.js';
import { fileBytes, withFiles } from './motion-files/prepared.js';
import { outputsOf, reslices } from './outputs.js';
import { params, type RegisterParams } from './params.js';
import { asPrepared, gridOf, placementIn } from './prepared.js';
import { fillDisplacement } from './quality/displacement.js';
import { finishQuality } from './quality/index.js';
import { faultsInWords } from './report/words.js';
import { mergeMoments } from './resample/moments.js';
import { makeReslicer, type Reslicer, resliceBytes } from './reslice.js';
import { toParameters } from './rigid.js';
import { spm } from './spm/index.js';

/** Bytes on the host: volumes while a template is made, and pages with their pictures. */
const HOST = { perVoxel: 100, pages: 24 * 2 ** 20 } as const;

interface RegisterState {
  readonly grid: Grid;
  readonly finder: Finder;
  /** Whether a frame that cannot be registered ends the run. */
  readonly stops: boolean;
  /** Null when frames stay where they are. */
  readonly reslicer: Reslicer | null;
}

function methodOf({ method, apply }: Given): Method {
  if (apply !== undefined) return given;
  return method === 'spm' ? spm : fit;
}

function registerTile(
  tile: Tile,
  { grid, finder, stops, reslicer }: RegisterState,
  exports: WasmExports | null,
  out: Arrays<string>,
): void {
  const { params: six, errors, flags } = out;
  for (let k = 0; k < tile.count; k++) {
    const found = finder.find(tile, k, exports, out);
    if (stops) stopAtFailure(tile.first + k, found.flags);
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
  // measured: 20 ms for 135 000 voxels, spline and sampling included
  flops: (stack) => 150 * product(stack.frameShape),
  prepare: async (context) => withFiles(context, await methodOf(context.values).prepare(context)),
  async again(context, pass, previous) {
    const next = await methodOf(context.values).again(context, pass, previous);
    return next && withFiles(context, next);
  },
  outputs: (stack, values, prepared) => ({
    ...outputsOf(stack, values),
    ...methodOf(values).slots(stack, values, prepared),
  }),
  cost(stack, values, prepared) {
    const method = methodOf(values);
    const grid = gridOf(stack, values, placementIn(asPrepared(prepared)));
    return {
      workerBytes:
        method.workerBytes(stack, values, prepared) + (reslices(values) ? resliceBytes(stack, values, grid) : 0),
      laterPreparedBytes: method.laterPreparedBytes(stack, values, prepared) + fileBytes(prepared),
      hostBytes: HOST.perVoxel * product(stack.frameShape) + HOST.pages,
    };
  },
  init(context) {
    const { stack, values, prepared, arena } = context;
    const grid = gridOf(stack, values, placementIn(asPrepared(prepared)));
    const finder = methodOf(values).start(context);
    const reslicer = reslices(values) ? makeReslicer(stack, values, grid, arena, finder.coefficients) : null;
    return { grid, finder, stops: values.onFailure === 'stop', reslicer };
  },
  process: (tile, state, out) => registerTile(tile, state, null, out),
  kernels: {
    wasm: { module: registerWasm, process: (exports, tile, state, out) => registerTile(tile, state, exports, out) },
  },
  merge: mergeMoments,
  finish(out, stack, values, prepared, read) {
    fillDisplacement(out, stack, values, prepared, read);
    finishQuality(out, stack, read);
  },
  remarks: ({ flags }) => faultsInWords(flags ?? []),
  folder: (stack, values, name) => folderFiles(stack, values, name),
  files: (context) => besideFiles(context),
  facts: (prepared) => ({
    convention:
      'params: x y z in mm (without a placement in mm: the unit of world), pitch roll yaw in radians, of Tr Rx Ry Rz (SPM), from the frame to the reference, about the world origin',
    world: asPrepared(prepared).world,
  }),
  tolerance: 1e-4,
});
