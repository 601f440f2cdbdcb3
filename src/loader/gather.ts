import { allocate, DTYPES, type NumericArray } from '../core/dtype.js';
import { LayoutError, PlanError } from '../core/errors.js';
import { formatBytes } from '../core/size.js';
import { describeStep, type Refusal } from './ladder.js';
import type { Material, Materialized, MaterializeOptions } from './materialize.js';

/** What becomes of entries that memory does not hold. */
export interface GatherOptions extends MaterializeOptions {
  /** The file they go to then, as with `materialize`; without it, that is an error. */
  readonly orTo?: string;
}

/** All entries in the order of the samples, unshuffled: in memory, or in files where they do not fit. */
export type Gathered =
  | {
      readonly in: 'memory';
      /** By output, of shape (samples, ...entry). */
      readonly x: Readonly<Record<string, NumericArray>>;
      readonly shapes: Readonly<Record<string, readonly number[]>>;
      /** Class of every row; -1 for none, and for rows of zeros. */
      readonly y: Int32Array;
      /** Position of every row in the source. */
      readonly index: Uint32Array;
      /** Rows of zeros: samples that failed, where `onError` is `substitute`. */
      readonly failed: readonly number[];
    }
  | ({ readonly in: 'file' } & Materialized);

/** What a loader takes beside the entries, and what everything may take, in bytes. */
export interface Room {
  readonly projectedBytes: number;
  readonly budgetBytes: number;
  readonly strict: boolean;
}

type Arrays = readonly (readonly [label: string, array: NumericArray])[];

/** Arrays for all entries, or why there is no memory for them. */
function takeMemory({ fields, samples }: Material, { projectedBytes, budgetBytes }: Room): Arrays | Refusal {
  const bytes = fields.reduce((sum, { size, dtype }) => sum + samples * size * DTYPES[dtype].bytes, 0);
  const refusal = (reason: string): Refusal => ({
    obstacle: 'memory',
    reason,
    remedy: 'Give it more memory, smaller entries, or a file to write to (orTo, materialize)',
  });
  const left = Math.max(0, budgetBytes - projectedBytes);
  if (bytes > left) {
    const of = `${formatBytes(left)} of ${formatBytes(budgetBytes)} are left beside the loader`;
    return refusal(`all ${samples} entries take ${formatBytes(bytes)}, but ${of}`);
  }
  try {
    return fields.map(({ label, dtype, size }) => [label, allocate(dtype, samples * size)]);
  } catch (error) {
    return refusal(`this runtime has no array of ${formatBytes(bytes)} (${(error as Error).message})`);
  }
}

async function fillMemory(material: Material, arrays: Arrays): Promise<Gathered> {
  const { fields, samples, index, labels } = material;
  const sizes = new Map(fields.map(({ label, size }) => [label, size]));
  const y = labels ?? new Int32Array(samples).fill(-1);
  const failed: number[] = [];
  let row = 0;
  for await (const batch of material.batches(0)) {
    for (const [label, array] of arrays) {
      const made = batch.x[label];
      if (made) array.set(made, row * (sizes.get(label) ?? 0));
    }
    for (const { sample } of batch.failed) failed.push(row + batch.index.indexOf(sample));
    row += batch.count;
    batch.release();
  }
  for (const at of failed) y[at] = -1;
  const shapes = Object.fromEntries(fields.map(({ label, shape }) => [label, [samples, ...shape]]));
  return { in: 'memory', x: Object.fromEntries(arrays), shapes, y, index, failed };
}

/**
 * Collects all entries in memory or, where they do not fit, in a file.
 *
 * @param toFile makes the file
 * @param fellBack told once that it is a file, with the number that caused it
 * @throws PlanError when they do not fit and there is no file to write to; LayoutError when that is a step that `strict` forbids
 */
export async function gather(
  material: Material,
  room: Room,
  options: GatherOptions,
  toFile: (path: string) => Promise<Materialized>,
  fellBack: (line: string) => void,
): Promise<Gathered> {
  const memory = takeMemory(material, room);
  if (!('obstacle' in memory)) return fillMemory(material, memory);
  const { reason, remedy, obstacle } = memory;
  const { orTo } = options;
  if (room.strict || orTo === undefined) {
    const strictly = room.strict ? '; strict allows no other way' : '';
    const text = `Entries cannot be kept in memory: ${reason}${strictly}. ${remedy}.`;
    throw room.strict
      ? new LayoutError('fallback-refused', text, { obstacle })
      : new PlanError('does-not-fit', text, { obstacle });
  }
  fellBack(describeStep({ from: 'memory', to: `the file ${orTo}`, refusal: memory }));
  return { in: 'file', ...(await toFile(orTo)) };
}
