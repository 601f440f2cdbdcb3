import { UsageError } from '../../core/errors.js';
import type { PrepareContext, Prepared } from '../../core/operator.js';
import { formatShape } from '../../core/stack.js';
import { seriesShape } from '../series.js';
import type { ScaleParams } from './params.js';

/**
 * Two arrays that were saved by an earlier run, or made elsewhere, under the names they have when fitted.
 *
 * @throws UsageError unless there are two, of a finite number for each channel, the second one not below the first (low, high) or 0 (std)
 */
export async function givenArrays(
  { stack, values, load }: PrepareContext<ScaleParams>,
  names: readonly [string, string],
): Promise<Prepared> {
  const { channels } = seriesShape(stack, 'scale');
  const words = names.join(' and ');
  if (values.fit !== 'all')
    throw new UsageError('bad-value', '--fit and --given exclude each other: fit, or give what was fitted before.');
  const arrays = await Promise.all(values.given.map(load));
  if (arrays.length !== 2 || arrays.some(({ data }) => data.length !== channels)) {
    const found = arrays.map(({ shape }) => formatShape(shape)).join(' and ');
    throw new UsageError(
      'wrong-given',
      `--method ${values.method} needs --given twice, ${words} of ${channels} channels, not ${found}.`,
    );
  }
  const [from, to] = arrays.map(({ data }) => Float64Array.from(data));
  if (!from?.every(Number.isFinite) || !to?.every(Number.isFinite))
    throw new UsageError('wrong-given', `${words} given with --given must be finite.`);
  const least = values.method === 'zscore' ? new Float64Array(channels) : from;
  if (to.some((value, c) => value < (least[c] ?? 0)))
    throw new UsageError(
      'wrong-given',
      `${names[1]} given with --given is below ${values.method === 'zscore' ? 0 : 'low'} for a channel. Give ${names[0]} first, then ${names[1]}.`,
    );
  return { [names[0]]: from, [names[1]]: to };
}
