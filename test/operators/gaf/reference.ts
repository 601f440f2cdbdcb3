import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of reference matrices of time series; says so when it is not there. */
export function timeSeriesReference(): string {
  const shared = join(import.meta.dirname, '../../../../shared');
  const folder = join(shared, 'data/timeseries/reference');
  if (!existsSync(folder)) process.stderr.write(`not run: reference matrices of time series (no ${folder})\n`);
  return folder;
}
