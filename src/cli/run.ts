import { type RunOutcome, run as runWork } from '../api/run.js';
import { Stopped } from '../core/errors.js';
import type { Params } from '../core/params.js';
import { describeReport } from '../core/report.js';
import { frameBytes } from '../core/stack.js';
import { SCALE_KINDS } from '../formats/plot/scale.js';
import type { Resumption } from '../formats/resume/index.js';
import { OUTPUT_PARAMS, runOptionsOf } from './common.js';
import { type JobCommand, jobHelp, parseJob } from './job.js';
import { takeOperator } from './operators.js';
import { makeProgress } from './progress.js';
import { describeArrays, statisticsOf } from './results.js';
import { tell } from './terminal.js';

const PARAMS = {
  out: {
    kind: 'texts',
    help: 'output file; the extension says the format (.h5 .npy .npz .xy .csv .png .svg .tif); with {} in the name, a file for each frame; repeatable',
  },
  overwrite: { kind: 'flag', help: 'replace an output that exists' },
  resume: {
    kind: 'flag',
    help: 'go on where a run that was stopped left off, and leave what is needed for that (.h5 .npy .raw, or a folder)',
  },
  plotScale: {
    kind: 'choice',
    choices: ['auto', ...SCALE_KINDS],
    default: 'auto',
    help: 'intensities in pictures of curves and cakes; auto bends the scale where a few are far above the others',
  },
} as const satisfies Params;

function show({ values }: JobCommand<typeof PARAMS>, { arrays, report, files, remarks }: RunOutcome): void {
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ report, results: arrays.map(statisticsOf), remarks, outputs: files })}\n`);
    return;
  }
  if (values.quiet) return;
  for (const line of describeReport(report)) tell(line);
  for (const line of describeArrays(arrays)) process.stdout.write(`${line}\n`);
  for (const remark of remarks) tell(remark);
  for (const file of files) tell(`wrote ${file}`);
}

/** Of a run that was stopped and can be gone on with; sysexits.h calls it a temporary failure. */
const RESUMABLE = 75;

function tellKept({ files, done, parts }: Resumption): void {
  tell(
    `fanfold: stopped with ${done} of ${parts} parts done; they are in ${files.join(', ')}. --resume goes on from there.`,
  );
}

/** The arguments of `infer`, which runs in workers of its own; null for all operators. */
function inferArgs(args: readonly string[]): readonly string[] | null {
  const { spec, rest } = takeOperator(args, { ...OUTPUT_PARAMS, overwrite: PARAMS.overwrite });
  return spec === 'infer' ? rest : null;
}

export async function run(args: readonly string[], signal: AbortSignal): Promise<number> {
  const infer = inferArgs(args);
  if (infer) return (await import('./infer.js')).run(infer, signal);
  const command = await parseJob('run', args, PARAMS, signal);
  const { values, source, refs } = command;
  for (const note of values.quiet ? [] : source.notes) tell(`note: ${note}`);
  const progress = makeProgress(values.quiet ? 'none' : values.progress, frameBytes(source.handle.stack));
  let kept: Resumption | null = null;
  const running = runWork(refs, source, {
    ...runOptionsOf(values, signal),
    outputs: values.out,
    overwrite: values.overwrite,
    resume: values.resume,
    ...(values.plotScale === 'auto' ? {} : { plotScale: values.plotScale }),
    onProgress: progress.update,
    onPlan: (_plan, reasons) => {
      if (values.verbose) for (const reason of reasons) tell(reason);
    },
    onResume: ({ done, parts, framesBefore }) => {
      progress.goOn(framesBefore);
      if (!values.quiet) tell(`resuming: ${done} of ${parts} parts done`);
    },
    onKept: (state) => {
      kept = state;
    },
  }).finally(() => progress.end());
  try {
    show(command, await running);
    return 0;
  } catch (error) {
    if (kept) tellKept(kept);
    if (kept && error instanceof Stopped) return RESUMABLE;
    throw error;
  }
}

export async function help(args: readonly string[]): Promise<string> {
  if (inferArgs(args)) return (await import('./infer.js')).help();
  return jobHelp(
    'run',
    args,
    'Runs an operator over every frame of a source. Results go to the files named with -o.',
    PARAMS,
  );
}
