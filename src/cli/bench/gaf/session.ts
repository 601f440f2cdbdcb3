import { join } from 'node:path';
import { formatBytes } from '../../../core/size.js';
import { fileBytes, removePath } from '../../../io/folder.js';
import { availableMemory } from '../../../io/machine.js';
import type { Command } from '../child.js';
import { type Figures, measureOnce, type Reading } from '../measure.js';
import type { Native } from '../native.js';
import { gafMain } from '../program.js';
import type { Configuration } from '../record.js';
import type { References } from '../reference.js';
import type { Attempt } from '../runner.js';
import type { GafSize } from './job.js';
import { type GafPeers, gafPeerCommand, gafPeerReading, gafPeerReason } from './peers.js';
import { type GafGroup, type GafRow, groupBytes, jobOf } from './rows.js';

/** What all tables share. */
export interface GafTools {
  readonly size: GafSize;
  /** Bytes to convert. */
  readonly bytes: number;
  /** How often each program repeats its job. */
  readonly times: number;
  readonly native: Native | { readonly reason: string };
  readonly peers: GafPeers | { readonly reason: string };
  readonly work: string;
  readonly references: References;
  readonly signal: AbortSignal;
}

/** Figures of programs that print them under the names of a measurement. */
const OWN: Reading = {
  figures: (parsed): Figures | null => {
    const { seconds, coldSeconds, bytes, frames, peakBytes, idleBytes } = parsed;
    if (typeof seconds !== 'number' || !(seconds > 0) || typeof bytes !== 'number') return null;
    const orNull = (value: unknown): number | null => (typeof value === 'number' ? value : null);
    return {
      seconds,
      coldSeconds: orNull(coldSeconds),
      bytes,
      frames: orNull(frames),
      stages: null,
      peakBytes: orNull(peakBytes) ?? 0,
      idleBytes: orNull(idleBytes),
      taskSeconds: null,
      isDirect: false,
      limiter: null,
      notes: [],
    };
  },
  outputs: () => [],
};

/** Measures the rows of one table. */
export class GafSession {
  readonly #group: GafGroup;
  readonly #holds: ReadonlyMap<string, number>;
  readonly #tools: GafTools;

  constructor(group: GafGroup, rows: readonly GafRow[], tools: GafTools) {
    this.#group = group;
    this.#holds = new Map(rows.map(({ configuration, holds }) => [configuration.id, holds]));
    this.#tools = tools;
  }

  /** Why a row cannot run here, or null. */
  reasonAgainst({ engine, id }: Configuration): string | null {
    const { native, peers, size, bytes } = this.#tools;
    if (engine.kind === 'native' && 'reason' in native) return native.reason;
    if (engine.kind === 'peer') {
      const reason = 'reason' in peers ? peers.reason : gafPeerReason(peers, engine.mode);
      if (reason !== null) return reason;
    }
    const need = (this.#holds.get(id) ?? 1) * groupBytes(this.#group, size, bytes);
    const free = availableMemory();
    return need < 0.9 * free ? null : `needs ${formatBytes(need)} of memory, ${formatBytes(free)} available`;
  }

  #program(configuration: Configuration, out: string, memory: boolean): { command: Command; reading: Reading } | null {
    const { native, peers, size, bytes, times } = this.#tools;
    const { engine, workers } = configuration;
    const group = this.#group;
    if (engine.kind === 'peer') {
      if (!('program' in peers)) return null;
      const command = gafPeerCommand(peers, group, engine.mode, workers, size, { bytes, times, memory });
      return { command, reading: gafPeerReading(peers, group.from === null ? size : null) };
    }
    if (engine.kind === 'native') {
      const program = 'programs' in native ? native.programs[engine.target] : undefined;
      const all = groupBytes(group, size, bytes);
      const written = group.from === null ? all : all - bytes;
      return program === undefined
        ? null
        : { command: { program, args: [`${written}`, `${workers}`, `${times}`] }, reading: OWN };
    }
    return { command: gafMain(JSON.stringify(jobOf(group, configuration, size, { bytes, times, out }))), reading: OWN };
  }

  /** One run; memory is sampled in warm-ups only, because that costs time. */
  async measure(configuration: Configuration, repeat: number): Promise<Attempt> {
    const { work, references, signal } = this.#tools;
    const out = join(work, 'first.npy');
    removePath(out);
    const found = this.#program(configuration, out, repeat < 0);
    if (!found) return { reason: 'is not part of this installation' };
    const name = this.#group.name;
    const comparison = { out, ...references.of(name, 'main') };
    const attempt = await measureOnce(found.command, configuration, comparison, repeat < 0, signal, found.reading);
    if ('measurement' in attempt && fileBytes(out) !== null) references.offer(name, configuration, out);
    return attempt;
  }
}
