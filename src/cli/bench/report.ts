import type { Floors } from './limits.js';
import type { State } from './state.js';
import type { RowSummary } from './summary.js';

/** One content and codec: all rows, what bounds them, and what follows. */
export interface GroupReport {
  readonly name: string;
  /** Stored bytes of each data set that was used, by file name. */
  readonly files: Readonly<Record<string, { readonly decodedBytes: number; readonly storedBytes: number }>>;
  readonly floors: Floors;
  readonly rows: readonly RowSummary[];
  readonly findings: readonly string[];
}

/** Everything one benchmark found, in plain seconds and bytes. */
export interface BenchReport {
  readonly title: string;
  /** When it ended, ISO 8601. */
  readonly date: string;
  /** How it was measured, in sentences. */
  readonly method: readonly string[];
  readonly state: State;
  readonly groups: readonly GroupReport[];
}

/** Rows whose result is not what it must be. */
export function disagreeing(report: BenchReport): string[] {
  return report.groups.flatMap(({ name, rows }) =>
    rows
      .filter(({ agreement }) => agreement === 'differs')
      .map(({ configuration }) => `${name}, ${configuration.label}`),
  );
}

/** True when not a single row of fanfold's own gave figures. */
export function isEmpty({ groups }: BenchReport): boolean {
  const own = groups
    .flatMap(({ rows }) => rows)
    .filter(({ configuration: { row } }) => row.length === 1 || row === 'own');
  return own.every(({ seconds }) => seconds === null);
}
