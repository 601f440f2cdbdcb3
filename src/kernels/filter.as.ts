// Filters of images: every export takes the dtype of frames by its place in DTYPES, whether arithmetic and results are float64 or
// float32, the frames, the addresses of everything else (see _filter_job.as.ts) and the results.
import { frameBytes, Job } from './_filter_job.as';
import { medianFrame } from './_filter_median.as';
import { sobelFrame } from './_filter_sobel.as';
import { boxFrame, separableFrame, weightedFrame } from './_filter_sums.as';

@inline
function resultBytes(wide: i32, job: Job): usize {
  return job.height * job.width * (wide ? 8 : 4);
}

/** Windows whose weights are a column times a row; sums are divided by `divisor`. */
export function separable(dtype: i32, wide: i32, x: usize, count: i32, at: usize, divisor: f64, out: usize): void {
  const job = changetype<Job>(at);
  const isNine = job.isBox && job.rows == 3 && job.columns == 3;
  for (let f = 0; f < count; f++) {
    if (isNine) {
      if (wide) boxFrame<f64>(dtype, x, job, divisor, out);
      else boxFrame<f32>(dtype, x, job, <f32>divisor, out);
    } else {
      if (wide) separableFrame<f64>(dtype, x, job, divisor, out);
      else separableFrame<f32>(dtype, x, job, <f32>divisor, out);
    }
    x += frameBytes(dtype, job);
    out += resultBytes(wide, job);
  }
}

/** Windows of any weights. */
export function weighted(dtype: i32, wide: i32, x: usize, count: i32, at: usize, _divisor: f64, out: usize): void {
  const job = changetype<Job>(at);
  for (let f = 0; f < count; f++) {
    if (wide) weightedFrame<f64>(dtype, x, job, out);
    else weightedFrame<f32>(dtype, x, job, out);
    x += frameBytes(dtype, job);
    out += resultBytes(wide, job);
  }
}

/** Medians of windows. */
export function median(dtype: i32, wide: i32, x: usize, count: i32, at: usize, _divisor: f64, out: usize): void {
  const job = changetype<Job>(at);
  for (let f = 0; f < count; f++) {
    if (wide) medianFrame<f64>(dtype, x, job, out);
    else medianFrame<f32>(dtype, x, job, out);
    x += frameBytes(dtype, job);
    out += resultBytes(wide, job);
  }
}

/** Lengths of Sobel gradients. */
export function sobel(dtype: i32, wide: i32, x: usize, count: i32, at: usize, _divisor: f64, out: usize): void {
  const job = changetype<Job>(at);
  for (let f = 0; f < count; f++) {
    if (wide) sobelFrame<f64>(dtype, x, job, out);
    else sobelFrame<f32>(dtype, x, job, out);
    x += frameBytes(dtype, job);
    out += resultBytes(wide, job);
  }
}
