import { allocate } from '../core/dtype.js';
import { FanfoldError, UsageError } from '../core/errors.js';
import type { LoadedArray } from '../core/operator.js';
import type { ArrayInput } from '../core/params.js';
import { formatShape, product } from '../core/stack.js';
import { loadArray } from './loaded-array.js';
import { looksRemote } from './location.js';
import { openHere, openSource } from './registry.js';

/**
 * The array behind a parameter: a mask, a gain map, given as a file of any stored format or as numbers.
 *
 * @throws UsageError when the file holds no numeric array, or the numbers do not fill the shape
 */
export async function loadInput(input: ArrayInput): Promise<LoadedArray> {
  if (typeof input === 'string') {
    try {
      if (!looksRemote(input)) return loadArray(await openSource(input));
      const { loadRemote } = await import('./remote/open.js');
      return await loadRemote(input, async ([path = input]) => loadArray(await openHere(path, {})));
    } catch (error) {
      if (!(error instanceof FanfoldError)) throw error;
      throw new UsageError('no-array', `${input} holds no array to use: ${error.message}`, error.fields, {
        cause: error,
      });
    }
  }
  const { shape, data } = input;
  if (product(shape) !== data.length) {
    throw new UsageError(
      'no-array',
      `An array of ${formatShape(shape)} needs ${product(shape)} numbers, not ${data.length}.`,
    );
  }
  const copy = allocate('float64', data.length);
  for (let i = 0; i < data.length; i++) copy[i] = data[i] ?? 0;
  return { shape, data: copy };
}
