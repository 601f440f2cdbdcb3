import { type AdviseOutcome, advise } from '../api/advise/index.js';
import { UsageError } from '../core/errors.js';
import type { Params } from '../core/params.js';
import { formatBytes, formatSeconds } from '../core/size.js';
import { frameCount, fullShape, stackBytes } from '../core/stack.js';
import { shownPath } from '../io/http/url.js';
import { adviceTable } from './advise-table.js';
import { runOptionsOf } from './common.js';
import { jobHelp, parseJob } from './job.js';
import { tell } from './terminal.js';

/** Those of `run`, so that a command can be advised on by changing one word. */
const PARAMS = {
  out: { kind: 'texts', help: 'outputs of the run, which decide what is kept in memory: nothing is written' },
  overwrite: { kind: 'flag', help: 'as of the run: nothing is written' },
  resume: { kind: 'flag', help: 'as of the run, which then keeps no results in memory' },
  plotScale: { kind: 'text', help: 'as of the run: nothing is drawn' },
  sample: { kind: 'text', default: '5s', help: 'how long to measure, such as 500ms, 5s or 1min' },
} as const satisfies Params;

/** The exit code of `plan` for such a job. */
const DOES_NOT_FIT = 4;

const UNITS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, min: 60 };

/** Seconds of a text such as `500ms`, `5s` or `1min`; a bare number is seconds. @throws UsageError */
function parseSeconds(text: string): number {
  const match = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*(ms|s|min)?\s*$/.exec(text);
  const seconds = match ? Number(match[1]) * (UNITS[match[2] ?? 's'] ?? 1) : Number.NaN;
  if (seconds > 0 && seconds <= 3600) return seconds;
  throw new UsageError('bad-value', `--sample takes a time up to an hour, such as 500ms, 5s or 1min, not '${text}'.`);
}

/** Flags that are left out of the command that is recommended: they are about advice, or replaced. */
const DROPPED = new Set(['--sample', '--layout', '--workers', '-w']);
const DROPPED_ALONE = new Set(['--json', '-q', '--quiet', '-v', '--verbose']);

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A word of the command as it may be printed: passwords are not repeated. */
const shown = (word: string): string =>
  word
    .split(/,(?=https?:\/\/)/i)
    .map(shownPath)
    .join(',');

/** The command that runs the job as advised. */
function commandOf(args: readonly string[], { best }: AdviseOutcome): string | null {
  if (!best) return null;
  const kept: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    const [flag = ''] = arg.split('=');
    if (DROPPED_ALONE.has(arg)) continue;
    if (!DROPPED.has(flag)) kept.push(arg);
    else if (!arg.includes('=')) i++;
  }
  const how = ['--layout', best.layout, ...(best.layout === 'serial' ? [] : ['--workers', String(best.workers)])];
  return ['fanfold', 'run', ...kept, ...how].map(shown).map(quoted).join(' ');
}

export async function run(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { refs, source, values, set } = await parseJob('advise', args, PARAMS, signal);
  const sampleSeconds = parseSeconds(values.sample);
  if (!values.quiet && !values.json) tell(`measuring for about ${formatSeconds(sampleSeconds)} ...`);
  const outcome = await advise(refs, source, {
    ...runOptionsOf(values, signal),
    outputs: values.out,
    resume: values.resume,
    sampleSeconds,
  });
  const command = commandOf(args, outcome);
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ ...outcome, command })}\n`);
    return outcome.best ? 0 : DOES_NOT_FIT;
  }
  const { stack } = source.handle;
  const [small, large] = outcome.sampleFrames;
  const sizes = small === large ? `${large}` : `${small} and ${large}`;
  const lines = [
    `${set.title} over ${fullShape(stack).join(' x ')} ${stack.dtype}: ${outcome.frames} of ${frameCount(stack)} frames, ${formatBytes(stackBytes(stack) * (outcome.frames / frameCount(stack)))}`,
    `samples of ${sizes} frames from the middle, each way in turn, ${outcome.rounds} times (medians)`,
    '',
    ...adviceTable(outcome),
    '',
    outcome.verdict,
    ...outcome.warnings.map((text) => `warning: ${text}`),
    `A GPU would ${outcome.gpu.helps ? 'help' : 'not help'}: ${outcome.gpu.reason}.`,
    `A cluster would ${outcome.cluster.helps ? 'help' : 'not help'}: ${outcome.cluster.reason}.`,
    ...outcome.notes.map((text) => `note: ${text}`),
    ...(values.out.length > 0 ? ['note: writing the outputs is not in these times.'] : []),
    ...(command === null ? [] : ['', command]),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  return outcome.best ? 0 : DOES_NOT_FIT;
}

export function help(args: readonly string[]): Promise<string> {
  return jobHelp(
    'advise',
    args,
    'Measures a sample of that run on every layout there is, and says which is the best for all of it, from what size on workers pay, what memory it takes, and whether a GPU or a cluster would help. Nothing is written.',
    PARAMS,
  );
}
