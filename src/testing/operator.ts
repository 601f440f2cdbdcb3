import { DTYPES, type Dtype } from '../core/dtype.js';
import type { Layout, OperatorRef } from '../core/layout.js';
import type { RawValues } from '../core/params.js';
import type { Source } from '../core/source.js';
import { LAYOUTS } from '../layouts/registry.js';
import { serial } from '../layouts/serial.js';
import { threads } from '../layouts/threads/index.js';
import { loadOperator } from '../operators/load.js';
import { compareResults } from './compare.js';
import { type Cut, describeCut, runCut, wholeCut } from './cut.js';
import { sampleStack } from './stacks.js';

/** The sizes that most often go wrong: one frame at a time, odd numbers, all at once. */
const SIZES: readonly Pick<Cut, 'partFrames' | 'tileFrames' | 'blockFrames'>[] = [
  { partFrames: 5, tileFrames: 1, blockFrames: 1 },
  { partFrames: 7, tileFrames: 3, blockFrames: 4 },
];

/** Cuts that a conformance test tries on one kernel. */
export function cutsOf(layouts: readonly Layout[], kernel: Cut['kernel']): Cut[] {
  return layouts.flatMap((layout) => {
    const workers = layout === serial ? 1 : 3;
    const sizes = layout === serial ? SIZES : SIZES.slice(1);
    return sizes.map((size) => ({ layout, kernel, workers, deterministic: false, ...size }));
  });
}

/** Teams that share frames, small tiles and large ones; none for operators that cannot. */
function teamCuts(kernel: Cut['kernel']): Cut[] {
  const common = { layout: threads, kernel, deterministic: false } as const;
  return [
    { ...common, workers: 2, team: 2, partFrames: 7, tileFrames: 1, blockFrames: 1 },
    { ...common, workers: 3, team: 3, partFrames: 7, tileFrames: 3, blockFrames: 4 },
    { ...common, workers: 4, team: 2, partFrames: 5, tileFrames: 2, blockFrames: 5 },
  ];
}

/**
 * Runs operators over one source in every cut and compares: entries of frames must have the same bits, sums over the
 * stack agree but for rounding, kernels agree within the operator's tolerance, and deterministic runs with any number
 * of workers have the same bits altogether.
 *
 * @throws Error that names the cut, the array and the element
 */
export async function compareCuts(
  source: Source,
  operators: readonly OperatorRef[],
  layouts: readonly Layout[],
): Promise<void> {
  const what = `${operators.map(({ name, values }) => `${name} ${JSON.stringify(values)}`).join(' + ')} over ${source.location}`;
  const declared = await Promise.all(operators.map(loadOperator));
  const kernels = declared.some(({ kernels }) => kernels?.wasm) ? (['ts', 'wasm'] as const) : (['ts'] as const);
  const reference = await runCut(source, operators, wholeCut(serial, source, 'ts'));
  for (const kernel of kernels) {
    const whole = wholeCut(serial, source, kernel);
    const own = kernel === 'ts' ? reference : await runCut(source, operators, whole);
    compareResults(reference, own, 'kernel', `${what} (${describeCut(whole)})`);
    // Which kernel runs does not depend on who runs it: the layouts are tried with the last one.
    const tried = kernel === kernels.at(-1) ? layouts : [serial];
    const shared = tried.includes(threads) && declared.every(({ inside }) => inside) ? teamCuts(kernel) : [];
    for (const cut of [...cutsOf(tried, kernel), ...shared]) {
      compareResults(own, await runCut(source, operators, cut), 'order', `${what} (${describeCut(cut)})`);
    }
    const ordered: Cut = { ...whole, partFrames: 4, tileFrames: 2, blockFrames: 4, deterministic: true };
    const alone = await runCut(source, operators, ordered);
    for (const layout of tried.filter((one) => one !== serial)) {
      const cut = { ...ordered, layout, workers: 3 };
      compareResults(alone, await runCut(source, operators, cut), 'bits', `${what} (${describeCut(cut)})`);
    }
  }
}

/** What to try an operator on; everything has a default. */
export interface OperatorTest {
  /** Sets of parameters; the operator's examples, or its defaults, when absent. */
  readonly values?: readonly RawValues[];
  readonly dtypes?: readonly Dtype[];
  /** Shape of the sample stacks, frame included. */
  readonly shape?: readonly number[];
  readonly frameRank?: number;
  readonly layouts?: readonly Layout[];
}

/**
 * Checks that an operator gives the same results however its work is cut: every dtype, small tiles and large ones,
 * compiled kernel and reference; and the first dtype in every layout, with one worker and several.
 *
 * @param operator name of a built-in one, or `{ name, module }` with the URL of your own
 * @throws Error that names the first difference
 */
export async function testOperator(
  operator: string | Pick<OperatorRef, 'name' | 'module'>,
  test: OperatorTest = {},
): Promise<void> {
  const ref = typeof operator === 'string' ? { name: operator } : operator;
  const declared = await loadOperator(ref);
  const layouts = test.layouts ?? LAYOUTS.filter(({ available }) => available().ok);
  for (const values of test.values ?? declared.examples ?? [{}]) {
    for (const [i, dtype] of (test.dtypes ?? (Object.keys(DTYPES) as Dtype[])).entries()) {
      const source = sampleStack(test.shape ?? [4, 5, 9, 11], dtype, test.frameRank);
      // How an element is read depends on its type, how work is handed out does not: one type runs everywhere.
      await compareCuts(source, [{ ...ref, values }], i === 0 ? layouts : [serial]);
    }
  }
}
