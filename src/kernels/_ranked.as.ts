// The value of a rank, without sorting.

/** The value that would stand at `rank` if the numbers were sorted, by Hoare's selection; they are reordered. None may be NaN. */
export function ranked<T>(values: usize, count: i32, rank: i32): T {
  const size: usize = sizeof<T>();
  const wanted = values + <usize>rank * size;
  let low = values;
  let high = values + <usize>(count - 1) * size;
  while (low < high) {
    const a = load<T>(low);
    const b = load<T>(values + ((low - values) / size + (high - values) / size) / 2 * size);
    const c = load<T>(high);
    const pivot = max<T>(min<T>(a, b), min<T>(max<T>(a, b), c));
    let i = low;
    let j = high;
    while (i <= j) {
      while (load<T>(i) < pivot) i += size;
      while (load<T>(j) > pivot) j -= size;
      if (i > j) break;
      const kept = load<T>(i);
      store<T>(i, load<T>(j));
      store<T>(j, kept);
      i += size;
      j -= size;
    }
    if (wanted <= j) high = j;
    else if (wanted >= i) low = i;
    else return pivot;
  }
  return load<T>(wanted);
}
