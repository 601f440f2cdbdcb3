import { join } from 'node:path';
import { UsageError } from '../../core/errors.js';
import { flagOf, type Param, type Params, type RawValues } from '../../core/params.js';
import { fileBytes, removePath, temporaryFolder } from '../../io/folder.js';
import { availableCores } from '../../io/machine.js';
import { dropPageCache } from '../../io/page-cache.js';
import type { Command } from './child.js';
import type { Journal } from './journal.js';
import { measureOnce, type Reading } from './measure.js';
import { fanfoldProgram } from './program.js';
import type { Configuration } from './record.js';
import { References } from './reference.js';
import type { BenchReport } from './report.js';
import type { Hooks } from './run-scenario.js';
import { runInterleaved } from './runner.js';
import { describeState } from './state.js';
import { type FrameContext, type RowSummary, summarise } from './summary.js';

/** An operator command of the user's, to be timed over layouts and numbers of workers. */
export interface OwnBench {
  /** `mask`, `mask+com`, or a recipe. */
  readonly operator: string;
  readonly source: string;
  /** Every other flag, as typed. */
  readonly flags: readonly string[];
  readonly rows: readonly Configuration[];
  readonly runs: number;
  readonly warmups: number;
  readonly cold: boolean;
  /** What a scenario has beside the rows of a command. */
  readonly scenario?: OwnScenario;
}

/** Title, rivals and comparisons of a scenario over one operator. */
export interface OwnScenario {
  readonly title: string;
  /** Sentences on what is compared. */
  readonly method: readonly string[];
  /** Rivals by name. */
  readonly versions: Readonly<Record<string, string>>;
  /** Largest relative difference that rounding explains. */
  readonly tolerance: number;
  readonly frames: FrameContext;
  readonly files: Readonly<Record<string, { readonly decodedBytes: number; readonly storedBytes: number }>>;
  reasonAgainst(configuration: Configuration): string | null;
  /** The program of a row that is not fanfold's. @param out where it leaves its result */
  rivalOf(configuration: Configuration, out: string): { readonly command: Command; readonly reading: Reading } | null;
  findings(rows: readonly RowSummary[]): string[];
}

/** Merged sums differ in the last bits with the order in which workers finish. */
const TOLERANCE = 1e-9;
const GROUP = 'own';

/** Every layout with every number of workers; `serial` has one row. @throws UsageError */
export function ownRows(layouts: string, workers: string): Configuration[] {
  const counts = workers.split(',').map(Number);
  if (counts.some((count) => !Number.isInteger(count) || count < -1))
    throw new UsageError('bad-value', `--workers takes numbers such as 1,2,4, not '${workers}'.`);
  const rows: Configuration[] = [];
  for (const layout of layouts.split(',').map((name) => name.trim())) {
    for (const count of layout === 'serial' ? [1] : counts) {
      rows.push({
        id: `${layout}-${count}`,
        row: 'own',
        label: layout === 'serial' ? 'serial' : `${layout} ${count < 0 ? availableCores() : count}`,
        workers: count,
        threads: 1,
        files: 1,
        set: 'main',
        memoryPerWorker: null,
        engine: { kind: 'own', layout, flags: [] },
      });
    }
  }
  return rows;
}

/** Raw values as flags again. */
export function flagsOf(raw: RawValues, params: Params): string[] {
  return Object.entries(raw).flatMap(([name, value]) => {
    const param: Param | undefined = params[name];
    if (param?.kind === 'flag') return value === true ? [`--${flagOf(name)}`] : [];
    const list = Array.isArray(value) ? value : [value];
    return list.map((one) => `--${flagOf(name)}=${String(one)}`);
  });
}

/** The command of a row of fanfold's own. */
function commandOf({ operator, source, flags }: OwnBench, { engine, workers }: Configuration, out: string): Command {
  const { layout, flags: more } = engine.kind === 'own' ? engine : { layout: 'auto', flags: [] };
  const how = layout === 'serial' ? [] : ['--workers', String(workers)];
  const output = ['--out', out, '--json', '--progress', 'none'];
  return fanfoldProgram(['run', operator, source, ...flags, '--layout', layout, ...how, ...more, ...output]);
}

/** Times the command on every row, each run a process of its own, and compares the results. */
export async function runOwn(bench: OwnBench, journal: Journal, resumed: boolean, hooks: Hooks): Promise<BenchReport> {
  const { signal } = hooks;
  const { scenario } = bench;
  const work = temporaryFolder();
  const references = new References(`${journal.path}.results`, resumed, '.npz');
  const coldReason = bench.cold ? dropPageCache() : null;
  const cold = bench.cold && coldReason === null;
  const out = join(work.path, 'result.npz');
  try {
    const series = await runInterleaved(
      {
        group: GROUP,
        configurations: bench.rows,
        warmups: cold ? 0 : bench.warmups,
        runs: bench.runs,
        reasonAgainst: (configuration) => scenario?.reasonAgainst(configuration) ?? null,
        onStep: (configuration, repeat, attempt) => hooks.onStep(bench.operator, configuration, repeat, attempt),
        measure: async (configuration, repeat) => {
          removePath(out);
          if (cold) dropPageCache();
          const rival = scenario?.rivalOf(configuration, out) ?? null;
          const command = rival?.command ?? commandOf(bench, configuration, out);
          const comparison = { out, ...references.of(GROUP, 'main') };
          const attempt = await measureOnce(command, configuration, comparison, repeat < 0, signal, rival?.reading);
          if ('measurement' in attempt && fileBytes(out) !== null) references.offer(GROUP, configuration, out);
          return attempt;
        },
      },
      journal,
      signal,
    );
    references.remove();
    const cores = availableCores();
    const floors = { disk: null, secondDisk: null, cached: { one: null, all: null }, decode: null, arithmetic: null };
    const rows = summarise(series, {
      cores,
      floors,
      tolerance: scenario?.tolerance ?? TOLERANCE,
      ...(scenario ? { frames: scenario.frames } : {}),
      conditionsOf: () => ({ cores, ratio: 1, fromDisk: cold }),
      notesOf: () => [],
    });
    return {
      title: scenario?.title ?? `${bench.operator} over ${bench.source}`,
      date: new Date().toISOString(),
      method: [
        `Every run is a process of its own; ${bench.runs} timed runs of each row, round after round over all rows${cold ? '' : `, after ${bench.warmups} warm-up`}.`,
        cold
          ? 'Cold: the page cache is dropped before every run.'
          : `Warm.${coldReason ? ` Cold is not possible: ${coldReason}.` : ''}`,
        ...(scenario?.method ?? ['Speed-up is against the first row.']),
      ],
      state: await describeState({ data: bench.source.replace(/:\/.*$/, '') }, null, scenario?.versions ?? {}, signal),
      groups: [
        { name: bench.operator, files: scenario?.files ?? {}, floors, rows, findings: scenario?.findings(rows) ?? [] },
      ],
    };
  } finally {
    work.remove();
  }
}
