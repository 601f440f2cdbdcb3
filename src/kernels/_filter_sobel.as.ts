// The length of the Sobel gradient of images: both directions from the same nine pixels.
import { BLOCK, blank, Job, lineOf, readRow } from './_filter_job.as';

@inline
function smooth<A>(p: usize): v128 {
  const ends = v128.mul<A>(v128.load(p, sizeof<A>()), v128.splat<A>(2));
  return v128.add<A>(v128.add<A>(v128.load(p), ends), v128.load(p, 2 * sizeof<A>()));
}

@inline
function difference<A>(p: usize): v128 {
  return v128.sub<A>(v128.load(p, 2 * sizeof<A>()), v128.load(p));
}

/** One vector. Signs of zero may be other than in the reference, and are gone after squaring. */
@inline
function gradient<A>(above: usize, middle: usize, below: usize, out: usize): void {
  const twice = v128.mul<A>(difference<A>(middle), v128.splat<A>(2));
  const x = v128.add<A>(v128.add<A>(difference<A>(above), twice), difference<A>(below));
  const y = v128.sub<A>(smooth<A>(below), smooth<A>(above));
  v128.store(out, v128.sqrt<A>(v128.add<A>(v128.mul<A>(y, y), v128.mul<A>(x, x))));
}

/** sqrt(y^2 + x^2) of the gradient of one frame. */
export function sobelFrame<A>(dtype: i32, frame: usize, job: Job, out: usize): void {
  const end = job.width * sizeof<A>();
  const last = end < BLOCK ? <usize>0 : end - BLOCK;
  for (let e: usize = 0; e < job.height + 2; e++) {
    const below = lineOf(job, e);
    readRow<A>(dtype, frame, e, job, below);
    if (e < 2) continue;
    const above = lineOf(job, e - 2);
    const middle = lineOf(job, e - 1);
    const row = out + (e - 2) * end;
    const into = end < BLOCK ? job.spare : row;
    for (let x: usize = 0; x < end; x += BLOCK) {
      const at = min(x, last);
      for (let v: usize = 0; v < 4; v++) {
        const p = at + 16 * v;
        gradient<A>(above + p, middle + p, below + p, into + p);
      }
    }
    if (end < BLOCK) memory.copy(row, into, end);
    blank<A>(job, e - 2, row);
  }
}
