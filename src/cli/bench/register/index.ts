import { dirname, join } from 'node:path';
import { UsageError } from '../../../core/errors.js';
import { checkValues, type Params, type RawValues } from '../../../core/params.js';
import type { Report } from '../../../core/report.js';
import { formatBytes } from '../../../core/size.js';
import { readNpyArray } from '../../../formats/loaded-array.js';
import { removePath } from '../../../io/folder.js';
import { availableCores } from '../../../io/machine.js';
import { absolutePath, baseName } from '../../../io/path.js';
import { openOptionsOf, SELECT_PARAMS, SOURCE_PARAMS } from '../../common.js';
import { parseFlags } from '../../flags.js';
import { findOperators } from '../../operators.js';
import { figuresOfReport, type Reading } from '../measure.js';
import { flagsOf, type OwnScenario, runOwn } from '../own.js';
import type { PreparedBench } from '../prepared.js';
import { fanfoldProgram } from '../program.js';
import type { Configuration } from '../record.js';
import type { Hooks } from '../run-scenario.js';
import { chooseRows } from '../scenario.js';
import { BENCH_PARAMS, defaultFolder } from '../settings.js';
import { describeSeries, ensureHead, type Series } from './data.js';
import { FRAMES, registerFindings } from './findings.js';
import { findPeers, type Peers, peerCommand, peerReading, peerReason, peerRows } from './peers.js';
import { registerRows } from './rows.js';
import { motionError, motionsOf, readMotions } from './truth.js';

/** Flags that do not change what is measured. */
const TELLING = new Set(['resume', 'export', 'json', 'quiet', 'state', 'progress']);

const OPERATOR = 'register';

/** Flags of this scenario. */
export const REGISTER_PARAMS = {
  workers: { kind: 'text', help: 'number of workers (default: the number of cores)' },
  rows: { kind: 'text', help: 'only these rows, such as 1,2 or 5-bound' },
  data: { kind: 'text', help: 'folder of the generated series and of journals (default: in the temporary folder)' },
  count: { kind: 'number', default: 40, min: 2, integer: true, help: 'volumes of the generated series' },
  truth: {
    kind: 'text',
    help: 'true motion, six numbers a line (default: NAME.truth_rp.txt or truth_rp.txt beside the source)',
  },
  peers: { kind: 'flag', help: 'also run numba (alone and under MPI) and nipy on the same file' },
  scripts: {
    kind: 'text',
    help: 'folder of realign_numba_mpi.py and realign_nipy.py, when they are not found by themselves',
  },
} as const satisfies Params;

/** Parameters of the operator that all rows share; rows have their own --inverse and --no-reslice. */
export async function registerParams(): Promise<Params> {
  const { params } = await findOperators(OPERATOR);
  const { inverse: _, noReslice: __, ...shared } = params;
  return { ...shared, ...SOURCE_PARAMS, frames: SELECT_PARAMS.frames };
}

const METHOD = [
  'Steps of the ladder, each on top of the one before: (1) one thread in plain TypeScript with an inverse for every voxel, (2) split over ' +
    'workers, by frames or by points, (3) the inverse once a volume, (4) SIMD kernels, (5) workers bound to cores; (r) is (5) without each.',
  'Seconds: from planning to the last realigned frame in memory, starting workers and making the template included; of peers, without ' +
    'imports and compilation. Nobody writes files in that time. Speed-up is against (1).',
  'Error: root mean square over frames of the displacement in a sphere of 80 mm, relative to the first frame.',
];

/** Processors that workers got, and the most memory that one of them held. */
function workerNotes({ perWorker }: Report): string[] {
  const held = Math.max(...perWorker.map(({ processPeakBytes }) => processPeakBytes));
  const places = perWorker.flatMap(({ cores }) => cores ?? []);
  return [
    ...(held > 0 ? [`at most ${formatBytes(held)} a worker`] : []),
    ...(places.length > 0 ? [`on processors ${places.join(' | ')}`] : []),
  ];
}

/** Figures of a run of fanfold, and the error of the motion it left in `file`. */
function ownReading(series: Series, file: string): Reading {
  return {
    figures: (parsed, { workers }) => {
      const report = parsed.report as Report;
      const figures = figuresOfReport(report, workers);
      const { data } = readNpyArray(file, 'params');
      return {
        ...figures,
        seconds: report.seconds.wall,
        notes: [...figures.notes, ...workerNotes(report)],
        error: series.truth === null ? null : motionError(series.truth, motionsOf(data)),
      };
    },
    outputs: () => [],
  };
}

function scenarioOf(
  series: Series,
  flags: readonly string[],
  peers: Peers | { reason: string },
  workers: number,
): OwnScenario {
  const { file, frames, decodedBytes, storedBytes, isFromStart } = series;
  const versions = 'versions' in peers ? peers.versions : {};

  function ownRun({ engine, workers: n }: Configuration, folder: string) {
    const { layout, flags: more } = engine.kind === 'own' ? engine : { layout: 'auto', flags: [] };
    const out = join(folder, 'registered.npz');
    removePath(out);
    const how = layout === 'serial' ? [] : ['--workers', `${n}`];
    const args = ['run', OPERATOR, file, ...flags, '--layout', layout, ...how, ...more, '--out', out];
    return {
      command: fanfoldProgram([...args, '--json', '--quiet', '--progress', 'none']),
      reading: ownReading(series, out),
    };
  }

  function peerRun(found: Peers, mode: string, folder: string) {
    const prefix = join(folder, 'peer');
    const errorOf = () => (series.truth === null ? null : motionError(series.truth, readMotions(`${prefix}_rp.txt`)));
    return {
      command: peerCommand(found, mode, workers, { file, frames }, prefix),
      reading: peerReading(decodedBytes, errorOf),
    };
  }

  return {
    title: `Rigid registration of ${baseName(file)}, ${frames} volumes`,
    method: series.truth === null ? [...METHOD, 'The true motion of this series is not known.'] : METHOD,
    versions,
    tolerance: 0,
    frames: FRAMES,
    files: { [baseName(file)]: { decodedBytes, storedBytes } },
    reasonAgainst: ({ engine }) => {
      if (engine.kind !== 'peer') return null;
      return 'reason' in peers ? peers.reason : peerReason(peers, engine.mode, workers, isFromStart);
    },
    rivalOf: (configuration, out) => {
      const { engine } = configuration;
      if (engine.kind !== 'peer') return ownRun(configuration, dirname(out));
      return 'program' in peers ? peerRun(peers, engine.mode, dirname(out)) : null;
    },
    findings: registerFindings,
  };
}

function workersOf(text: string | undefined): number {
  const workers = text === undefined ? availableCores() : Number(text);
  if (Number.isInteger(workers) && workers >= 1) return workers;
  throw new UsageError('bad-value', `--workers takes one number of workers such as 4, not '${text}'.`);
}

/** `bench register [SOURCE]`: checks flags, and runs the rows when asked to. @throws UsageError */
export async function prepareRegister(args: readonly string[]): Promise<PreparedBench> {
  const owner = `fanfold bench ${OPERATOR}`;
  const shared = await registerParams();
  const operator = (await findOperators(OPERATOR)).params;
  const { positionals, raw } = parseFlags(args, { ...shared, ...BENCH_PARAMS, ...REGISTER_PARAMS }, owner);
  if (positionals.length > 1) throw new UsageError('too-many', `${owner} takes one source, not '${positionals[1]}'.`);
  const pick = (names: Params): RawValues => Object.fromEntries(Object.entries(raw).filter(([name]) => name in names));
  const values = checkValues(BENCH_PARAMS, pick(BENCH_PARAMS), owner);
  const own = checkValues(REGISTER_PARAMS, pick(REGISTER_PARAMS), owner);
  checkValues(operator, pick(operator), owner);
  const workers = workersOf(own.workers);
  const chosen = chooseRows([...registerRows(workers), ...(own.peers ? peerRows(workers) : [])], own.rows);
  const [given] = positionals;
  const folder = own.data ?? defaultFolder();
  const measured = Object.fromEntries(Object.entries(raw).filter(([name]) => !TELLING.has(name)));
  const where = given === undefined ? `${own.count} generated volumes` : absolutePath(given);

  async function start(journal: Parameters<PreparedBench['start']>[0], resumed: boolean, hooks: Hooks) {
    const path = given ?? (await ensureHead(folder, own.count, hooks));
    const options = openOptionsOf(checkValues(SOURCE_PARAMS, pick(SOURCE_PARAMS), owner));
    const frames = typeof raw.frames === 'string' ? raw.frames : undefined;
    const series = await describeSeries(path, options, frames, own.truth);
    const found = own.peers ? await findPeers(own.scripts, hooks.signal) : { reason: 'not asked for' };
    const flags = flagsOf(pick(shared), shared);
    return runOwn(
      {
        operator: OPERATOR,
        source: path,
        flags,
        rows: chosen,
        runs: values.runs,
        warmups: values.warmup,
        cold: values.cold,
        scenario: scenarioOf(series, flags, found, workers),
      },
      journal,
      resumed,
      hooks,
    );
  }
  const fingerprint = JSON.stringify({ source: where, raw: measured, workers });
  return { journal: join(folder, `bench-${OPERATOR}.jsonl`), fingerprint, values, start };
}
