import { temporaryFolder } from '../../io/folder.js';
import { availableCores } from '../../io/machine.js';
import { dropPageCache } from '../../io/page-cache.js';
import { version } from '../../version.js';
import { type DataOutcome, ensureData, ensureMask, type Places } from './data.js';
import { GroupSession, type Tools } from './group.js';
import type { Journal } from './journal.js';
import { floorsOf } from './limits.js';
import { compileNative, nativeRows } from './native.js';
import { findPython, peerRows } from './peers.js';
import type { Configuration, SetName } from './record.js';
import { References } from './reference.js';
import type { BenchReport, GroupReport } from './report.js';
import { type Attempt, runInterleaved } from './runner.js';
import { floorRows, type Group, type Scale } from './scenario.js';
import { describeState } from './state.js';
import { findings, summarise } from './summary.js';

/** What the user asked for. */
export interface Settings {
  readonly scale: Scale;
  readonly groups: readonly Group[];
  /** Rows (a) to (h), already chosen. */
  readonly rows: readonly Configuration[];
  readonly runs: number;
  readonly warmups: number;
  readonly cold: boolean;
  readonly peers: boolean;
  readonly places: Places;
}

/** Who is told what happens, and who may stop it. */
export interface Hooks {
  readonly signal: AbortSignal;
  tell(text: string): void;
  /** One run has ended; `done` of `total` counts all runs of all groups. */
  onStep(group: string, configuration: Configuration, repeat: number, attempt: Attempt): void;
}

/** Float32 products added up in another order differ by about this much. */
const TOLERANCE = 1e-5;

/** What figures depend on: a journal with another fingerprint belongs to another benchmark. */
export function fingerprintOf({ scale, groups, cold, places }: Settings): string {
  const { shapes, memoryPerWorker, smallMemoryPerWorker } = scale;
  const names = groups.map(({ name }) => name);
  const limits = [memoryPerWorker, smallMemoryPerWorker];
  return JSON.stringify({ version, shapes, limits, names, cold, places, cores: availableCores() });
}

async function prepareData({ rows, scale, places }: Settings, group: Group, { signal, tell }: Hooks) {
  const sets = new Map<SetName, DataOutcome>();
  const names = new Set<SetName>(['main', ...rows.map(({ set }) => set)]);
  for (const set of names) {
    const replica = rows.some((row) => row.files === 2 && row.set === set);
    sets.set(set, await ensureData(places, group, scale, set, replica, { signal, tell }));
  }
  return sets;
}

async function runGroup(
  settings: Settings,
  group: Group,
  tools: Tools,
  journal: Journal,
  hooks: Hooks,
): Promise<GroupReport> {
  const session = new GroupSession(group, await prepareData(settings, group, hooks), tools);
  const { cores } = tools;
  const configurations = [
    ...settings.rows,
    ...floorRows(group.codec, cores, session.hasTwoDisks),
    ...(group.codec === 'raw' ? nativeRows(cores) : []),
    ...(settings.peers ? peerRows(cores) : []),
  ];
  const series = await runInterleaved(
    {
      group: group.name,
      configurations,
      warmups: tools.cold ? 0 : settings.warmups,
      runs: settings.runs,
      measure: (configuration, repeat) => session.measure(configuration, repeat),
      reasonAgainst: (configuration) => session.reasonAgainst(configuration),
      onStep: (configuration, repeat, attempt) => hooks.onStep(group.name, configuration, repeat, attempt),
    },
    journal,
    hooks.signal,
  );
  const floors = floorsOf(series, cores);
  const rows = summarise(series, {
    cores,
    floors,
    tolerance: TOLERANCE,
    conditionsOf: (configuration, direct) => session.conditionsOf(configuration, direct),
    notesOf: (configuration) => session.notesOf(configuration),
  });
  return { name: group.name, files: session.files(), floors, rows, findings: findings(rows, cores) };
}

function describeMethod(settings: Settings, coldReason: string | null): string[] {
  const { runs, warmups, cold } = settings;
  const isCold = cold && coldReason === null;
  return [
    `Every run is a process of its own; ${runs} timed run${runs === 1 ? '' : 's'} of each row, round after round over all rows` +
      `${isCold || warmups === 0 ? '' : `, after ${warmups} warm-up round${warmups === 1 ? '' : 's'}`}.`,
    isCold
      ? 'Cold: the page cache is dropped before every run.'
      : `Warm: files are in the page cache as far as it holds them.${coldReason === null ? '' : ` Cold is not possible: ${coldReason}.`}`,
    'Seconds are those of the job, with the data set open and workers started; the whole process stands beside. ' +
      'Median, then smallest to largest. GiB/s counts decoded bytes. Speed-up is against row (e).',
    'Limited by: what an ideal worker spends most time on when it reads, decodes and computes one after the other at the ' +
      'rates of the floors, and per cent of that ideal pace. Memory means copying from the page cache. ' +
      'Per task: waiting for a part to be handed out.',
    isCold || warmups === 0
      ? 'Peak memory is what the program itself reports: resident bytes, shared pages counted in every process.'
      : 'Peak memory is the proportional size of the process tree and of its shared memory, sampled from outside in the warm-up.',
  ];
}

/**
 * Runs the scenario: every group after the other, so that its files stay cached, and the rows of a group interleaved.
 *
 * @throws Stopped when the signal aborts; the journal then holds what was done
 */
export async function runScenario(
  settings: Settings,
  journal: Journal,
  resumed: boolean,
  hooks: Hooks,
): Promise<BenchReport> {
  const { signal } = hooks;
  const work = temporaryFolder();
  const references = new References(`${journal.path}.results`, resumed, '.npy');
  try {
    const coldReason = settings.cold ? dropPageCache() : null;
    const native = await compileNative(work.path, signal);
    const none = { reason: 'not asked for' };
    const python = settings.peers ? await findPython(signal) : none;
    const mask = ensureMask(settings.places, settings.scale.shapes.main.slice(2));
    const cores = availableCores();
    const cold = settings.cold && coldReason === null;
    const tools: Tools = { native, python, mask, work: work.path, cores, references, cold, signal };
    const groups: GroupReport[] = [];
    for (const group of settings.groups) groups.push(await runGroup(settings, group, tools, journal, hooks));
    references.remove();
    const { folder, replicas } = settings.places;
    const places = { data: folder, ...(settings.rows.some(({ files }) => files === 2) ? { copies: replicas } : {}) };
    return {
      title: `4D-STEM virtual image, scale ${settings.scale.name}`,
      date: new Date().toISOString(),
      method: describeMethod(settings, coldReason),
      state: await describeState(
        places,
        'compiler' in native ? native.compiler : null,
        'versions' in python ? python.versions : {},
        signal,
      ),
      groups,
    };
  } finally {
    work.remove();
  }
}
