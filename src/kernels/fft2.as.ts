// Two-dimensional Fourier transforms of frames: columns first, several at once, then rows. Two real columns are transformed as the
// real and the imaginary part of one; their half spectra, of half the rows, are all that the second pass sees, and the other
// rows are mirrored while results are written.
import { gatherPairs, gatherReal, View } from './_fft_gather.as';
import { transform } from './_fft_line.as';
import { copyColumns, readRows, splitSpectra } from './_fft_plane.as';
import { ELEMENT } from './_fft_stages.as';
import { mirror, PAIRS, writeLines } from './_fft_values.as';

/** What frames are and where everything lies; written by the host, in the order of `JOB` in operators/fft2/kernel.ts. */
@unmanaged
class Job extends View {
  /** 1: a frame holds pairs of real and imaginary parts. */
  pairs: i32;
  dtype: i32;
  /** Where real parts lie in elements: 0, or 16 for the inverse of complex frames. */
  reAt: usize;
  /** What is written, see _fft_values.as.ts. */
  kind: i32;
  /** Row and column where frequency 0 goes. */
  down: i32;
  right: i32;
  columnLine: usize;
  columnNumbers: usize;
  rowLine: usize;
  rowNumbers: usize;
  plane: usize;
  /** Bytes from row to row of the plane. */
  stride: usize;
  a: usize;
  b: usize;
  oddPairs: usize;
  /** Lines of results, and the bytes of one; one more holds a mirrored line. */
  lines: usize;
  lineBytes: usize;
}

/** Copies a line of results to a row of the frame, from column `right` on and around. */
@inline
function place(line: usize, bytes: usize, right: usize, row: usize): void {
  memory.copy(row + right, line, bytes - right);
  if (right) memory.copy(row, line + bytes - right, right);
}

function columns<T>(job: Job, frame: usize): void {
  const vector: i32 = 16 / sizeof<T>();
  const step = job.pairs ? vector : 2 * vector;
  let plane = job.plane;
  for (let c = 0; c < job.width; c += step) {
    const lanes = min(step, job.width - c);
    if (job.pairs) gatherPairs<T>(job.dtype, frame, job, c, lanes, job.reAt, job.a);
    else gatherReal<T>(job.dtype, frame, job, c, lanes, job.height, job.a);
    const z = transform<T>(job.columnLine, job.columnNumbers, job.a, job.b, job.oddPairs);
    if (job.pairs) copyColumns(z, job.height, plane, job.stride);
    else splitSpectra<T>(z, job.height, plane, job.stride);
    plane += job.pairs ? ELEMENT : 2 * ELEMENT;
  }
}

function rows<T>(job: Job, scale: T, imScale: T, out: usize): void {
  const height = job.height;
  const width = job.width;
  const vector: i32 = 16 / sizeof<T>();
  const blocks = (width + vector - 1) / vector;
  const own = job.pairs ? height : (height >> 1) + 1;
  const number: usize = job.kind == PAIRS ? 2 * sizeof<T>() : sizeof<T>();
  const bytes = <usize>width * number;
  const right = <usize>job.right * number;
  for (let k = 0; k < own; k += vector) {
    readRows<T>(job.plane + <usize>k * job.stride, job.stride, blocks, job.a);
    const z = transform<T>(job.rowLine, job.rowNumbers, job.a, job.b, job.oddPairs);
    writeLines<T>(z, job.reAt, width, job.kind, scale, imScale, job.lines, job.lineBytes);
    for (let i = 0; i < vector && k + i < own; i++) {
      const y = k + i;
      const line = job.lines + <usize>i * job.lineBytes;
      place(line, bytes, right, out + <usize>((y + job.down) % height) * bytes);
      if (job.pairs || y == 0 || 2 * y == height) continue;
      const mirrored = job.lines + <usize>vector * job.lineBytes;
      mirror<T>(line, width, job.kind == PAIRS, mirrored);
      place(mirrored, bytes, right, out + <usize>((height - y + job.down) % height) * bytes);
    }
  }
}

function frames<T>(address: usize, frame: usize, frameBytes: usize, count: i32, scale: T, imScale: T, out: usize, outBytes: usize): void {
  const job = changetype<Job>(address);
  for (let i = 0; i < count; i++, frame += frameBytes, out += outBytes) {
    columns<T>(job, frame);
    rows<T>(job, scale, imScale, out);
  }
}

/** Transforms `count` frames in float32. `imScale` is `scale`, or the other sign of it for the inverse of real frames. */
export function single(job: usize, frame: usize, frameBytes: usize, count: i32, scale: f32, imScale: f32, out: usize, outBytes: usize): void {
  frames<f32>(job, frame, frameBytes, count, scale, imScale, out, outBytes);
}

/** The same in float64. */
export function double(job: usize, frame: usize, frameBytes: usize, count: i32, scale: f64, imScale: f64, out: usize, outBytes: usize): void {
  frames<f64>(job, frame, frameBytes, count, scale, imScale, out, outBytes);
}
