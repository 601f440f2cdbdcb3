import { UsageError } from '../../core/errors.js';
import { nearest } from '../../core/nearest.js';

/** Features of one series before and after its quantiles. */
const BEFORE = ['mean', 'std', 'min', 'max', 'median'] as const;
const AFTER = ['iqr', 'skewness', 'kurtosis', 'cv', 'mad', 'diff_mean', 'diff_std', 'range'] as const;

/** Names of all features, in their order. @throws UsageError for a quantile outside 0 to 1 */
export function featureNames(quantiles: readonly number[]): string[] {
  const bad = quantiles.find((share) => !(share >= 0 && share <= 1));
  if (bad !== undefined) throw new UsageError('bad-value', `--quantiles takes shares between 0 and 1, not ${bad}.`);
  const named = quantiles.map((share) => `q${Number((share * 100).toPrecision(12))}`);
  return [...BEFORE, ...named, ...AFTER];
}

/**
 * Places, among all features, of those that were asked for.
 *
 * @param select names with commas, or `all`
 * @throws UsageError for an unknown name, with the nearest one
 */
export function selectFeatures(select: string, quantiles: readonly number[]): number[] {
  const names = featureNames(quantiles);
  if (select === 'all') return names.map((_, i) => i);
  return select.split(',').map((text) => {
    const place = names.indexOf(text.trim());
    if (place >= 0) return place;
    const guess = nearest(text.trim(), names);
    throw new UsageError(
      'bad-value',
      `There is no feature '${text.trim()}'. ${guess ? `Did you mean ${guess}? ` : ''}Known are ${names.join(', ')}.`,
      { feature: text.trim() },
    );
  });
}
