// Correlation of frames with a template: the sum itself, or a product of Fourier transforms, those of columns two real ones at a
// time as in fft2.as.ts.
import { correlateDirect, Sums } from './_correlate_direct.as';
import { gatherReal } from './_fft_gather.as';
import { transform } from './_fft_line.as';
import { joinSpectra, readRows, splitSpectra, writeRows } from './_fft_plane.as';
import { ELEMENT } from './_fft_stages.as';

/** What everything is and where it lies; written by the host, in the order of `JOB` in operators/correlate/kernel.ts. */
@unmanaged
class Job extends Sums {
  /** Size of the transforms, at which no part of a result falls onto another one. */
  fullHeight: i32;
  fullWidth: i32;
  columnLine: usize;
  columnNumbers: usize;
  rowLine: usize;
  rowNumbers: usize;
  /** Transform of the template, rows of elements as the rows of a frame have them. */
  spectrum: usize;
  plane: usize;
  stride: usize;
  a: usize;
  b: usize;
  oddPairs: usize;
}

/** Elements at `z` times those at `w`, real and imaginary parts swapped, which makes the next transform an inverse one. */
function multiplySwapped<T>(z: usize, w: usize, count: i32): void {
  for (let k = 0; k < count; k++, z += ELEMENT, w += ELEMENT) {
    const re = v128.load(z), im = v128.load(z, 16), c = v128.load(w), s = v128.load(w, 16);
    v128.store(z, v128.add<T>(v128.mul<T>(re, s), v128.mul<T>(im, c)));
    v128.store(z, v128.sub<T>(v128.mul<T>(re, c), v128.mul<T>(im, s)), 16);
  }
}

/** Rows of frequencies of columns, multiplied by the template's where they are frequencies of rows, too. */
function multiplyRows<T>(job: Job): void {
  const vector: i32 = 16 / sizeof<T>();
  const given = (job.width + vector - 1) / vector;
  const wanted = 2 * ((job.outWidth + 2 * vector - 1) / (2 * vector));
  const empty = job.fullWidth - given * vector;
  const beyond = wanted * vector - job.fullWidth;
  let spectrum = job.spectrum;
  for (let k = 0; k <= job.fullHeight >> 1; k += vector) {
    const row = job.plane + <usize>k * job.stride;
    readRows<T>(row, job.stride, given, job.a);
    if (empty > 0) memory.fill(job.a + <usize>(given * vector) * ELEMENT, 0, <usize>empty * ELEMENT);
    const z = transform<T>(job.rowLine, job.rowNumbers, job.a, job.b, job.oddPairs);
    multiplySwapped<T>(z, spectrum, job.fullWidth);
    const other = z == job.a ? job.b : job.a;
    const back = transform<T>(job.rowLine, job.rowNumbers, z, other, job.oddPairs);
    // Columns come back in pairs, and what has nothing to do with a result must not be larger than it.
    if (beyond > 0) memory.fill(back + <usize>job.fullWidth * ELEMENT, 0, <usize>beyond * ELEMENT);
    writeRows<T>(back, wanted, true, row, job.stride);
    spectrum += <usize>job.fullWidth * ELEMENT;
  }
}

function correlateSpectra<T>(job: Job, frame: usize, out: usize): void {
  const vector: i32 = 16 / sizeof<T>();
  const step = 2 * vector;
  let plane = job.plane;
  for (let x = 0; x < job.width; x += step, plane += 2 * ELEMENT) {
    gatherReal<T>(job.dtype, frame, job, x, min(step, job.width - x), job.fullHeight, job.a);
    const z = transform<T>(job.columnLine, job.columnNumbers, job.a, job.b, job.oddPairs);
    splitSpectra<T>(z, job.fullHeight, plane, job.stride);
  }
  multiplyRows<T>(job);
  plane = job.plane;
  for (let x = 0; x < job.outWidth; x += step, plane += 2 * ELEMENT) {
    joinSpectra<T>(plane, job.stride, job.fullHeight, job.a);
    let z = transform<T>(job.columnLine, job.columnNumbers, job.a, job.b, job.oddPairs);
    let to = out + <usize>x * sizeof<T>();
    const lanes = min(step, job.outWidth - x);
    for (let y = 0; y < job.outHeight; y++, z += ELEMENT, to += <usize>job.outWidth * sizeof<T>()) {
      if (lanes == step) {
        v128.store(to, v128.load(z, 16));
        v128.store(to, v128.load(z), 16);
      } else {
        for (let lane = 0; lane < lanes; lane++) {
          const from = z + (<usize>(lane * sizeof<T>()) ^ 16);
          store<T>(to + <usize>lane * sizeof<T>(), load<T>(from));
        }
      }
    }
  }
}

/** Correlates one frame in float32, by transforms when `fast`. */
export function single(job: usize, frame: usize, fast: i32, out: usize): void {
  if (fast) correlateSpectra<f32>(changetype<Job>(job), frame, out);
  else correlateDirect<f32>(changetype<Job>(job), frame, changetype<Job>(job).oddPairs, out);
}

/** The same in float64. */
export function double(job: usize, frame: usize, fast: i32, out: usize): void {
  if (fast) correlateSpectra<f64>(changetype<Job>(job), frame, out);
  else correlateDirect<f64>(changetype<Job>(job), frame, changetype<Job>(job).oddPairs, out);
}
