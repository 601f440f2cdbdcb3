import type { Stack } from '../../core/stack.js';

/** Where a flat detector stands, by the convention of pyFAI: metres and radians. */
export interface RingsGeometry {
  readonly distance: number;
  /** Foot of the perpendicular from the sample, from the outer corner of pixel (0, 0): row, then column direction. */
  readonly poni: readonly [number, number];
  /** Row, then column direction. */
  readonly pixel: readonly [number, number];
  readonly rotations: readonly [number, number, number];
  readonly wavelength: number;
}

/** Scattering angle (radians) and relative solid angle of every pixel's centre, row-major. */
export interface PixelMap {
  readonly twoTheta: Float32Array;
  /** cos^3 of the angle of incidence: 1 at the foot of the perpendicular. */
  readonly solidAngle: Float32Array;
}

/** J. Kieffer and D. Karkoulis, J. Phys. Conf. Ser. 425 (2013) 202012: rotations about axes 1, 2 and 3, in that order. */
export function pixelMap(stack: Stack, geometry: RingsGeometry): PixelMap {
  const { distance, poni, pixel, rotations } = geometry;
  const [rows = 1, columns = 1] = stack.frameShape;
  const [s1, s2, s3] = [Math.sin(rotations[0]), Math.sin(rotations[1]), Math.sin(rotations[2])];
  const [c1, c2, c3] = [Math.cos(rotations[0]), Math.cos(rotations[1]), Math.cos(rotations[2])];
  const twoTheta = new Float32Array(rows * columns);
  const solidAngle = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    const y = (i + 0.5) * pixel[0] - poni[0];
    for (let j = 0; j < columns; j++) {
      const x = (j + 0.5) * pixel[1] - poni[1];
      const t1 = y * c2 * c3 + x * (c3 * s1 * s2 - c1 * s3) - distance * (c1 * c3 * s2 + s1 * s3);
      const t2 = y * c2 * s3 + x * (c1 * c3 + s1 * s2 * s3) - distance * (c1 * s2 * s3 - c3 * s1);
      const t3 = y * s2 - x * c2 * s1 + distance * c1 * c2;
      twoTheta[i * columns + j] = Math.atan2(Math.sqrt(t1 * t1 + t2 * t2), t3);
      solidAngle[i * columns + j] = (distance / Math.sqrt(distance * distance + x * x + y * y)) ** 3;
    }
  }
  return { twoTheta, solidAngle };
}

/** The geometry as a PONI file, version 2, which pyFAI and Dioptas read. */
export function poniText({ frameShape }: Stack, geometry: RingsGeometry, detector: string | undefined): string {
  const { distance, poni, pixel, rotations, wavelength } = geometry;
  // A name stands for pixels, shape and gaps, and readers that know it mask the gaps.
  const config = detector === undefined ? { pixel1: pixel[0], pixel2: pixel[1], max_shape: frameShape } : {};
  return [
    '# Geometry of generated powder rings',
    'poni_version: 2',
    `Detector: ${detector ?? 'Detector'}`,
    `Detector_config: ${JSON.stringify(config)}`,
    `Distance: ${distance}`,
    `Poni1: ${poni[0]}`,
    `Poni2: ${poni[1]}`,
    ...rotations.map((angle, i) => `Rot${i + 1}: ${angle}`),
    `Wavelength: ${wavelength}`,
    '',
  ].join('\n');
}
