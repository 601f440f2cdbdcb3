import type { Geometry } from './geometry.js';

/**
 * Polarization correction of every pixel, `(1 + cos^2 2theta - f cos 2(chi + offset) sin^2 2theta) / 2`, from the coordinates
 * directly: both angles come in by their cosines and sines alone.
 *
 * @param factor f = (Ih - Iv) / (Ih + Iv)
 * @param offset rotation of the plane of polarization in radians
 */
export function polarization({ centres }: Geometry, factor: number, offset: number): Float32Array {
  const { rows, columns, shift1, shift2, shift3, sign1, sign2 } = centres;
  const [height, width] = [rows.position.length, columns.position.length];
  const [cosine, sine] = [factor * Math.cos(2 * offset), factor * 2 * Math.sin(2 * offset) * sign1 * sign2];
  const values = new Float32Array(height * width);
  for (let i = 0; i < height; i++) {
    const [row1, row2, row3] = [rows.t1[i] ?? 0, rows.t2[i] ?? 0, rows.t3[i] ?? 0];
    for (let j = 0; j < width; j++) {
      const t1 = row1 + (columns.t1[j] ?? 0) + shift1;
      const t2 = row2 + (columns.t2[j] ?? 0) + shift2;
      const t3 = row3 + (columns.t3[j] ?? 0) + shift3;
      const [up, across, along] = [t1 * t1, t2 * t2, t3 * t3];
      const polarized = (across - up) * cosine - t1 * t2 * sine;
      values[i * width + j] = 0.5 * (1 + (along - polarized) / (up + across + along));
    }
  }
  return values;
}
