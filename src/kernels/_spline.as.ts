// Samples of a cubic spline of a volume of float32 coefficients with two mirrored voxels on each side.

export const IN_VIEW: f64 = 1e-4;

// The volume at hand: three sizes, then its address and the bytes of a row and a plane.
let nx: i32 = 0, ny: i32 = 0, nz: i32 = 0;
let data: usize = 0, row: usize = 0, plane: usize = 0;
let lastX: f64 = 0, lastY: f64 = 0, lastZ: f64 = 0;

/** Takes a volume: six 32-bit words, sizes along x, y and z, address, bytes of a row and of a plane. */
export function volumeOf(at: usize): void {
  nx = load<i32>(at), ny = load<i32>(at, 4), nz = load<i32>(at, 8);
  data = load<u32>(at, 12), row = load<u32>(at, 16), plane = load<u32>(at, 20);
  lastX = <f64>(nx - 1), lastY = <f64>(ny - 1), lastZ = <f64>(nz - 1);
}

@inline
export function volumeSize(k: i32): i32 {
  return k == 0 ? nx : k == 1 ? ny : nz;
}

/** Address, bytes of a row, bytes of a plane. */
@inline
export function volumeColumns(k: i32): usize {
  return k == 0 ? data : k == 1 ? row : plane;
}

/** Whether a position is in view. */
@inline
export function isIn(x: f64, y: f64, z: f64): bool {
  return (
    x >= -IN_VIEW && y >= -IN_VIEW && z >= -IN_VIEW && x <= lastX + IN_VIEW && y <= lastY + IN_VIEW && z <= lastZ + IN_VIEW
  );
}

@inline
function cell(x: f64, n: i32): i32 {
  // Positions in view are at least -IN_VIEW: cutting off the fraction is the floor, but for those, which belong to voxel 0.
  return min(<i32>x, n - 1);
}

/** The four weights of a cubic B-spline at fraction `t`: powers of t times these columns. */
@inline
export function weights(t: f32): v128 {
  const u = f32x4.splat(t);
  let w = f32x4.add(f32x4.mul(f32x4(-1 / 6, 0.5, -0.5, 1 / 6), u), f32x4(0.5, -1, 0.5, 0));
  w = f32x4.add(f32x4.mul(w, u), f32x4(-0.5, 0, 0.5, 0));
  return f32x4.add(f32x4.mul(w, u), f32x4(1 / 6, 4 / 6, 1 / 6, 0));
}

@inline
function lines(at: usize, wy: v128): v128 {
  const r = row;
  const a = f32x4.mul(v128.load(at), v128.shuffle<i32>(wy, wy, 0, 0, 0, 0));
  const b = f32x4.mul(v128.load(at + r), v128.shuffle<i32>(wy, wy, 1, 1, 1, 1));
  const c = f32x4.mul(v128.load(at + 2 * r), v128.shuffle<i32>(wy, wy, 2, 2, 2, 2));
  const d = f32x4.mul(v128.load(at + 3 * r), v128.shuffle<i32>(wy, wy, 3, 3, 3, 3));
  return f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
}

/** The spline at a position in view. */
@inline
export function cubicAt(x: f64, y: f64, z: f64): f32 {
  const i = cell(x, nx), j = cell(y, ny), k = cell(z, nz);
  const wx = weights(<f32>(x - <f64>i));
  const wy = weights(<f32>(y - <f64>j));
  const wz = weights(<f32>(z - <f64>k));
  const at = data + <usize>(k + 1) * plane + <usize>(j + 1) * row + <usize>(i + 1) * 4;
  const p = plane;
  const a = f32x4.mul(lines(at, wy), v128.shuffle<i32>(wz, wz, 0, 0, 0, 0));
  const b = f32x4.mul(lines(at + p, wy), v128.shuffle<i32>(wz, wz, 1, 1, 1, 1));
  const c = f32x4.mul(lines(at + 2 * p, wy), v128.shuffle<i32>(wz, wz, 2, 2, 2, 2));
  const d = f32x4.mul(lines(at + 3 * p, wy), v128.shuffle<i32>(wz, wz, 3, 3, 3, 3));
  const sum = f32x4.mul(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)), wx);
  const half = f32x4.add(sum, v128.shuffle<i32>(sum, sum, 2, 3, 2, 3));
  return f32x4.extract_lane(half, 0) + f32x4.extract_lane(half, 1);
}
