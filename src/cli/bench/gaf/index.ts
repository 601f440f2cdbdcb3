import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../../../core/errors.js';
import { checkValues, type Params, type RawValues, type Values } from '../../../core/params.js';
import { formatBytes } from '../../../core/size.js';
import { temporaryFolder } from '../../../io/folder.js';
import { availableCores } from '../../../io/machine.js';
import { version } from '../../../version.js';
import { parseFlags } from '../../flags.js';
import type { Journal } from '../journal.js';
import { compileNative } from '../native.js';
import type { PreparedBench } from '../prepared.js';
import type { Configuration } from '../record.js';
import { References } from '../reference.js';
import type { BenchReport, GroupReport } from '../report.js';
import type { Hooks } from '../run-scenario.js';
import { runInterleaved } from '../runner.js';
import { chooseNames, chooseRows } from '../scenario.js';
import { BENCH_PARAMS, defaultFolder } from '../settings.js';
import { describeState } from '../state.js';
import { summarise } from '../summary.js';
import { FRAMES, gafFindings } from './findings.js';
import type { GafSize } from './job.js';
import { findGafPeers, gafPeerRows } from './peers.js';
import { type GafGroup, type GafRow, GROUPS, groupBytes, memsetRows, ownRows } from './rows.js';
import { GafSession, type GafTools } from './session.js';

const OWNER = 'fanfold bench gaf';
const MEMSET = fileURLToPath(new URL('../../../../bench/floor/memset.c', import.meta.url));
const TELLING = new Set(['resume', 'export', 'json', 'quiet', 'state']);
const NO_FLOORS = { disk: null, secondDisk: null, cached: { one: null, all: null }, decode: null, arithmetic: null };

/** Flags of this scenario. */
export const GAF_PARAMS = {
  workers: { kind: 'text', help: 'number of workers beside one (default: the number of cores)' },
  samples: { kind: 'number', default: 4000, min: 1, integer: true, help: 'series to make images of' },
  channels: { kind: 'number', default: 9, min: 1, integer: true, help: 'channels of each' },
  length: { kind: 'number', default: 96, min: 2, integer: true, help: 'points of a series' },
  size: { kind: 'number', default: 96, min: 2, integer: true, help: 'rows and columns of an image' },
  convert: { kind: 'size', help: 'bytes of the array to convert (default: 2e9)' },
  times: {
    kind: 'number',
    default: 4,
    min: 1,
    integer: true,
    help: 'times each process does its job; the first counts apart',
  },
  tables: {
    kind: 'text',
    default: GROUPS.map(({ name }) => name).join(','),
    help: 'tables to measure, separated by commas',
  },
  rows: { kind: 'text', help: 'only these rows, such as stream-2,batch32' },
  data: { kind: 'text', help: 'folder of journals (default: in the temporary folder)' },
  peers: { kind: 'flag', help: 'also run NumPy and pyts: one process, pools, shared memory' },
  scripts: { kind: 'text', help: 'folder of gaf_numpy.py, when it is not found by itself' },
} as const satisfies Params;

const CONVERT_BYTES = 2e9;

/** Flags, checked. */
interface GafSettings {
  readonly size: GafSize;
  readonly bytes: number;
  readonly times: number;
  readonly workers: number;
  readonly runs: number;
  readonly warmups: number;
  readonly peers: boolean;
  readonly scripts: string | undefined;
  /** Tables with the rows that were asked for; none of them is empty. */
  readonly tables: readonly { readonly group: GafGroup; readonly rows: readonly GafRow[] }[];
}

function workersOf(text: string | undefined): number {
  const workers = text === undefined ? availableCores() : Number(text);
  if (Number.isInteger(workers) && workers >= 1) return workers;
  throw new UsageError('bad-value', `--workers takes one number of workers such as 4, not '${text}'.`);
}

function settingsOf(own: Values<typeof GAF_PARAMS>, bench: Values<typeof BENCH_PARAMS>): GafSettings {
  if (bench.cold)
    throw new UsageError(
      'no-cold',
      `${OWNER} reads no files, so that there is no cache to drop: leave --cold out. The first time in each process stands in a column of its own.`,
    );
  const { samples, channels, length, size, convert = CONVERT_BYTES, times, peers, scripts } = own;
  const workers = workersOf(own.workers);
  const names = chooseNames(
    own.tables,
    GROUPS.map(({ name }) => name),
    'tables',
  );
  const all = GROUPS.filter(({ name }) => names.includes(name)).map((group) => ({
    group,
    rows: [...ownRows(group, workers), ...memsetRows(workers), ...(peers ? gafPeerRows(group, workers) : [])],
  }));
  const every = all.flatMap(({ rows }) => rows.map(({ configuration }) => configuration));
  const chosen = new Set(chooseRows(every, own.rows).map(({ id }) => id));
  const tables = all
    .map(({ group, rows }) => ({ group, rows: rows.filter(({ configuration }) => chosen.has(configuration.id)) }))
    .filter(({ rows }) => rows.length > 0);
  const { runs, warmup: warmups } = bench;
  return {
    size: { samples, channels, length, size },
    bytes: convert,
    times,
    workers,
    runs,
    warmups,
    peers,
    scripts,
    tables,
  };
}

async function runTable(
  { group, rows }: GafSettings['tables'][number],
  { runs, warmups, size, bytes }: GafSettings,
  tools: GafTools,
  journal: Journal,
  hooks: Hooks,
): Promise<GroupReport> {
  const session = new GafSession(group, rows, tools);
  const series = await runInterleaved(
    {
      group: group.name,
      configurations: rows.map(({ configuration }): Configuration => configuration),
      warmups,
      runs,
      measure: (configuration, repeat) => session.measure(configuration, repeat),
      reasonAgainst: (configuration) => session.reasonAgainst(configuration),
      onStep: (configuration, repeat, attempt) => hooks.onStep(group.name, configuration, repeat, attempt),
    },
    journal,
    hooks.signal,
  );
  const cores = availableCores();
  const summaries = summarise(series, {
    cores,
    floors: NO_FLOORS,
    tolerance: 0,
    frames: FRAMES,
    conditionsOf: () => ({ cores, ratio: 1, fromDisk: false }),
    notesOf: () => [],
  });
  const output = group.from === null ? groupBytes(group, size, bytes) : null;
  return { name: group.name, files: {}, floors: NO_FLOORS, rows: summaries, findings: gafFindings(summaries, output) };
}

function methodOf({ runs, warmups, times, size, bytes }: GafSettings): string[] {
  const { samples, channels, length, size: side } = size;
  return [
    `${samples} samples of ${channels} channels and ${length} points become summation and difference images of ${side} x ${side}; arrays of ${formatBytes(bytes)} are converted.`,
    `Every run is a process of its own; ${runs} timed runs of each row, round after round over all rows, after ${warmups} without timing.`,
    `Each process does its job ${times} times. Seconds: the median of all but the first. First: the first time, in which memory is touched, workers start and code is compiled.`,
    'GiB/s counts bytes of images; of conversion, bytes of the source. Speed-up is against NumPy at its best in one process; without it, against the first row.',
    'Memory is the highest proportional size of the process tree and of shared memory, sampled in the warm-up; above idle is what comes on top of the same program with nothing to do.',
  ];
}

async function runGaf(settings: GafSettings, journal: Journal, resumed: boolean, hooks: Hooks): Promise<BenchReport> {
  const { signal } = hooks;
  const work = temporaryFolder();
  const references = new References(`${journal.path}.results`, resumed, '.npy');
  try {
    const { size, bytes, times, scripts } = settings;
    const native = await compileNative(work.path, signal, MEMSET);
    const peers = settings.peers ? await findGafPeers(scripts, signal) : { reason: 'not asked for' };
    const tools: GafTools = { size, bytes, times, native, peers, work: work.path, references, signal };
    const groups: GroupReport[] = [];
    for (const table of settings.tables) groups.push(await runTable(table, settings, tools, journal, hooks));
    references.remove();
    const versions = 'versions' in peers ? peers.versions : {};
    return {
      title: 'Gramian angular fields and conversion',
      date: new Date().toISOString(),
      method: methodOf(settings),
      state: await describeState(
        { journals: dirname(journal.path) },
        'compiler' in native ? native.compiler : null,
        versions,
        signal,
      ),
      groups,
    };
  } finally {
    work.remove();
  }
}

/** `bench gaf`: checks flags, and runs the tables when asked to. @throws UsageError */
export function prepareGaf(args: readonly string[]): PreparedBench {
  const { positionals, raw } = parseFlags(args, { ...BENCH_PARAMS, ...GAF_PARAMS }, OWNER);
  if (positionals.length > 0)
    throw new UsageError('too-many', `${OWNER} makes its own series and takes no '${positionals[0]}'.`);
  const pick = (names: Params): RawValues => Object.fromEntries(Object.entries(raw).filter(([name]) => name in names));
  const values = checkValues(BENCH_PARAMS, pick(BENCH_PARAMS), OWNER);
  const own = checkValues(GAF_PARAMS, pick(GAF_PARAMS), OWNER);
  const settings = settingsOf(own, values);
  const measured = Object.fromEntries(Object.entries(raw).filter(([name]) => !TELLING.has(name)));
  return {
    journal: join(own.data ?? defaultFolder(), 'bench-gaf.jsonl'),
    fingerprint: JSON.stringify({ version, raw: measured, workers: settings.workers }),
    values,
    start: (journal, resumed, hooks) => runGaf(settings, journal, resumed, hooks),
  };
}
