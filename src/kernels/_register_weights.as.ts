// Weights of interpolation, four positions at a time (src/operators/register/resample/weights.ts), 16 bytes for every tap.

@inline
function x4(value: f32): v128 {
  return f32x4.splat(value);
}

/** a + b * t */
@inline
function line(a: f32, b: v128, t: v128): v128 {
  return f32x4.add(x4(a), f32x4.mul(b, t));
}

@inline
function cubic(t: v128, to: usize): void {
  const u = f32x4.sub(x4(1), t), s = f32x4.mul(t, t), r = f32x4.mul(u, u);
  v128.store(to, f32x4.mul(f32x4.mul(r, u), x4(1 / 6)));
  v128.store(to, line(2 / 3, s, line(-1, x4(0.5), t)), 16);
  v128.store(to, line(2 / 3, r, line(-1, x4(0.5), u)), 32);
  v128.store(to, f32x4.mul(f32x4.mul(s, t), x4(1 / 6)), 48);
}

@inline
function beside(t: v128): v128 {
  return line(19 / 96, t, line(11 / 24, t, line(1 / 4, t, line(-1 / 6, t, x4(-1 / 6)))));
}

@inline
function quartic(t: v128, to: usize): void {
  const u = f32x4.sub(x4(0.5), t), v = f32x4.add(x4(0.5), t), s = f32x4.mul(t, t);
  const uu = f32x4.mul(u, u), vv = f32x4.mul(v, v);
  v128.store(to, f32x4.mul(f32x4.mul(uu, uu), x4(1 / 24)));
  v128.store(to, beside(f32x4.neg(t)), 16);
  v128.store(to, line(115 / 192, s, line(-5 / 8, x4(1 / 4), s)), 32);
  v128.store(to, beside(t), 48);
  v128.store(to, f32x4.mul(f32x4.mul(vv, vv), x4(1 / 24)), 64);
}

@inline
function outer(t: v128): v128 {
  return line(13 / 60, t, line(-5 / 12, t, line(1 / 6, t, line(1 / 6, t, line(-1 / 6, t, x4(1 / 24))))));
}

@inline
function inner(t: v128, s: v128): v128 {
  return line(11 / 20, s, line(-1 / 2, s, line(1 / 4, t, x4(-1 / 12))));
}

@inline
function quintic(t: v128, to: usize): void {
  const u = f32x4.sub(x4(1), t), s = f32x4.mul(t, t), r = f32x4.mul(u, u);
  v128.store(to, f32x4.mul(f32x4.mul(f32x4.mul(r, r), u), x4(1 / 120)));
  v128.store(to, outer(t), 16);
  v128.store(to, inner(t, s), 32);
  v128.store(to, inner(u, r), 48);
  v128.store(to, outer(u), 64);
  v128.store(to, f32x4.mul(f32x4.mul(f32x4.mul(s, s), t), x4(1 / 120)), 80);
}

/** The weights of `taps` taps at fractions `t`. */
@inline
export function weightsAt(taps: i32, t: v128, to: usize): void {
  if (taps == 4) cubic(t, to);
  else if (taps == 5) quartic(t, to);
  else if (taps == 6) quintic(t, to);
  else {
    v128.store(to, f32x4.sub(x4(1), t));
    v128.store(to, t, 16);
  }
}
