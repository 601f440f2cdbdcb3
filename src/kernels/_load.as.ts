// Elements of any dtype, widened while they are loaded, so that a tile is never converted in memory.

/** Four elements of 8 or 16 bits as int32. */
@inline
export function integers4<T>(p: usize): v128 {
  if (sizeof<T>() == 2) return isSigned<T>() ? v128.load_ext<i16>(p) : v128.load_ext<u16>(p);
  return widenBytes<T>(v128.load_zero<u32>(p));
}

/** Four elements as float32: exact for 8 and 16 bits. */
@inline
export function load4<T>(p: usize): v128 {
  return isFloat<T>() ? v128.load(p) : f32x4.convert_i32x4_s(integers4<T>(p));
}

/** The four elements after those of `load4` at the same address. */
@inline
export function next4<T>(p: usize): v128 {
  if (isFloat<T>()) return v128.load(p, 16);
  if (sizeof<T>() == 1) return f32x4.convert_i32x4_s(widenBytes<T>(v128.load_zero<u32>(p, 4)));
  return f32x4.convert_i32x4_s(isSigned<T>() ? v128.load_ext<i16>(p, 8) : v128.load_ext<u16>(p, 8));
}

@inline
function widenBytes<T>(bytes: v128): v128 {
  return isSigned<T>()
    ? i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(bytes))
    : i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes));
}

/** Two elements as float64: exact for every dtype. */
@inline
export function load2<T>(p: usize): v128 {
  if (isFloat<T>()) {
    if (sizeof<T>() == 8) return v128.load(p);
    return f64x2.promote_low_f32x4(v128.load_zero<u64>(p));
  }
  if (sizeof<T>() == 4) {
    const pair = v128.load_zero<u64>(p);
    return isSigned<T>() ? f64x2.convert_low_i32x4_s(pair) : f64x2.convert_low_i32x4_u(pair);
  }
  if (sizeof<T>() == 2) {
    const pair = v128.load_zero<u32>(p);
    return f64x2.convert_low_i32x4_s(
      isSigned<T>() ? i32x4.extend_low_i16x8_s(pair) : i32x4.extend_low_i16x8_u(pair),
    );
  }
  const pair = i16x8.splat(load<i16>(p));
  return f64x2.convert_low_i32x4_s(
    isSigned<T>()
      ? i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(pair))
      : i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(pair)),
  );
}

/** Adds the four lanes of `single` to the two of `double`, in float64. */
@inline
export function addWide(double: v128, single: v128): v128 {
  const high = v128.shuffle<i32>(single, single, 2, 3, 2, 3);
  return f64x2.add(f64x2.add(double, f64x2.promote_low_f32x4(single)), f64x2.promote_low_f32x4(high));
}
