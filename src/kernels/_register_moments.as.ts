// A realigned frame into the averages over frames and the sums of squared deviations from them, and to where it belongs.

@inline
function x4(value: f32): v128 {
  return f32x4.splat(value);
}

/** Adds `count` voxels of `frame`, NaN where it does not show them, to averages, squares and numbers of frames. */
export function addFrame(frame: usize, count: i32, average: usize, squares: usize, covered: usize): void {
  const end = frame + <usize>count * 4;
  for (; frame + 16 <= end; frame += 16, average += 16, squares += 16, covered += 16) {
    const value = v128.load(frame), before = v128.load(average), sum = v128.load(squares), frames = v128.load(covered);
    const shown = f32x4.eq(value, value);
    // A lane that holds is -1.
    const more = i32x4.sub(frames, shown);
    const away = f32x4.sub(value, before);
    const after = f32x4.add(before, f32x4.div(away, f32x4.convert_i32x4_u(more)));
    const grown = f32x4.add(sum, f32x4.mul(away, f32x4.sub(value, after)));
    v128.store(covered, more);
    v128.store(average, v128.bitselect(after, before, shown));
    v128.store(squares, v128.bitselect(grown, sum, shown));
  }
  for (; frame < end; frame += 4, average += 4, squares += 4, covered += 4) {
    const value = load<f32>(frame);
    if (isNaN(value)) continue;
    const more = load<u32>(covered) + 1;
    const before = load<f32>(average);
    const away = value - before;
    const after = before + away / <f32>more;
    store<u32>(covered, more);
    store<f32>(average, after);
    store<f32>(squares, load<f32>(squares) + away * (value - after));
  }
}

/** Whole numbers to `into`, halves to even, clipped. */
@inline
function storeWhole<T>(frame: usize, count: i32, outside: f64, low: f64, high: f64, into: usize): void {
  for (let i: usize = 0; i < <usize>count; i++) {
    const value = <f64>load<f32>(frame + i * 4);
    const rounded = isNaN(value) ? outside : nearest(value);
    store<T>(into + i * sizeof<T>(), <T>max(low, min(high, rounded)));
  }
}

/** `count` voxels of `frame` as the dtype of that number (src/core/dtype.ts) at `into`, with `outside` for NaN. */
export function storeFrame(frame: usize, count: i32, outside: f64, dtype: i32, into: usize): void {
  if (dtype == 0) storeWhole<u8>(frame, count, outside, 0, 255, into);
  else if (dtype == 1) storeWhole<i8>(frame, count, outside, -128, 127, into);
  else if (dtype == 2) storeWhole<u16>(frame, count, outside, 0, 65535, into);
  else if (dtype == 3) storeWhole<i16>(frame, count, outside, -32768, 32767, into);
  else if (dtype == 4) storeWhole<u32>(frame, count, outside, 0, 4294967295, into);
  else if (dtype == 5) storeWhole<i32>(frame, count, outside, -2147483648, 2147483647, into);
  else if (dtype == 6) {
    const end = frame + <usize>count * 4;
    const instead = x4(<f32>outside);
    for (; frame + 16 <= end; frame += 16, into += 16) {
      const value = v128.load(frame);
      v128.store(into, v128.bitselect(value, instead, f32x4.eq(value, value)));
    }
    for (; frame < end; frame += 4, into += 4) {
      const value = load<f32>(frame);
      store<f32>(into, isNaN(value) ? <f32>outside : value);
    }
  } else {
    for (let i: usize = 0; i < <usize>count; i++) {
      const value = <f64>load<f32>(frame + i * 4);
      store<f64>(into + i * 8, isNaN(value) ? outside : value);
    }
  }
}
