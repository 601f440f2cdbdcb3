import type { ImagesPart, PageAxis } from '../../../core/page.js';
import { detrended } from '../quality/carpet.js';

/** More columns cannot be told apart: longer series are averaged over neighbouring frames. */
const MOST_COLUMNS = 2000;

/** Averages over `every` neighbouring columns. */
function narrower(values: Float32Array, columns: number, every: number): { data: Float32Array; width: number } {
  if (every === 1) return { data: values, width: columns };
  const width = Math.floor(columns / every);
  const data = new Float32Array((values.length / columns) * width);
  for (let i = 0; i < data.length; i++) {
    const start = Math.floor(i / width) * columns + (i % width) * every;
    let sum = 0;
    for (let k = 0; k < every; k++) sum += values[start + k] ?? 0;
    data[i] = sum / every;
  }
  return { data, width };
}

/**
 * The courses of voxels as rows of grey (Power 2017), frames from left to right.
 *
 * @param series one row of `frames` values for each voxel, as they are after registration
 * @param of how many voxels of which kind the rows were chosen from
 */
export function carpetPart(series: Float32Array, frames: number, of: string, axis: PageAxis): ImagesPart {
  const rows = series.length / frames;
  const percent = detrended(series, frames);
  const sizes = Float64Array.from(percent, Math.abs).sort();
  const limit = sizes[Math.floor(0.95 * (sizes.length - 1))] || 1;
  const every = Math.ceil(frames / MOST_COLUMNS);
  const { data, width } = narrower(percent, frames, every);
  const across = { ...axis, origin: axis.origin + ((every - 1) / 2) * axis.step, step: axis.step * every };
  const averaged = every > 1 ? ` Each column is the mean of ${every} frames.` : '';
  return {
    kind: 'images',
    title: 'Carpet plot',
    images: [
      {
        label: 'percent of the mean',
        height: rows,
        width,
        data,
        limits: [-limit, limit],
        aspect: 0,
        across,
        down: 'voxels',
      },
    ],
    note:
      `The course of ${rows} of ${of} after registration, each without its mean and linear trend, in the order ` +
      `they lie in the image. Upright stripes are changes of the whole image at once.${averaged}`,
  };
}
