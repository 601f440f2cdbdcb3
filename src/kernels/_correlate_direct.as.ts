// Correlation as the sum it is: every number of the template times a frame that is moved on. The frame is copied into a border of zeros
// first, so that the inner loop has no edges; sums run through the template row by row, as the definition does, so that
// results have the same bits as its plain loops.
import { View, wide } from './_fft_gather.as';

/** Frame, template and result of a direct correlation; filled by the host. */
@unmanaged
export class Sums extends View {
  dtype: i32;
  outHeight: i32;
  outWidth: i32;
  template: usize;
  templateHeight: i32;
  templateWidth: i32;
  /** The frame in its border, and the bytes of a row of it. */
  padded: usize;
  paddedStride: usize;
  /** Row and column of the frame's first pixel in there. */
  above: i32;
  before: i32;
}

function copyFrame<T, F>(job: Sums, frame: usize): void {
  const vector: i32 = 16 / sizeof<T>();
  for (let y = 0; y < job.height; y++) {
    let p = frame + <usize>(y * job.width) * sizeof<F>();
    let q = job.padded + <usize>(y + job.above) * job.paddedStride + <usize>job.before * sizeof<T>();
    let x = 0;
    for (; x + vector <= job.width; x += vector, p += <usize>vector * sizeof<F>(), q += 16) v128.store(q, wide<T, F>(p));
    for (; x < job.width; x++, p += sizeof<F>(), q += sizeof<T>()) store<T>(q, <T>load<F>(p));
  }
}

function copyIn<T>(job: Sums, frame: usize): void {
  if (job.dtype == 0) copyFrame<T, u8>(job, frame);
  else if (job.dtype == 1) copyFrame<T, i8>(job, frame);
  else if (job.dtype == 2) copyFrame<T, u16>(job, frame);
  else if (job.dtype == 3) copyFrame<T, i16>(job, frame);
  else if (job.dtype == 4) copyFrame<T, u32>(job, frame);
  else if (job.dtype == 5) copyFrame<T, i32>(job, frame);
  else if (job.dtype == 6) copyFrame<T, f32>(job, frame);
  else copyFrame<T, f64>(job, frame);
}

@inline
function add<T>(sum: v128, weight: v128, p: usize): v128 {
  return v128.add<T>(sum, v128.mul<T>(weight, v128.load(p)));
}

/** Four vectors of a row of results. @param spare room for them where a row ends before they do */
function fourVectors<T>(job: Sums, p: usize, to: usize, room: i32, spare: usize): void {
  let a = v128.splat<T>(<T>0), b = a, c = a, d = a;
  let w = job.template;
  const end = <usize>job.templateWidth * sizeof<T>();
  for (let y = 0; y < job.templateHeight; y++, p += job.paddedStride) {
    for (let q = p; q < p + end; q += sizeof<T>(), w += sizeof<T>()) {
      const weight = v128.load_splat<T>(w);
      a = add<T>(a, weight, q);
      b = add<T>(b, weight, q + 16);
      c = add<T>(c, weight, q + 32);
      d = add<T>(d, weight, q + 48);
    }
  }
  const place = room >= 4 * (16 / <i32>sizeof<T>()) ? to : spare;
  v128.store(place, a);
  v128.store(place, b, 16);
  v128.store(place, c, 32);
  v128.store(place, d, 48);
  if (place == spare) memory.copy(to, spare, <usize>room * sizeof<T>());
}

/** Correlates one frame; the border of `padded` is zero already. @param spare 64 bytes */
export function correlateDirect<T>(job: Sums, frame: usize, spare: usize, out: usize): void {
  const step: i32 = 4 * (16 / sizeof<T>());
  copyIn<T>(job, frame);
  for (let y = 0; y < job.outHeight; y++) {
    const row = job.padded + <usize>y * job.paddedStride;
    for (let x = 0; x < job.outWidth; x += step) {
      const at = <usize>x * sizeof<T>();
      fourVectors<T>(job, row + at, out + at, job.outWidth - x, spare);
    }
    out += <usize>job.outWidth * sizeof<T>();
  }
}
