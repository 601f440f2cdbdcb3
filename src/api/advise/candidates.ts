import { availableCores } from '../../io/machine.js';
import type { RunOptions } from '../../layouts/local.js';
import { findLayout } from '../../layouts/registry.js';

/** A way to run that is to be measured. */
export interface Candidate {
  readonly layout: string;
  readonly workers: number;
}

/** One worker, then twice as many each time, up to the most. */
function workerCounts(most: number): number[] {
  const counts: number[] = [];
  for (let workers = 1; workers < most; workers *= 2) counts.push(workers);
  return [...counts, most];
}

/** Every way to run that is worth comparing: one thread first, then threads, then processes. @throws UsageError for an unknown layout */
export function candidatesFor({ layout = 'auto', workers = -1, split }: RunOptions): Candidate[] {
  if (layout !== 'auto') findLayout(layout);
  const most = workers > 0 ? workers : availableCores();
  const wanted = (name: string): boolean => layout === 'auto' || layout === name;
  return [
    { layout: 'serial', workers: 1 },
    ...(wanted('threads') ? workerCounts(most).map((count) => ({ layout: 'threads', workers: count })) : []),
    ...(wanted('processes') && split !== 'inside' ? [{ layout: 'processes', workers: most }] : []),
  ];
}

/** Options of a run that a candidate can have: some are for processes alone. */
export function optionsOf({ layout, workers }: Candidate, options: RunOptions): RunOptions {
  if (layout === 'processes') return { ...options, layout, workers };
  const { plain: _, memoryPerWorker: __, threadsPerWorker: ___, bind: ____, ...others } = options;
  return { ...others, layout, workers };
}
