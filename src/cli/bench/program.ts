import { fileURLToPath } from 'node:url';
import type { Command } from './child.js';
import type { DataSet } from './data.js';
import type { Configuration } from './record.js';

const fileBeside = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** The command line of this package as a program. */
export function fanfoldProgram(args: readonly string[]): Command {
  return { program: process.execPath, args: [fileBeside('../main.js'), ...args] };
}

/** The program of a row of the scenario on Gramian angular fields. @param job as JSON */
export function gafMain(job: string): Command {
  return { program: process.execPath, args: [fileBeside('./gaf-main.js'), job] };
}

/** Frames of the sample that tells the kernel's own pace: few enough to stay in the second-level cache. */
const SAMPLE_BYTES = 2 ** 19;

/** Files of one run. */
export interface Files {
  readonly data: DataSet;
  readonly mask: string;
  readonly out: string;
}

function layoutArguments(configuration: Configuration): string[] {
  const { engine, workers, threads, memoryPerWorker } = configuration;
  if (engine.kind === 'serial') return ['--layout', 'serial'];
  const memory = memoryPerWorker === null ? [] : ['--memory-per-worker', String(memoryPerWorker)];
  const grid = ['--layout', 'processes', '--workers', String(workers)];
  if (engine.kind === 'plain') return [...grid, '--plain', ...memory];
  return [...grid, '--threads-per-worker', String(threads), ...memory];
}

/** The process that carries out one run of a configuration; null for programs that are not part of fanfold. */
export function commandFor(configuration: Configuration, files: Files): Command | null {
  const { data, mask, out } = files;
  const { engine, threads, files: copies } = configuration;
  const node = (name: string, ...args: string[]): Command => ({
    program: process.execPath,
    args: [fileBeside(name), ...args],
  });
  switch (engine.kind) {
    case 'resident':
      return node('./resident-main.js', data.path, '--mask', mask, '--out', out);
    case 'floor':
      if (engine.what === 'arithmetic')
        return node('./resident-main.js', data.path, '--mask', mask, '--sample', String(SAMPLE_BYTES));
      return node(
        './floor-main.js',
        engine.what,
        (copies === 2 ? data.replica : null) ?? data.path,
        '--threads',
        String(threads),
      );
    case 'native':
    case 'peer':
    case 'own':
      return null;
    default: {
      const replica = copies === 2 && data.replica !== null ? ['--replica', data.replica] : [];
      const output = ['--out', out, '--overwrite', '--json', '--progress', 'none'];
      const layout = [...layoutArguments(configuration), ...replica];
      return fanfoldProgram(['run', 'mask', data.path, '--mask', mask, ...layout, ...output]);
    }
  }
}
