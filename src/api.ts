import { dtypeOfArray, type NumericArray } from './core/dtype.js';
import { type Outcome, runPlanned } from './core/engine.js';
import { bindJob, planBound, slotLabel } from './core/job.js';
import type { OperatorRef } from './core/layout.js';
import type { RawValues } from './core/params.js';
import type { Plan } from './core/plan.js';
import type { Provenance } from './core/sink.js';
import { filesOf, type Source } from './core/source.js';
import { type Axis, makeStack } from './core/stack.js';
import { openMemory } from './formats/memory.js';
import { checkOutputs, writeOutput } from './formats/outputs.js';
import { openSource } from './formats/registry.js';
import { localHost, makeJob, planLocal, type RunOptions } from './layouts/local.js';
import { version } from './version.js';

/**
 * What to run: the name of a built-in operator, an operator with its values, or several for one pass. An operator of
 * your own is `{ name, module, values }`, where `module` is the URL of a file whose default export comes from
 * `defineOperator`; workers load it from there.
 */
export type Work = string | OperatorRef | readonly OperatorRef[];

/** How to run, and where results go. */
export interface RunRequest extends RunOptions {
  /** Parameters of the operator when `work` is its name. */
  readonly values?: RawValues;
  /** Files to write the results to; the extension names the format. */
  readonly outputs?: readonly string[];
  /** Replace outputs that exist. */
  readonly overwrite?: boolean;
}

function refsOf(work: Work, values: RawValues = {}): readonly OperatorRef[] {
  if (typeof work === 'string') return [{ name: work, values }];
  return 'name' in work ? [{ ...work, values: { ...work.values, ...values } }] : work;
}

function provenanceOf(refs: readonly OperatorRef[], source: Source): Provenance {
  const operators = refs.map(({ name, values }) => ({ name, values }));
  return { program: 'fanfold', version, recipe: JSON.stringify({ operators, source: source.location }) };
}

/**
 * Runs operators over every frame of a source.
 *
 * @param source a source, or a path such as `scan.h5:/entry/data`
 * @returns the results, held in memory, and a report in seconds and bytes
 * @throws FanfoldError of one of six kinds; `Stopped` when `signal` aborts
 */
export async function run(work: Work, source: Source | string, request: RunRequest = {}): Promise<Outcome> {
  const { values, outputs = [], overwrite = false, ...options } = request;
  const opened = typeof source === 'string' ? await openSource(source) : source;
  const refs = refsOf(work, values);
  const { job } = makeJob(opened, refs, options);
  const bound = await bindJob(job, localHost);
  const names = bound.slots.filter(({ slot }) => !slot.private).map((slot) => slotLabel(slot, bound.bound));
  checkOutputs(outputs, names, overwrite, filesOf(opened.handle));
  const outcome = await runPlanned(job, planBound(job, localHost, bound), localHost);
  for (const output of outputs) await writeOutput(output, outcome.arrays, provenanceOf(refs, opened), { overwrite });
  return outcome;
}

/** What `run` would do, and why. */
export interface PlanOutcome {
  readonly plan: Plan;
  readonly layout: string;
  readonly kernel: 'wasm' | 'ts';
  /** In the order the decisions were made. */
  readonly reasons: readonly string[];
  readonly fallbacks: readonly string[];
}

/**
 * Plans the same run without reading a frame.
 *
 * @throws PlanError when it does not fit the memory it is given
 */
export async function plan(work: Work, source: Source | string, request: RunRequest = {}): Promise<PlanOutcome> {
  const { values, outputs: _outputs, overwrite: _overwrite, ...options } = request;
  const opened = typeof source === 'string' ? await openSource(source) : source;
  const { planned, local } = await planLocal(opened, refsOf(work, values), options);
  return {
    plan: planned.plan,
    layout: local.job.layout.name,
    kernel: local.job.kernel,
    reasons: [...local.reasons, ...planned.plan.reasons],
    fallbacks: local.job.fallbacks,
  };
}

/**
 * A source over an array in memory.
 *
 * @param shape of the whole array, row-major, positions first; its product is `data.length`
 * @param options.frameRank trailing dimensions that make a frame, 2 by default
 * @throws UsageError when the shape does not fit the data
 */
export function openArray(
  shape: readonly number[],
  data: NumericArray,
  options: { readonly frameRank?: number; readonly axes?: readonly Axis[]; readonly name?: string } = {},
): Source {
  const stack = makeStack(shape, dtypeOfArray(data), options.frameRank ?? 2, options.axes);
  return openMemory(stack, new Uint8Array(data.buffer, data.byteOffset, data.byteLength), options.name ?? 'array');
}
