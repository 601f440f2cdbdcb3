import { Stopped } from '../../core/errors.js';
import type { Journal } from './journal.js';
import type { Configuration, Measurement, Series } from './record.js';

/** What measuring one configuration once gave: figures, or the reason why there are none. */
export type Attempt = { readonly measurement: Measurement } | { readonly reason: string };

/** What is measured, and how. */
export interface Session {
  readonly group: string;
  readonly configurations: readonly Configuration[];
  readonly warmups: number;
  readonly runs: number;
  /** @param repeat counts from 0; below 0 for warm-up runs */
  measure(configuration: Configuration, repeat: number): Promise<Attempt>;
  /** Why a configuration cannot run here, known beforehand; null when it can. */
  reasonAgainst(configuration: Configuration): string | null;
  onStep?(configuration: Configuration, repeat: number, attempt: Attempt): void;
}

/**
 * Measures every configuration `runs` times, round after round over all of them, so that a change of the machine's pace
 * spreads over all rows instead of falling on one. A configuration that fails is left out of later rounds.
 *
 * @throws Stopped between two runs when the signal aborts; the journal then holds what was done
 */
export async function runInterleaved(session: Session, journal: Journal, signal: AbortSignal): Promise<Series[]> {
  const { group, configurations } = session;
  const refused = new Map(configurations.map((one) => [one.id, session.reasonAgainst(one)]));
  for (let repeat = -session.warmups; repeat < session.runs; repeat++) {
    for (const configuration of configurations) {
      if (signal.aborted) throw new Stopped();
      const { id } = configuration;
      if (refused.get(id) || journal.failure(group, id) !== null) continue;
      const done = journal.find(group, id);
      if (done.some((run) => run.repeat === repeat)) continue;
      // Warm-ups make the first timed run warm; a row that has timed runs already needs none.
      if (repeat < 0 && done.some((run) => run.repeat >= 0)) continue;
      const attempt = await session.measure(configuration, repeat);
      if (signal.aborted) throw new Stopped();
      if ('reason' in attempt) journal.add({ kind: 'failure', group, configuration: id, reason: attempt.reason });
      else journal.add({ kind: 'run', group, configuration: id, repeat, measurement: attempt.measurement });
      session.onStep?.(configuration, repeat, attempt);
    }
  }
  return configurations.map((configuration): Series => {
    const done = journal.find(group, configuration.id);
    return {
      configuration,
      reason: refused.get(configuration.id) ?? journal.failure(group, configuration.id),
      warmups: done.filter(({ repeat }) => repeat < 0).map(({ measurement }) => measurement),
      runs: done.filter(({ repeat }) => repeat >= 0).map(({ measurement }) => measurement),
    };
  });
}
