// A realigned frame into the averages over frames and the sums of squared deviations from them, and to where it belongs.

@inline
function x4(value: f32): v128 {
  return f32x4.splat(value);
}

/** Two averages with one more value each, of `frames` with it; `away`: the value less the average before. */
@inline
function grown(before: v128, away: v128, frames: v128): v128 {
  return f64x2.add(before, f64x2.div(away, f64x2.convert_low_i32x4_u(frames)));
}

@inline
function highOf(four: v128): v128 {
  return v128.shuffle<i64>(four, four, 1, 1);
}

/** Adds `count` voxels of `frame`, NaN where it does not show them, to averages (float64), squares (float32) and numbers of frames (uint32). */
export function addFrame(frame: usize, count: i32, average: usize, squares: usize, covered: usize): void {
  const end = frame + <usize>count * 4;
  for (; frame + 16 <= end; frame += 16, average += 32, squares += 16, covered += 16) {
    const value = v128.load(frame), sum = v128.load(squares);
    const shown = f32x4.eq(value, value);
    // A lane that holds is -1.
    const more = i32x4.sub(v128.load(covered), shown);
    const low = f64x2.promote_low_f32x4(value), high = f64x2.promote_low_f32x4(highOf(value));
    const lowBefore = v128.load(average), highBefore = v128.load(average, 16);
    const lowAway = f64x2.sub(low, lowBefore), highAway = f64x2.sub(high, highBefore);
    const lowAfter = grown(lowBefore, lowAway, more), highAfter = grown(highBefore, highAway, highOf(more));
    const lowSquare = f32x4.demote_f64x2_zero(f64x2.mul(lowAway, f64x2.sub(low, lowAfter)));
    const highSquare = f32x4.demote_f64x2_zero(f64x2.mul(highAway, f64x2.sub(high, highAfter)));
    v128.store(covered, more);
    v128.store(average, v128.bitselect(lowAfter, lowBefore, v128.shuffle<i32>(shown, shown, 0, 0, 1, 1)));
    v128.store(average, v128.bitselect(highAfter, highBefore, v128.shuffle<i32>(shown, shown, 2, 2, 3, 3)), 16);
    const added = f32x4.add(sum, v128.shuffle<i64>(lowSquare, highSquare, 0, 2));
    v128.store(squares, v128.bitselect(added, sum, shown));
  }
  for (; frame < end; frame += 4, average += 8, squares += 4, covered += 4) {
    const value = <f64>load<f32>(frame);
    if (isNaN(value)) continue;
    const more = load<u32>(covered) + 1;
    const before = load<f64>(average);
    const away = value - before;
    const after = before + away / <f64>more;
    store<u32>(covered, more);
    store<f64>(average, after);
    store<f32>(squares, load<f32>(squares) + <f32>(away * (value - after)));
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
