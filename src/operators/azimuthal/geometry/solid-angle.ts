import type { Geometry } from './geometry.js';

/**
 * Solid angle of every pixel relative to one at the point of normal incidence, `cos^3` of the angle of incidence on the detector.
 * The distance is left out, as in pyFAI: 1 where the ray meets the detector at a right angle.
 */
export function solidAngle({ centres: { distance, rows, columns } }: Geometry): Float32Array {
  const [height, width] = [rows.position.length, columns.position.length];
  const values = new Float32Array(height * width);
  for (let i = 0; i < height; i++) {
    const y = rows.position[i] ?? 0;
    const square = distance * distance + y * y;
    for (let j = 0; j < width; j++) {
      const x = columns.position[j] ?? 0;
      const cosine = distance / Math.sqrt(square + x * x);
      values[i * width + j] = cosine * cosine * cosine;
    }
  }
  return values;
}
