/**
 * The quantile of `count` values in ascending order, linear between its two neighbours: the rule `linear` of NumPy, with
 * NumPy's order of operations, so that the last bit agrees.
 *
 * @param share from 0 (the smallest) to 1 (the largest)
 * @param at the value of a rank, from 0 to `count - 1`
 */
export function linearQuantile(count: number, share: number, at: (rank: number) => number): number {
  const place = (count - 1) * share;
  if (place >= count - 1) return at(count - 1);
  const rank = Math.floor(place);
  const [below, above] = [at(rank), at(rank + 1)];
  const between = place - rank;
  const step = above - below;
  return between >= 0.5 ? above - step * (1 - between) : below + step * between;
}
