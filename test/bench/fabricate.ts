import type { Configuration, Measurement, Series } from '../../dist/cli/bench/record.js';

/** A run that took `seconds` for `bytes`; everything else as little as possible. */
export function measured(seconds: number, rest: Partial<Measurement> = {}): Measurement {
  return {
    seconds,
    wallSeconds: seconds + 0.2,
    cpuSeconds: seconds,
    bytes: 1000,
    frames: null,
    stages: null,
    peakBytes: 50,
    treeBytes: null,
    taskSeconds: null,
    digest: 'same',
    difference: null,
    isDirect: false,
    limiter: null,
    notes: [],
    ...rest,
  };
}

export function configured(id: string, rest: Partial<Configuration> = {}): Configuration {
  return {
    id,
    row: 'a',
    label: id,
    workers: 1,
    threads: 1,
    files: 1,
    set: 'main',
    memoryPerWorker: null,
    engine: { kind: 'cluster' },
    ...rest,
  };
}

export function series(
  configuration: Configuration,
  runs: readonly Measurement[],
  reason: string | null = null,
): Series {
  return { configuration, reason, warmups: [], runs };
}
