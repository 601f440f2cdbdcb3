/**
 * The pieces a series of `length` points is averaged over: for each of `size` its first point and its end.
 *
 * Side by side they are bounded by `trunc(linspace(0, length, size + 1))` as NumPy computes it: k (length / size) in float64, which
 * is not the integer quotient (30 points to 22). Overlapping, all have ceil(length / size) points, and the starts lie
 * `trunc(linspace(0, surplus, size))` before those of windows side by side (pyts, `segmentation`).
 */
export function pieces(length: number, size: number, overlapping: boolean): Int32Array {
  const bounds = new Int32Array(2 * size);
  if (!overlapping) {
    const step = length / size;
    for (let k = 0; k < size; k++) {
      bounds[2 * k] = Math.floor(k * step);
      bounds[2 * k + 1] = k === size - 1 ? length : Math.floor((k + 1) * step);
    }
    return bounds;
  }
  const window = Math.ceil(length / size);
  const surplus = size * window - length;
  const step = surplus / (size - 1);
  for (let k = 0; k < size; k++) {
    const first = k * window - (k === size - 1 ? surplus : Math.floor(k * step));
    bounds[2 * k] = first;
    bounds[2 * k + 1] = first + window;
  }
  return bounds;
}
