import { type Outcome, runPlanned } from '../core/engine.js';
import { type BoundJob, bindJob, type Job, planBound, slotLabel } from '../core/job.js';
import { filesOf, type Source } from '../core/source.js';
import { splitDataset } from '../formats/location.js';
import type { Announced } from '../formats/measured.js';
import { checkOutputs, writeOutput } from '../formats/outputs.js';
import { openSource } from '../formats/registry.js';
import { localHost, makeJob } from '../layouts/local.js';
import { provenanceOf } from './recipe.js';
import { streamFor } from './stream.js';
import { type RunRequest, refsOf, type Work } from './work.js';

/** Results, the report, and the files that were written. */
export interface RunOutcome extends Outcome {
  readonly files: readonly string[];
}

/** What will come out, as far as it is known before any frame was read. */
function announced({ handle }: Source, { slots, bound }: BoundJob): Announced[] {
  return slots
    .filter(({ slot }) => !slot.private)
    .map((one) => {
      const { kind, shape, axes = [], unit = '', errorsOf } = one.slot;
      const of = errorsOf === undefined ? {} : { errorsOf: slotLabel({ ...one, name: errorsOf }, bound) };
      const own = one.slot.axes === undefined ? {} : { coordinates: axes.length };
      const leading = kind === 'each' ? handle.stack.stackShape : [];
      return { name: slotLabel(one, bound), shape: [...leading, ...shape], axes, unit, ...of, ...own };
    });
}

/**
 * Runs operators over every frame of a source.
 *
 * @param source a source, or a path such as `scan.h5:/entry/data`
 * @returns the results in memory, unless a single large one was streamed to its file, and a report in seconds and bytes
 * @throws FanfoldError of one of six kinds; `Stopped` when `signal` aborts
 */
export async function run(work: Work, source: Source | string, request: RunRequest = {}): Promise<RunOutcome> {
  const { values, outputs = [], overwrite = false, plotScale, onPlan, ...options } = request;
  const opened = typeof source === 'string' ? await openSource(source) : source;
  const refs = refsOf(work, values);
  const { job, reasons } = makeJob(opened, refs, options);
  const bound = await bindJob(job, localHost);
  const inputs = [splitDataset(opened.location).path, ...filesOf(opened.handle), ...(options.replicas ?? [])];
  checkOutputs(outputs, announced(job.source, bound), overwrite, inputs);
  const provenance = provenanceOf(refs, opened, options, bound);
  const stream = await streamFor(job, bound, outputs, overwrite, provenance);
  const whole: Job = stream ? { ...job, stream } : job;
  try {
    const planned = planBound(whole, localHost, bound);
    onPlan?.(planned.plan, [...reasons, ...planned.plan.reasons]);
    const outcome = await runPlanned(whole, planned, localHost);
    if (stream) return { ...outcome, files: outputs };
    const files: string[] = [];
    const how = { overwrite, ...(plotScale === undefined ? {} : { png: { scale: plotScale } }) };
    for (const output of outputs) files.push(...(await writeOutput(output, outcome.arrays, provenance, how)));
    return { ...outcome, files };
  } catch (error) {
    stream?.sink.abort();
    throw error;
  }
}
