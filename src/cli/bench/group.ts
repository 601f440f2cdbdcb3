import { join } from 'node:path';
import { formatBytes } from '../../core/size.js';
import { fileBytes, removePath } from '../../io/folder.js';
import { availableMemory, describeMachine } from '../../io/machine.js';
import { dropPageCache } from '../../io/page-cache.js';
import type { DataOutcome, DataSet } from './data.js';
import type { Conditions } from './limits.js';
import { measureOnce } from './measure.js';
import { type Native, nativeArguments } from './native.js';
import { missingFor, type Python, peerCommand } from './peers.js';
import { commandFor, type Files } from './program.js';
import type { Configuration, SetName } from './record.js';
import type { References } from './reference.js';
import type { Attempt } from './runner.js';
import type { Group } from './scenario.js';

/** What all groups of a benchmark share. */
export interface Tools {
  readonly native: Native | { readonly reason: string };
  readonly python: Python | { readonly reason: string };
  readonly mask: string;
  /** Folder for the result of the run in progress. */
  readonly work: string;
  readonly cores: number;
  readonly references: References;
  /** Drop the page cache before every run. */
  readonly cold: boolean;
  readonly signal: AbortSignal;
}

type Sets = ReadonlyMap<SetName, DataOutcome>;

/** One content and codec with its data at hand: what can run, how it is measured, under which conditions. */
export class GroupSession {
  readonly group: Group;
  readonly #sets: Sets;
  readonly #tools: Tools;

  constructor(group: Group, sets: Sets, tools: Tools) {
    this.group = group;
    this.#sets = sets;
    this.#tools = tools;
  }

  #dataOf(set: SetName): DataSet | null {
    const outcome = this.#sets.get(set);
    return outcome && 'data' in outcome ? outcome.data : null;
  }

  /** True when the copies of the main set lie on two disks. */
  get hasTwoDisks(): boolean {
    const data = this.#dataOf('main');
    return data !== null && data.replica !== null && !data.sameDisk;
  }

  files(): Record<string, { decodedBytes: number; storedBytes: number }> {
    const found: [string, { decodedBytes: number; storedBytes: number }][] = [];
    for (const set of this.#sets.keys()) {
      const data = this.#dataOf(set);
      if (!data) continue;
      const { decodedBytes, storedBytes } = data;
      found.push([data.path.split('/').pop() ?? data.path, { decodedBytes, storedBytes }]);
    }
    return Object.fromEntries(found);
  }

  /** Why a configuration cannot run here, or null. */
  reasonAgainst(configuration: Configuration): string | null {
    const { native, python } = this.#tools;
    const { engine, set } = configuration;
    if (engine.kind === 'native' && 'reason' in native) return native.reason;
    if (engine.kind === 'peer') {
      if ('reason' in python) return python.reason;
      const missing = missingFor(engine.mode, python);
      if (missing !== null) return missing;
    }
    const outcome = this.#sets.get(set);
    if (!outcome || 'reason' in outcome) return outcome?.reason ?? 'has no data set';
    const { data } = outcome;
    if (configuration.files === 2 && data.replica === null) return data.replicaReason ?? 'needs a second copy';
    const resident = engine.kind === 'resident' || (engine.kind === 'peer' && engine.mode === 'memory');
    const free = availableMemory();
    if (!resident || data.decodedBytes < 0.9 * free) return null;
    return `needs ${formatBytes(data.decodedBytes)} of memory, ${formatBytes(free)} available`;
  }

  async #commandFor(configuration: Configuration, files: Files) {
    const { native, python } = this.#tools;
    const { engine, threads, workers } = configuration;
    if (engine.kind === 'native' && 'programs' in native) {
      const program = native.programs[engine.target];
      const args = await nativeArguments(files, threads);
      return program !== undefined && args ? { program, args } : null;
    }
    if (engine.kind === 'peer' && 'program' in python) return peerCommand(python, engine.mode, workers, files);
    return commandFor(configuration, files);
  }

  /** One run; the memory of the whole process tree is sampled in warm-ups only, because that costs time. */
  async measure(configuration: Configuration, repeat: number): Promise<Attempt> {
    const { work, mask, references, signal, cold } = this.#tools;
    const data = this.#dataOf(configuration.set);
    if (!data) return { reason: 'has no data set' };
    const out = join(work, 'result.npy');
    removePath(out);
    const command = await this.#commandFor(configuration, { data, mask, out });
    if (!command) return { reason: 'reads only frames that lie one behind the other in the file' };
    const isCached = configuration.engine.kind === 'floor' && configuration.engine.what === 'cached';
    if (cold && !isCached) dropPageCache();
    const comparison = { out, ...references.of(this.group.name, configuration.set) };
    const attempt = await measureOnce(command, configuration, comparison, repeat < 0, signal);
    if ('measurement' in attempt && fileBytes(out) !== null) references.offer(this.group.name, configuration, out);
    return attempt;
  }

  conditionsOf(configuration: Configuration, direct: boolean): Conditions {
    const { cores, cold } = this.#tools;
    const data = this.#dataOf(configuration.set);
    const stored = data?.storedBytes ?? 1;
    const copies = configuration.files === 2 ? 2 : 1;
    // What is larger than the memory that could cache it comes from the disk every time.
    const fromDisk = cold || direct || stored * copies > availableMemory();
    return { cores, ratio: (data?.decodedBytes ?? 1) / stored, fromDisk };
  }

  notesOf(configuration: Configuration): string[] {
    const data = this.#dataOf(configuration.set);
    const notes = configuration.files === 2 && data?.sameDisk ? ['same disk'] : [];
    const fits = configuration.set === 'large' && data !== null && data.storedBytes < describeMachine().memoryBytes;
    return fits ? [...notes, 'not larger than memory'] : notes;
  }
}
