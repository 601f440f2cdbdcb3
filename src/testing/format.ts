import type { NumericArray } from '../core/dtype.js';
import type { Source } from '../core/source.js';
import { frameCount, framePixels, fullShape } from '../core/stack.js';
import { LAYOUTS } from '../layouts/registry.js';
import { serial } from '../layouts/serial.js';
import { compareData } from './compare.js';
import { type Cut, describeCut, runCut } from './cut.js';
import { cutsOf } from './operator.js';

/** What a source must hold, known from elsewhere. */
export interface FormatTest {
  readonly shape: readonly number[];
  readonly dtype: string;
  /** All elements, row-major, as the operator sees them. */
  readonly data: NumericArray;
}

/** Cuts that read one frame at a time, across rows of chunks, and everything at once, in every layout. */
function readingCuts(source: Source): Cut[] {
  const frames = frameCount(source.handle.stack);
  const whole = { partFrames: frames, tileFrames: frames, blockFrames: frames };
  return [
    ...cutsOf(
      LAYOUTS.filter(({ available }) => available().ok),
      'wasm',
    ),
    { layout: serial, kernel: 'wasm', workers: 1, deterministic: false, ...whole },
    { layout: serial, kernel: 'ts', workers: 1, deterministic: false, ...whole },
    { layout: serial, kernel: 'ts', workers: 1, deterministic: false, partFrames: 3, tileFrames: 2, blockFrames: 2 },
  ];
}

/**
 * Checks that a source holds what it should, reads the same in every cut and layout, and that its handle survives the
 * way to a worker.
 *
 * @throws Error that names the first difference
 */
export async function testFormat(source: Source, expected: FormatTest): Promise<void> {
  const { stack } = source.handle;
  const shape = fullShape(stack);
  if (shape.join() !== expected.shape.join()) {
    throw new Error(`${source.location}: shape ${shape} instead of ${expected.shape}`);
  }
  if (stack.dtype !== expected.dtype) {
    throw new Error(`${source.location}: dtype ${stack.dtype} instead of ${expected.dtype}`);
  }
  if (stack.axes.length !== shape.length) {
    throw new Error(`${source.location}: ${stack.axes.length} axes for ${shape.length} dimensions`);
  }
  structuredClone(source.handle);
  for (const cut of readingCuts(source)) {
    const what = `${source.location} (${describeCut(cut)})`;
    const { arrays } = await runCut(source, [{ name: 'copy', values: {} }], cut);
    const frames = arrays[0];
    if (!frames) throw new Error(`${what}: no frames came`);
    compareData(expected.data, frames.data, 0, what);
  }
  if (expected.data.length !== frameCount(stack) * framePixels(stack)) {
    throw new Error(`${source.location}: ${expected.data.length} expected elements do not fill ${shape}`);
  }
}
