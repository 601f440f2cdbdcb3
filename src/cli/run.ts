import { resolve } from 'node:path';
import type { Outcome } from '../core/engine.js';
import { UsageError } from '../core/errors.js';
import type { Params } from '../core/params.js';
import { describeReport } from '../core/report.js';
import type { NamedArray, Provenance } from '../core/sink.js';
import { frameBytes } from '../core/stack.js';
import { checkOutputs, writeOutput } from '../formats/outputs.js';
import { splitDataset } from '../formats/registry.js';
import { runLocal } from '../layouts/local.js';
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

function checkNotInput(source: string, outputs: readonly string[]): void {
  const input = resolve(splitDataset(source).path);
  const same = outputs.find((output) => resolve(output) === input);
  if (same !== undefined)
    throw new UsageError('output-is-input', `${same} is the input; a source is never changed. Choose another output.`);
}

function writeAll(
  outputs: readonly string[],
  arrays: readonly NamedArray[],
  provenance: Provenance,
  overwrite: boolean,
): void {
  for (const output of outputs) writeOutput(output, arrays, provenance, { overwrite });
}

function show(command: Command, { arrays, report }: Outcome): void {
  if (command.values.json) {
    process.stdout.write(
      `${JSON.stringify({ report, results: arrays.map(statisticsOf), outputs: command.values.out })}\n`,
    );
    return;
  }
  if (command.values.quiet) return;
  for (const line of describeReport(report)) tell(line);
  for (const line of describeArrays(arrays)) process.stdout.write(`${line}\n`);
  for (const output of command.values.out) tell(`wrote ${output}`);
}

export async function run(args: readonly string[], signal: AbortSignal): Promise<number> {
  const command = await parseJob('run', args, PARAMS);
  const { values, source, refs } = command;
  checkNotInput(command.sourceText, values.out);
  checkOutputs(values.out, values.overwrite);
  for (const note of values.quiet ? [] : source.notes) tell(`note: ${note}`);
  const progress = makeProgress(values.quiet ? 'none' : values.progress, frameBytes(source.handle.stack));
  let outcome: Outcome;
  try {
    outcome = await runLocal(source, refs, { ...runOptionsOf(values, signal), onProgress: progress.update });
  } finally {
    progress.end();
  }
  writeAll(values.out, outcome.arrays, provenanceOf(command), values.overwrite);
  show(command, outcome);
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
