import { openArray } from '../api/array.js';
import { FanfoldError } from '../core/errors.js';
import type { OperatorRef } from '../core/layout.js';
import type { Source } from '../core/source.js';
import { dataLoader, type LoaderOptions } from '../loader/index.js';
import { operatorNames } from '../operators/registry.js';

/** One way to make batches, to be measured. */
export interface Way {
  readonly name: string;
  readonly options: Pick<LoaderOptions, 'layout' | 'sharing' | 'workers'>;
}

/** What one way took; seconds of a pass over all windows. */
export type Speed = { readonly name: string; readonly workers: number } & (
  | {
      readonly ok: true;
      /** The first pass, start of workers and first use of memory included. */
      readonly coldSeconds: number;
      /** The fastest of the passes after it. */
      readonly warmSeconds: number;
      readonly samples: number;
      readonly bytes: number;
      readonly ringBytes: number;
      /** Of a pass, on their way from a worker to the consumer. */
      readonly copiedBytes: number;
    }
  | { readonly ok: false; readonly reason: string }
);

const [WINDOWS, CHANNELS, LENGTH] = [512, 4, 96];
const BATCH = 32;
const WARM_PASSES = 3;

/** Sines of several frequencies: windows to make images of. */
export function testWindows(): Source {
  const data = Float64Array.from({ length: WINDOWS * CHANNELS * LENGTH }, (_, i) => {
    const [point, series] = [i % LENGTH, Math.floor(i / LENGTH)];
    return Math.sin(0.05 * point * (1 + (series % 7))) + 0.1 * Math.cos(point + series);
  });
  return openArray([WINDOWS, CHANNELS, LENGTH], data, { name: 'test windows' });
}

/** Gramian angular fields where they are built in, else plain copies of the windows. */
export function testWork(): OperatorRef {
  return operatorNames().includes('gaf') ? { name: 'gaf', values: { size: LENGTH } } : { name: 'copy', values: {} };
}

export function describeWork({ name }: OperatorRef): string {
  const what = `${WINDOWS} windows of ${CHANNELS} channels and ${LENGTH} points`;
  return name === 'gaf' ? `two ${LENGTH} x ${LENGTH} images of each channel of ${what}` : `copies of ${what}`;
}

/** The one-thread baseline, shared memory, and the baseline of worker processes that copy. */
export function testWays(workers: number): Way[] {
  const processes = { layout: 'processes', workers } as const;
  return [
    { name: 'one thread', options: { layout: 'inline', workers: 0 } },
    { name: 'threads, one shared memory', options: { layout: 'threads', workers } },
    { name: 'processes, one mapped segment', options: { ...processes, sharing: 'segment' } },
    { name: 'processes, files in shared memory', options: { ...processes, sharing: 'files' } },
    { name: 'processes, copies', options: { ...processes, sharing: 'copies' } },
  ];
}

/**
 * Makes all batches several times in one way. A way that cannot be had here is an answer, not an error.
 *
 * @throws Stopped when the signal aborts
 */
export async function measureWay(source: Source, map: OperatorRef, way: Way, signal: AbortSignal): Promise<Speed> {
  const workers = way.options.workers === undefined || way.options.workers === 'auto' ? 0 : way.options.workers;
  const loader = dataLoader(source, { ...way.options, map, batch: BATCH, strict: true, signal });
  const pass = async (): Promise<number> => {
    const start = performance.now();
    for await (const batch of loader) batch.release();
    return (performance.now() - start) / 1000;
  };
  try {
    const coldSeconds = await pass();
    let warmSeconds = Number.POSITIVE_INFINITY;
    for (let i = 0; i < WARM_PASSES; i++) warmSeconds = Math.min(warmSeconds, await pass());
    const { epochs, samples, bytes, copiedBytes, ringBytes } = loader.stats();
    const each = { samples: samples / epochs, bytes: bytes / epochs, copiedBytes: copiedBytes / epochs };
    return { name: way.name, workers, ok: true, coldSeconds, warmSeconds, ringBytes, ...each };
  } catch (error) {
    if (error instanceof FanfoldError) return { name: way.name, workers, ok: false, reason: error.message };
    throw error;
  } finally {
    await loader.close();
  }
}
