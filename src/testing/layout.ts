import { FanfoldError, Stopped } from '../core/errors.js';
import type { Layout, OperatorRef } from '../core/layout.js';
import type { Source } from '../core/source.js';
import { serial } from '../layouts/serial.js';
import { compareResults } from './compare.js';
import { type Cut, describeCut, runCut, wholeCut } from './cut.js';
import { sampleStack } from './stacks.js';

const WORK: readonly OperatorRef[] = [
  { name: 'copy', values: {} },
  { name: 'sum', values: {} },
];

/** An operator that fails at frame 20; workers load it from this URL. */
const FAILING: OperatorRef = {
  name: 'failing',
  module: `data:text/javascript,${encodeURIComponent(`export default {
  name: 'failing', summary: 'fails at frame 20', params: {},
  outputs: () => ({ x: { kind: 'each', shape: [], dtype: 'float64' } }),
  process: (tile) => { if (tile.first + tile.count > 20) throw new Error('frame 20 is too much'); } }`)}`,
  values: {},
};

const STEPS: readonly Omit<Cut, 'layout'>[] = [
  { kernel: 'wasm', workers: 1, partFrames: 40, tileFrames: 40, blockFrames: 40, deterministic: false },
  { kernel: 'wasm', workers: 3, partFrames: 4, tileFrames: 2, blockFrames: 4, deterministic: false },
  { kernel: 'ts', workers: 2, partFrames: 1, tileFrames: 1, blockFrames: 1, deterministic: true },
  { kernel: 'wasm', workers: 8, partFrames: 20, tileFrames: 7, blockFrames: 7, deterministic: false },
];

async function expectFailure(
  what: string,
  kind: typeof Stopped | typeof FanfoldError,
  work: Promise<unknown>,
): Promise<void> {
  let thrown: unknown;
  try {
    await work;
  } catch (error) {
    thrown = error;
  }
  if (thrown === undefined) throw new Error(`${what}: the run ended as if nothing had happened`);
  if (!(thrown instanceof kind)) throw new Error(`${what}: ${String(thrown)} instead of a ${kind.name}`);
}

/** More workers than parts, stops and failures. */
async function testEndings(layout: Layout, source: Source): Promise<void> {
  const cut: Cut = {
    layout,
    kernel: 'wasm',
    workers: 2,
    partFrames: 4,
    tileFrames: 1,
    blockFrames: 1,
    deterministic: false,
  };
  await expectFailure(`${layout.name}, stopped`, Stopped, runCut(source, WORK, cut, AbortSignal.abort()));
  await expectFailure(`${layout.name}, failing operator`, FanfoldError, runCut(source, [FAILING], cut));
}

/**
 * Checks that a layout gives the results of `serial` for one worker, several, more workers than parts, and in part
 * order; that an aborted run ends as stopped; and that an operator's failure comes out as an error.
 *
 * @throws Error that names the first difference
 */
export async function testLayout(layout: Layout): Promise<void> {
  const available = layout.available();
  if (!available.ok) throw new Error(`${layout.name} is not available: ${available.reason}`);
  const source = sampleStack([5, 8, 10, 12], 'int32');
  const expected = await runCut(source, WORK, wholeCut(serial, source, 'ts'));
  for (const step of STEPS) {
    const cut = { ...step, layout };
    compareResults(expected, await runCut(source, WORK, cut), 'order', describeCut(cut));
  }
  await testEndings(layout, source);
}
