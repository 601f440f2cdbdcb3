import { grouping } from '../core/blocks.js';
import type { Source } from '../core/source.js';
import type { LoaderOptions } from './options.js';

/** Samples that are planned for when nobody knows how many come. */
export const NOMINAL = 2 ** 16;

const UNCOUNTED = `How many records come is not known: planned for ${NOMINAL}. Give their length beside them where it is known.`;

/**
 * What a person should know of reading these samples in this order.
 *
 * @param known samples there are; null where nobody knows
 */
export function remarksOn({ handle }: Source, { shuffle }: LoaderOptions, known: number | null): string[] {
  if (known === null) return [UNCOUNTED];
  const { frames } = grouping(handle);
  if (!shuffle || frames < 2) return [];
  return [
    `Stored in chunks of ${frames} samples, each decoded up to ${frames} times an epoch because the order is shuffled: a copy with a sample in each chunk is read faster.`,
  ];
}
