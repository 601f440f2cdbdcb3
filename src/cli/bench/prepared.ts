import type { checkValues } from '../../core/params.js';
import type { Journal } from './journal.js';
import type { BenchReport } from './report.js';
import type { Hooks } from './run-scenario.js';
import type { BENCH_PARAMS } from './settings.js';

/** A benchmark whose flags are checked: what every kind of them gives the verb. */
export interface PreparedBench {
  /** Default path of its journal. */
  readonly journal: string;
  readonly fingerprint: string;
  readonly values: ReturnType<typeof checkValues<typeof BENCH_PARAMS>>;
  start(journal: Journal, resumed: boolean, hooks: Hooks): Promise<BenchReport>;
}
