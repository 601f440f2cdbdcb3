import { describeMachine, diskOf, type Machine } from '../../io/machine.js';
import { readText } from '../../io/text.js';
import { version } from '../../version.js';
import { runChild } from './child.js';

/** A disk that holds data of the benchmark. */
export interface Disk {
  readonly role: string;
  readonly name: string;
  readonly rotational: boolean | null;
}

/** What figures are worth nothing without. */
export interface State {
  readonly fanfold: string;
  readonly machine: Machine;
  readonly gpu: string;
  readonly distribution: string;
  readonly disks: readonly Disk[];
  /** Compiler and rivals, by name. */
  readonly versions: Readonly<Record<string, string>>;
}

async function gpuName(signal: AbortSignal): Promise<string> {
  try {
    const args = ['--query-gpu=name,memory.total,driver_version', '--format=csv,noheader'];
    const { code, stdout } = await runChild({ program: 'nvidia-smi', args }, false, signal);
    const names = stdout.trim().split('\n').filter(Boolean);
    return code === 0 && names.length > 0 ? names.join('; ') : 'none';
  } catch {
    return 'none';
  }
}

function distributionName(): string {
  try {
    return /^PRETTY_NAME="?([^"\n]+)/m.exec(readText('/etc/os-release'))?.[1] ?? '';
  } catch {
    return '';
  }
}

/** First line of `program --version`. */
async function versionOf(program: string, signal: AbortSignal): Promise<string> {
  const { stdout } = await runChild({ program, args: ['--version'] }, false, signal);
  return stdout.split('\n')[0]?.trim() ?? '';
}

/** @param places folders with data, by what they hold */
export async function describeState(
  places: Readonly<Record<string, string>>,
  compiler: string | null,
  versions: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<State> {
  const disks = Object.entries(places).map(([role, path]): Disk => {
    const disk = diskOf(path);
    return { role, name: disk?.name ?? 'unknown', rotational: disk?.rotational ?? null };
  });
  return {
    fanfold: version,
    machine: describeMachine(),
    gpu: await gpuName(signal),
    distribution: distributionName(),
    disks,
    versions: { ...(compiler === null ? {} : { C: await versionOf(compiler, signal) }), ...versions },
  };
}
