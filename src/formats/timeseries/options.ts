import { UsageError } from '../../core/errors.js';
import type { OpenOptions } from '../../core/source.js';

const FLAGS = { length: '--window', step: '--step', label: '--label', time: '--time', gap: '--gap' } as const;

function givenFlag({ timeSeries = {} }: OpenOptions): string | undefined {
  const given = (Object.keys(FLAGS) as (keyof typeof FLAGS)[]).find((name) => timeSeries[name] !== undefined);
  if (given) return FLAGS[given];
  return timeSeries.nan !== undefined && timeSeries.nan !== 'error' ? '--nan' : undefined;
}

/** True when options say how series are read, or windows cut from them. */
export function asksForSeries(options: OpenOptions): boolean {
  return givenFlag(options) !== undefined;
}

/** @throws UsageError for options that would have no effect, because a source is no series */
export function refuseSeriesOptions(location: string, options: OpenOptions): void {
  const flag = givenFlag(options);
  if (flag === undefined) return;
  throw new UsageError(
    'bad-option',
    `${flag} is for time series, which ${location} is not: it opens as frames. Leave ${flag} out; series in .npy, .npz and .h5 are cut with --window.`,
    { path: location },
  );
}
