// Fourier transforms of lines of any length, as src/operators/fourier/line.ts describes them: several lines at once, see
// _fft_stages.as.ts. Transforms are forward; swapping real and imaginary parts before and after makes the inverse.
import { ELEMENT, Last, last8, stage2, stage3, stage4, stage5, stageOdd, Turned } from './_fft_stages.as';

/** How a line is transformed, int32, followed by the radices. */
@unmanaged
class Line {
  /** Points. */
  length: i32;
  /** Points of the convolution that a length with large prime factors takes (Bluestein); 0: there are none. */
  chirped: i32;
  stages: i32;
}

/** The stages, of which each writes what the next one reads. @returns `a` or `b`: where the result lies */
function stages<T>(line: usize, length: i32, numbers: usize, a: usize, b: usize, pairs: usize): usize {
  const count = changetype<Line>(line).stages;
  let w = numbers;
  let m = length;
  let s = 1;
  for (let i = 0; i < count; i++) {
    const r = load<i32>(line + offsetof<Line>() + <usize>i * 4);
    m /= r;
    if (r == 4) {
      if (m > 1) stage4<T, Turned>(a, b, m, s, w);
      else stage4<T, Last>(a, b, m, s, w);
    } else if (r == 8) {
      last8<T>(a, b, s);
    } else if (r == 2) {
      if (m > 1) stage2<T, Turned>(a, b, m, s, w);
      else stage2<T, Last>(a, b, m, s, w);
    } else if (r == 3) {
      if (m > 1) stage3<T, Turned>(a, b, m, s, w);
      else stage3<T, Last>(a, b, m, s, w);
    } else if (r == 5) {
      if (m > 1) stage5<T, Turned>(a, b, m, s, w);
      else stage5<T, Last>(a, b, m, s, w);
    } else {
      stageOdd<T>(a, b, r, m, s, w, pairs);
      const half = (r - 1) >> 1;
      w += <usize>(half * half) * 2 * sizeof<T>();
    }
    w += <usize>(m * (r - 1)) * 2 * sizeof<T>();
    s *= r;
    const read = a;
    a = b;
    b = read;
  }
  return a;
}

/** Elements of `y` = elements of `x` times the complex numbers at `w`, real and imaginary parts swapped on request. */
@inline
function multiply<T>(x: usize, w: usize, y: usize, count: i32, swapIn: bool, swapOut: bool): void {
  const reIn: usize = swapIn ? 16 : 0;
  const reOut: usize = swapOut ? 16 : 0;
  for (let k = 0; k < count; k++, x += ELEMENT, y += ELEMENT, w += 2 * sizeof<T>()) {
    const re = v128.load(x + reIn), im = v128.load(x + 16 - reIn);
    const c = v128.load_splat<T>(w), s = v128.load_splat<T>(w + sizeof<T>());
    v128.store(y + reOut, v128.sub<T>(v128.mul<T>(re, c), v128.mul<T>(im, s)));
    v128.store(y + 16 - reOut, v128.add<T>(v128.mul<T>(re, s), v128.mul<T>(im, c)));
  }
}

/**
 * Transforms the lines at `a`, which is overwritten, as `b` is. Both hold as many elements as the line says.
 *
 * @returns `a` or `b`: where the result lies
 */
export function transform<T>(line: usize, numbers: usize, a: usize, b: usize, pairs: usize): usize {
  const length = changetype<Line>(line).length;
  const chirped = changetype<Line>(line).chirped;
  if (!chirped) return stages<T>(line, length, numbers, a, b, pairs);
  // A convolution with a chirp: its transform follows the chirp in `numbers`, divided by the length for the way back.
  const spectrum = numbers + <usize>length * 2 * sizeof<T>();
  const factors = spectrum + <usize>chirped * 2 * sizeof<T>();
  multiply<T>(a, numbers, a, length, false, false);
  memory.fill(a + <usize>length * ELEMENT, 0, <usize>(chirped - length) * ELEMENT);
  const there = stages<T>(line, chirped, factors, a, b, pairs);
  multiply<T>(there, spectrum, there, chirped, false, true);
  const back = stages<T>(line, chirped, factors, there, there == a ? b : a, pairs);
  multiply<T>(back, numbers, back, length, true, false);
  return back;
}
