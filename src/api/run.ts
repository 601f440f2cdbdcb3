import { type Outcome, runPlanned } from '../core/engine.js';
import { type BoundJob, bindJob, type Job, planBound, slotLabel } from '../core/job.js';
import { reachOf } from '../core/selection.js';
import { filesOf, type Source } from '../core/source.js';
import { splitDataset } from '../formats/location.js';
import type { Announced } from '../formats/measured.js';
import {
  abandonFolder,
  type Folder,
  fillFolder,
  folderOf,
  isFolder,
  nameOf,
  openFolder,
} from '../formats/output-folder.js';
import { checkOutputs, isArchive, outputPaths, writeOutput } from '../formats/outputs.js';
import { openSource } from '../formats/registry.js';
import { leftBy, ResumableRun } from '../formats/resume/index.js';
import { sheetsOf, writeSheets } from '../formats/sheet.js';
import { localHost, makeJob } from '../layouts/local.js';
import { labelArrays, withClasses } from './labels.js';
import { provenanceOf } from './recipe.js';

import { folderStreams, streamFor } from './stream.js';
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
      const { kind, shape, axes = [], unit = '', errorsOf, image } = one.slot;
      const of = errorsOf === undefined ? {} : { errorsOf: slotLabel({ ...one, name: errorsOf }, bound) };
      const own = one.slot.axes === undefined ? {} : { coordinates: axes.length };
      const shown = image === undefined ? {} : { image };
      const leading = kind === 'each' ? handle.stack.stackShape : [];
      return { name: slotLabel(one, bound), shape: [...leading, ...shape], axes, unit, ...of, ...own, ...shown };
    });
}

/** Says what an interrupted run has left that could be gone on with. */
function nameLeft({ source, crew }: Job, bound: BoundJob, outputs: readonly string[], folder: Folder | null): void {
  const results = announced(source, bound);
  const targets = [...outputs.flatMap((path) => outputPaths(path, results)), ...Object.values(folder?.slots ?? {})];
  for (const partial of leftBy(targets))
    crew.warn(`${partial} was left by an interrupted run, which --resume goes on with. Remove it if not.`);
}

/**
 * Runs operators over every frame of a source.
 *
 * @param source a source, or a path such as `scan.h5:/entry/data`
 * @returns the results in memory, unless a single large one was streamed to its file, and a report in seconds and bytes
 * @throws FanfoldError of one of six kinds; `Stopped` when `signal` aborts
 */
export async function run(work: Work, source: Source | string, request: RunRequest = {}): Promise<RunOutcome> {
  const {
    values,
    outputs = [],
    overwrite = false,
    resume = false,
    plotScale,
    onPlan,
    onResume,
    onKept,
    ...options
  } = request;
  const opened =
    typeof source === 'string'
      ? await openSource(source, { ...reachOf(options.frames), onBadFrame: options.onBadFrame })
      : source;
  const refs = refsOf(work, values);
  const { job, reasons } = await makeJob(opened, refs, options);
  const bound = await bindJob(job, localHost);
  const inputs = [splitDataset(opened.location).path, ...filesOf(opened.handle), ...(options.replicas ?? [])];
  const folder = folderOf(outputs, opened, bound, overwrite);
  const sheets = sheetsOf(outputs, bound);
  const single = outputs.filter((output) => !(folder && isFolder(output)) && !sheets.includes(output));
  checkOutputs(sheets, [], overwrite, inputs);
  checkOutputs(single, announced(job.source, bound), overwrite, inputs);
  const made = provenanceOf(refs, opened, options, bound);
  const provenance = withClasses(made, job.source, false);
  const alone = withClasses(made, job.source, true);
  if (!resume) nameLeft(job, bound, single, folder);
  if (folder) openFolder(folder);
  let streams: Job['streams'] = [];
  let resumable: ResumableRun | null = null;
  try {
    if (resume) {
      const beside = labelArrays(job.source);
      resumable = await ResumableRun.open(job, bound, { outputs: single, folder, overwrite, beside }, provenance);
    }
    // Other files want the whole arrays, too.
    const isAlone = folder !== null && single.length === 0;
    streams = resumable
      ? resumable.streams
      : isAlone
        ? await folderStreams(job, bound, folder.slots, overwrite, alone)
        : folder
          ? []
          : await streamFor(job, bound, single, overwrite, alone);
    const named = {
      ...(folder ? { folder: folder.name } : {}),
      ...(sheets.length > 0 ? { sheet: nameOf(opened) } : {}),
    };
    const whole: Job = { ...job, streams, ...named };
    const planned = planBound(whole, localHost, bound);
    onPlan?.(planned.plan, [...reasons, ...planned.plan.reasons]);
    const log = resumable?.begin(planned.plan);
    if (resumable && resumable.state.done > 0) onResume?.(resumable.state);
    const outcome = await runPlanned({ ...whole, ...(log ? { log } : {}) }, planned, localHost);
    const files: string[] = [];
    const placed = await resumable?.commit(outcome.arrays);
    const how = { overwrite, ...(plotScale === undefined ? {} : { png: { scale: plotScale } }) };
    if (folder) {
      const streamed = placed ? Object.keys(folder.slots) : streams.map(({ slot }) => slot);
      files.push(...(await fillFolder(folder, outcome.arrays, outcome.beside, streamed, provenance, how)));
    } else if (placed) files.push(...placed);
    else if (streams.length > 0) files.push(...single);
    for (const output of placed || (!folder && streams.length > 0) ? [] : single) {
      const beside =
        isArchive(output) && !outcome.arrays.some(({ name }) => name === 'label') ? labelArrays(job.source) : [];
      files.push(...(await writeOutput(output, [...outcome.arrays, ...beside], provenance, how)));
    }
    await writeSheets(sheets, outcome.sheet, provenance, overwrite);
    return { ...outcome, files: [...files, ...sheets] };
  } catch (error) {
    for (const { sink } of streams) sink.abort();
    const kept = await resumable?.leave();
    if (kept) onKept?.(kept);
    if (folder) abandonFolder(folder);
    throw error;
  }
}
