import type { SamplePart } from './samples.js';

/** Cells along each side of a pooled image. */
const CELLS = 4;

/** Means of CELLS x CELLS cells of every image. */
function pool(images: Float32Array, pixels: number, count: number): Float64Array {
  const cell = pixels / CELLS;
  const pooled = new Float64Array(count * CELLS * CELLS);
  for (let at = 0; at < pooled.length; at++) {
    const image = Math.floor(at / CELLS ** 2);
    const [row, column] = [Math.floor(at / CELLS) % CELLS, at % CELLS];
    let sum = 0;
    for (let y = 0; y < cell; y++) {
      const start = (image * pixels + row * cell + y) * pixels + column * cell;
      for (let x = 0; x < cell; x++) sum += images[start + x] ?? 0;
    }
    pooled[at] = sum / cell ** 2;
  }
  return pooled;
}

/** Features of a part for the ridge head: both pooled images of every sensor, then the statistics. */
export async function pooledFeatures(
  part: SamplePart,
  channels: number,
  pixels: number,
): Promise<{ readonly features: Float64Array; readonly y: Int32Array }> {
  const rows: Float64Array[] = [];
  const y: number[] = [];
  for await (const { count, sum, diff, statistics, y: labels } of part.batches(0)) {
    const images = [sum, diff].map((kind) => pool(kind, pixels, count * channels));
    const each = channels * CELLS ** 2;
    const width = statistics.length / count;
    for (let i = 0; i < count; i++) {
      const row = new Float64Array(2 * each + width);
      images.forEach((kind, k) => {
        row.set(kind.subarray(i * each, (i + 1) * each), k * each);
      });
      row.set(statistics.subarray(i * width, (i + 1) * width), 2 * each);
      rows.push(row);
      y.push(labels[i] ?? -1);
    }
  }
  const width = rows[0]?.length ?? 0;
  const features = new Float64Array(rows.length * width);
  rows.forEach((row, i) => {
    features.set(row, i * width);
  });
  return { features, y: Int32Array.from(y) };
}
