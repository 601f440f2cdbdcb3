import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Stopped, UsageError } from '../core/errors.js';
import { checkValues, type Params } from '../core/params.js';
import { ensureFolder } from '../io/folder.js';
import { absolutePath } from '../io/path.js';
import { AZIMUTHAL_PARAMS, prepareAzimuthal, sharedParams } from './bench/azimuthal/index.js';
import { exportReport, exportTargets } from './bench/export.js';
import { GAF_PARAMS, prepareGaf } from './bench/gaf/index.js';
import { Journal } from './bench/journal.js';
import { flagsOf, ownRows, runOwn } from './bench/own.js';
import type { PreparedBench } from './bench/prepared.js';
import { BenchProgress } from './bench/progress.js';
import { prepareRegister, REGISTER_PARAMS, registerParams } from './bench/register/index.js';
import { type BenchReport, disagreeing, isEmpty } from './bench/report.js';
import { fingerprintOf, type Hooks, runScenario } from './bench/run-scenario.js';
import { BENCH_PARAMS, defaultFolder, SCENARIO_PARAMS, settingsOf } from './bench/settings.js';
import { reportText } from './bench/text-table.js';
import { RUN_PARAMS, SELECT_PARAMS, SOURCE_PARAMS } from './common.js';
import { parseFlags } from './flags.js';
import { verbHelp } from './help.js';
import { readRecipe } from './job.js';
import { findOperators, takeOperator } from './operators.js';
import { tell } from './terminal.js';

const NOTHING = 1;
const DIFFERS = 6;
const INTERRUPTED = 130;

/** Lists take the place of single values: every layout is timed with every number of workers. */
const OWN_PARAMS = {
  ...SOURCE_PARAMS,
  ...SELECT_PARAMS,
  ...RUN_PARAMS,
  layout: { kind: 'text', default: 'serial,threads', help: 'layouts to time, separated by commas' },
  workers: { kind: 'text', default: '-1', help: 'numbers of workers to time, such as 1,2,4' },
} as const satisfies Params;

/** A benchmark with rows of its own. */
interface Scenario {
  readonly params: Params;
  prepare(args: readonly string[]): PreparedBench | Promise<PreparedBench>;
  help(): Promise<string>;
}

const STEM = '4d-stem';

function prepareStem(args: readonly string[]): PreparedBench {
  const params = { ...BENCH_PARAMS, ...SCENARIO_PARAMS };
  const owner = `fanfold bench ${STEM}`;
  const { positionals, raw } = parseFlags(args, params, owner);
  if (positionals.length > 0) throw new UsageError('too-many', `${owner} takes no '${positionals[0]}'.`);
  const values = checkValues(params, raw, owner);
  const settings = settingsOf(values);
  return {
    journal: join(settings.places.folder, `bench-${values.scale}.jsonl`),
    fingerprint: fingerprintOf(settings),
    values,
    start: (journal, resumed, hooks) => runScenario(settings, journal, resumed, hooks),
  };
}

async function prepareOwn(spec: string, args: readonly string[]): Promise<PreparedBench> {
  const recipe = spec.endsWith('.json') ? readRecipe(spec) : null;
  const set = await findOperators(recipe?.operators ?? spec);
  const owner = `fanfold bench ${set.title}`;
  const params: Params = { ...set.params, ...OWN_PARAMS, ...BENCH_PARAMS };
  const { positionals, raw } = parseFlags(args, params, owner);
  const split = (names: Params, wanted: boolean) =>
    Object.fromEntries(Object.entries(raw).filter(([name]) => name in names === wanted));
  const values = checkValues(BENCH_PARAMS, split(BENCH_PARAMS, true), owner);
  const own = { layout: String(raw.layout ?? 'serial,threads'), workers: String(raw.workers ?? '-1') };
  const source = positionals[0] ?? recipe?.source;
  if (source === undefined || positionals.length > 1)
    throw new UsageError('no-source', `${owner} needs one source: a file name.`);
  const rest = split({ ...BENCH_PARAMS, layout: null, workers: null } as unknown as Params, false);
  const flags = flagsOf(rest, params);
  const rows = ownRows(own.layout, own.workers);
  const bench = { operator: spec, source, flags, rows, runs: values.runs, warmups: values.warmup, cold: values.cold };
  const fingerprint = JSON.stringify({ spec, source: absolutePath(source), flags, cold: values.cold });
  const name = createHash('sha256').update(fingerprint).digest('hex').slice(0, 12);
  return {
    journal: join(defaultFolder(), `bench-${name}.jsonl`),
    fingerprint,
    values,
    start: (journal, resumed, hooks) => runOwn(bench, journal, resumed, hooks),
  };
}

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  [STEM]: {
    params: SCENARIO_PARAMS,
    prepare: prepareStem,
    help: async () =>
      verbHelp(
        `bench ${STEM} [options]    or    bench azimuthal [SOURCE]    or    bench register [SOURCE]    or    bench gaf    or    bench OPERATOR SOURCE [options]`,
        'Measures the virtual image of a 4D-STEM stack on every layout, beside plain C, Python, and what disk, memory, ' +
          'decoding and arithmetic allow. With an operator, times that command over --layout and --workers.',
        [
          ['benchmark', BENCH_PARAMS],
          [STEM, SCENARIO_PARAMS],
          ['own command', { layout: OWN_PARAMS.layout, workers: OWN_PARAMS.workers }],
        ],
      ),
  },
  azimuthal: {
    params: AZIMUTHAL_PARAMS,
    prepare: prepareAzimuthal,
    help: async () =>
      verbHelp(
        'bench azimuthal [SOURCE] [--poni FILE.poni] [options]',
        'Measures azimuthal integration as a serial loop, with threads inside every frame, with threads and with processes ' +
          'over frames, and beside pyFAI. Without a source, a stack with rings is made first; the geometry is looked for ' +
          'beside the source.',
        [
          ['benchmark', BENCH_PARAMS],
          ['azimuthal', AZIMUTHAL_PARAMS],
          ['integration', await sharedParams()],
        ],
      ),
  },
  register: {
    params: REGISTER_PARAMS,
    prepare: prepareRegister,
    help: async () =>
      verbHelp(
        'bench register [SOURCE] [--truth FILE] [options]',
        'Measures rigid registration step by step, from one thread in plain TypeScript to compiled kernels on bound workers, the last ' +
          'step without each of them, and beside numba under MPI and nipy; with the error of each. Without a source, a series of a ' +
          'moving head is made first.',
        [
          ['benchmark', BENCH_PARAMS],
          ['register', REGISTER_PARAMS],
          ['registration', await registerParams()],
        ],
      ),
  },
  gaf: {
    params: GAF_PARAMS,
    prepare: prepareGaf,
    help: async () =>
      verbHelp(
        'bench gaf [options]',
        'Measures Gramian angular fields of generated series, streamed through the ring of a loader, kept in it, and by the operator ' +
          'alone, and conversion of a large array; beside plain C that fills as much memory, and NumPy and pyts in one process, in pools ' +
          'and on shared memory. The first time and later ones stand in columns of their own.',
        [
          ['benchmark', BENCH_PARAMS],
          ['gaf', GAF_PARAMS],
        ],
      ),
  },
};

const scenarioNamed = (spec: string): Scenario | undefined =>
  Object.hasOwn(SCENARIOS, spec) ? SCENARIOS[spec] : undefined;

/** The scenario, operator or recipe among the arguments. */
function takeSpec(args: readonly string[]) {
  const params = Object.values(SCENARIOS).map((scenario) => scenario.params);
  return takeOperator(args, Object.assign({}, OWN_PARAMS, ...params, BENCH_PARAMS));
}

export async function run(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { spec, rest } = takeSpec(args);
  if (spec === undefined) {
    const names = Object.keys(SCENARIOS).join(' or ');
    throw new UsageError(
      'no-scenario',
      `fanfold bench needs a scenario (${names}), an operator such as mask, or a recipe.`,
    );
  }
  const prepared = await (scenarioNamed(spec)?.prepare(rest) ?? prepareOwn(spec, rest));
  const { values } = prepared;
  const targets = exportTargets(values.export);
  const path = values.state ?? prepared.journal;
  ensureFolder(join(absolutePath(path), '..'));
  const journal = new Journal(path);
  const found = journal.open(prepared.fingerprint, values.resume);
  if (found === null) {
    throw new UsageError(
      'other-journal',
      `${path} belongs to a benchmark with other settings, data or another version. Start again without --resume, or give --state another file.`,
    );
  }
  const progress = new BenchProgress(values.quiet, values.runs);
  if (found > 0) progress.tell(`going on after ${found} finished runs`);
  const hooks: Hooks = {
    signal,
    tell: (text) => progress.tell(text),
    onStep: (group, configuration, repeat, attempt) => progress.step(group, configuration, repeat, attempt),
  };
  let report: BenchReport;
  try {
    report = await prepared.start(journal, found > 0, hooks);
  } catch (error) {
    if (!(error instanceof Stopped || signal.aborted)) throw error;
    progress.end();
    tell(`fanfold: stopped; finished runs are kept in ${path}. The same command with --resume goes on.`);
    return INTERRUPTED;
  } finally {
    progress.end();
  }
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : reportText(report));
  exportReport(report, targets);
  if (!values.quiet) for (const target of targets) tell(`wrote ${target}`);
  const wrong = disagreeing(report);
  if (isEmpty(report)) {
    tell('fanfold: no row could be measured; the table says why.');
    return NOTHING;
  }
  if (wrong.length === 0) return 0;
  tell(
    `fanfold: results differ from the reference in ${wrong.length} row${wrong.length === 1 ? '' : 's'}: ${wrong.join('; ')}.`,
  );
  return DIFFERS;
}

export async function help(args: readonly string[]): Promise<string> {
  const { spec = STEM } = takeSpec(args);
  const scenario = scenarioNamed(spec);
  if (scenario) return scenario.help();
  const { title, params } = await findOperators(spec);
  return verbHelp(`bench ${title} SOURCE [options]`, 'Times one command over layouts and numbers of workers.', [
    ['benchmark', BENCH_PARAMS],
    [`${title} options`, params],
    ['how it runs', OWN_PARAMS],
  ]);
}
