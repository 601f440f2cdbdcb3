import { join } from 'node:path';
import { UsageError } from '../../../core/errors.js';
import { checkValues, type Params, type RawValues } from '../../../core/params.js';
import { availableCores } from '../../../io/machine.js';
import { absolutePath } from '../../../io/path.js';
import { openOptionsOf, SELECT_PARAMS, SOURCE_PARAMS } from '../../common.js';
import { parseFlags } from '../../flags.js';
import { findOperators } from '../../operators.js';
import { flagsOf, type OwnScenario, runOwn } from '../own.js';
import type { PreparedBench } from '../prepared.js';
import type { Hooks } from '../run-scenario.js';
import { chooseRows } from '../scenario.js';
import { BENCH_PARAMS, defaultFolder } from '../settings.js';
import { describeStack, ensureRings, poniBeside, type Stack } from './data.js';
import { azimuthalFindings, FRAMES } from './findings.js';
import {
  findPyfai,
  type Integration,
  PYFAI_READING,
  type Pyfai,
  pyfaiCommand,
  pyfaiReason,
  pyfaiRows,
} from './pyfai.js';
import { azimuthalRows, parseCounts, usualCounts } from './rows.js';

/** Flags that do not change what is measured. */
const TELLING = new Set(['resume', 'export', 'json', 'quiet', 'state', 'progress']);

const OPERATOR = 'azimuthal';

/** Sums in another order, or in float32 as pyFAI takes some of them, differ by less. */
const TOLERANCE = 1e-5;

/** Flags of this scenario. */
export const AZIMUTHAL_PARAMS = {
  workers: { kind: 'text', help: 'numbers of workers, such as 1,2,4 (default: 1 to the number of cores)' },
  rows: { kind: 'text', help: 'only these rows, such as 0,1 or 1-auto-2' },
  data: { kind: 'text', help: 'folder of the generated stack and of journals (default: in the temporary folder)' },
  count: { kind: 'number', default: 64, min: 1, integer: true, help: 'frames of the generated stack (Eiger 4M)' },
  peers: { kind: 'flag', help: 'also run pyFAI on its own layouts, with the same file and geometry' },
  pyfai: { kind: 'text', help: 'path of pyfai_layouts.py, when it is not found by itself' },
} as const satisfies Params;

/** Parameters of the operator that all rows share; each row has its own method. */
export async function sharedParams(): Promise<Params> {
  const { params } = await findOperators(OPERATOR);
  const { method: _, ...shared } = params;
  return { ...shared, ...SOURCE_PARAMS, frames: SELECT_PARAMS.frames };
}

const METHOD = [
  'Serial: one thread. Layout 0: frames one after the other, all threads inside each (csr: the sparse matrix product). ' +
    'Layout 1: threads, layout 2: processes, each with frames of its own. Without csr, the method chosen by itself.',
  'Speed-up is against the fastest row of layout 0; over serial is against the serial loop with csr.',
  'Read, decode, compute and wait: time of all workers together for one frame. Making the geometry is never timed.',
];

function scenarioOf(stack: Stack, values: RawValues, pyfai: Pyfai | { reason: string }, cores: number): OwnScenario {
  const { file, dataset, frames, decodedBytes, storedBytes } = stack;
  const what: Integration = { file, dataset, frames, values };
  const versions = 'versions' in pyfai ? pyfai.versions : {};
  return {
    title: `Azimuthal integration of ${file.split('/').pop()}`,
    method: METHOD,
    versions,
    tolerance: TOLERANCE,
    frames: FRAMES,
    files: { [file.split('/').pop() ?? file]: { decodedBytes, storedBytes } },
    reasonAgainst: ({ engine }) => {
      if (engine.kind !== 'peer') return null;
      if ('reason' in pyfai) return pyfai.reason;
      return stack.isFromStart ? pyfaiReason(values) : 'the script integrates from the first frame of a file on';
    },
    rivalOf: ({ engine }, out) =>
      engine.kind === 'peer' && 'script' in pyfai
        ? { command: pyfaiCommand(pyfai, engine.mode, cores, what, out), reading: PYFAI_READING }
        : null,
    findings: (rows) => azimuthalFindings(rows, versions.pyFAI ?? ''),
  };
}

/** Values as the user gave them, the geometry beside the file when it is there, and pyFAI's own rounding beside pyFAI. */
function integrationValues(own: RawValues, source: string, peers: boolean): RawValues {
  const poni = own.poni === undefined && own.distance === undefined ? poniBeside(source) : null;
  return {
    ...own,
    ...(poni === null ? {} : { poni }),
    ...(peers && own.precision === undefined ? { precision: 'pyfai' } : {}),
  };
}

/** `bench azimuthal [SOURCE]`: checks flags, and runs the rows when asked to. @throws UsageError */
export async function prepareAzimuthal(args: readonly string[]): Promise<PreparedBench> {
  const owner = `fanfold bench ${OPERATOR}`;
  const shared = await sharedParams();
  const operator = (await findOperators(OPERATOR)).params;
  const { positionals, raw } = parseFlags(args, { ...shared, ...BENCH_PARAMS, ...AZIMUTHAL_PARAMS }, owner);
  if (positionals.length > 1) throw new UsageError('too-many', `${owner} takes one source, not '${positionals[1]}'.`);
  const pick = (names: Params): RawValues => Object.fromEntries(Object.entries(raw).filter(([name]) => name in names));
  const values = checkValues(BENCH_PARAMS, pick(BENCH_PARAMS), owner);
  const { workers, rows, data, count, peers, pyfai } = checkValues(AZIMUTHAL_PARAMS, pick(AZIMUTHAL_PARAMS), owner);
  const own = pick(operator);
  checkValues(operator, own, owner);
  const cores = availableCores();
  const counts = workers === undefined ? usualCounts(cores) : parseCounts(workers);
  const most = Math.max(...counts);
  const all = azimuthalRows(counts);
  const chosen = chooseRows([...all, ...(peers ? pyfaiRows(most) : [])], rows);
  const [given] = positionals;
  const folder = data ?? defaultFolder();
  const source = given ?? `${count} generated frames`;
  // How the report is told, and where from it goes on, does not change what is measured.
  const measured = Object.fromEntries(Object.entries(raw).filter(([name]) => !TELLING.has(name)));
  const where = given === undefined ? source : absolutePath(given);
  const fingerprint = JSON.stringify({ source: where, raw: measured, cores });

  async function start(journal: Parameters<PreparedBench['start']>[0], resumed: boolean, hooks: Hooks) {
    const path = given ?? (await ensureRings(folder, count, hooks));
    const options = openOptionsOf(checkValues(SOURCE_PARAMS, pick(SOURCE_PARAMS), owner));
    const stack = await describeStack(path, options, typeof raw.frames === 'string' ? raw.frames : undefined);
    const integration = integrationValues(own, path, peers);
    const found = peers ? await findPyfai(pyfai, hooks.signal) : { reason: 'not asked for' };
    const rest = pick({ ...SOURCE_PARAMS, frames: SELECT_PARAMS.frames });
    return runOwn(
      {
        operator: OPERATOR,
        source: path,
        flags: flagsOf({ ...integration, ...rest }, shared),
        rows: chosen,
        runs: values.runs,
        warmups: values.warmup,
        cold: values.cold,
        scenario: scenarioOf(stack, integration, found, most),
      },
      journal,
      resumed,
      hooks,
    );
  }
  return { journal: join(folder, 'bench-azimuthal.jsonl'), fingerprint, values, start };
}
