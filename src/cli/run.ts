import { DTYPES } from '../core/dtype.js';
import { type Outcome, runPlanned } from '../core/engine.js';
import { type BoundJob, bindJob, type Job, planBound, slotLabel } from '../core/job.js';
import type { Params } from '../core/params.js';
import { describeReport } from '../core/report.js';
import type { Provenance } from '../core/sink.js';
import { filesOf } from '../core/source.js';
import { frameBytes, frameCount, plainAxis, product } from '../core/stack.js';
import { checkOutputs, createStream, writeOutput } from '../formats/outputs.js';
import { splitDataset } from '../formats/registry.js';
import { localHost, makeJob } from '../layouts/local.js';
import { version } from '../version.js';
import { runOptionsOf } from './common.js';
import { type JobCommand, jobHelp, parseJob } from './job.js';
import { makeProgress } from './progress.js';
import { describeArrays, statisticsOf } from './results.js';
import { tell } from './terminal.js';

const PARAMS = {
  out: { kind: 'texts', help: 'output file; the extension says the format (.npy .npz .h5 .tif .csv .png); repeatable' },
  overwrite: { kind: 'flag', help: 'replace an output that exists' },
} as const satisfies Params;

type Command = JobCommand<typeof PARAMS>;

function provenanceOf({ set, refs, sourceText }: Command): Provenance {
  const values = Object.assign(
    {},
    ...refs.map(({ name, values }) => (refs.length > 1 ? prefixed(name, values) : values)),
  );
  return { program: 'fanfold', version, recipe: JSON.stringify({ operators: set.title, source: sourceText, values }) };
}

function prefixed(owner: string, values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${owner}.${name}`, value]));
}

/** Above this many bytes an output of one entry per frame is written while running instead of being collected. */
const STREAM_BYTES = 2 ** 30;

/** The slot to stream and the file it goes to: the only result, one entry per frame, large, in a format that can. */
async function streamFor(command: Command, job: Job, { slots, bound }: BoundJob): Promise<Job['stream'] | undefined> {
  const [slot, ...others] = slots.filter((one) => !one.slot.private);
  const [output, ...more] = command.values.out;
  if (!slot || others.length > 0 || slot.slot.kind !== 'each' || output === undefined || more.length > 0)
    return undefined;
  const { stack } = job.source.handle;
  const bytes = frameCount(stack) * product(slot.slot.shape) * DTYPES[slot.slot.dtype].bytes;
  if (bytes < STREAM_BYTES || bound.some(({ operator }) => operator.finish)) return undefined;
  const axes = [...stack.axes.slice(0, stack.stackShape.length), ...slot.slot.shape.map((_, i) => plainAxis(i))];
  const results = { ...stack, frameShape: slot.slot.shape, dtype: slot.slot.dtype, axes };
  const sink = await createStream(output, results, {
    codec: { name: 'none' },
    chunked: true,
    overwrite: command.values.overwrite,
  });
  return { slot: slotLabel(slot, bound), sink, provenance: provenanceOf(command) };
}

function show(command: Command, { arrays, report }: Outcome, written: readonly string[]): void {
  if (command.values.json) {
    process.stdout.write(`${JSON.stringify({ report, results: arrays.map(statisticsOf), outputs: written })}\n`);
    return;
  }
  if (command.values.quiet) return;
  for (const line of describeReport(report)) tell(line);
  for (const line of describeArrays(arrays)) process.stdout.write(`${line}\n`);
  for (const output of written) tell(`wrote ${output}`);
}

export async function run(args: readonly string[], signal: AbortSignal): Promise<number> {
  const command = await parseJob('run', args, PARAMS);
  const { values, source, refs } = command;
  for (const note of values.quiet ? [] : source.notes) tell(`note: ${note}`);
  const progress = makeProgress(values.quiet ? 'none' : values.progress, frameBytes(source.handle.stack));
  const { job, reasons } = makeJob(source, refs, { ...runOptionsOf(values, signal), onProgress: progress.update });
  const bound = await bindJob(job, localHost);
  const names = bound.slots.filter(({ slot }) => !slot.private).map((slot) => slotLabel(slot, bound.bound));
  const inputs = [splitDataset(command.sourceText).path, ...filesOf(source.handle), ...values.replica];
  checkOutputs(values.out, names, values.overwrite, inputs);
  const stream = await streamFor(command, job, bound);
  const whole: Job = stream ? { ...job, stream } : job;
  const written: string[] = [];
  let outcome: Outcome;
  try {
    const planned = planBound(whole, localHost, bound);
    if (values.verbose) for (const reason of [...reasons, ...planned.plan.reasons]) tell(reason);
    outcome = await runPlanned(whole, planned, localHost);
  } catch (error) {
    stream?.sink.abort();
    throw error;
  } finally {
    progress.end();
  }
  if (stream) written.push(...values.out);
  else {
    for (const output of values.out) {
      written.push(
        ...(await writeOutput(output, outcome.arrays, provenanceOf(command), { overwrite: values.overwrite })),
      );
    }
  }
  show(command, outcome, written);
  return 0;
}

export function help(args: readonly string[]): Promise<string> {
  return jobHelp(
    'run',
    args,
    'Runs an operator over every frame of a source. Results go to the files named with -o.',
    PARAMS,
  );
}
