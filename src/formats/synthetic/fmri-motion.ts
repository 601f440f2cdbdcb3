import { frameKey, uniform } from './keyed-random.js';

/** How far the head moves, against `typical`. */
export const MOTIONS = { none: 0, small: 0.2, typical: 1, large: 4 } as const;

export type MotionKind = keyof typeof MOTIONS;

/** x, y, z in mm, then turns about x, y and z in radians. */
export type Six = readonly [number, number, number, number, number, number];

/** Where a point goes: three rows of a 3 x 3 matrix, each followed by its shift. */
export type Placing = readonly number[];

const DEGREE = Math.PI / 180;

/** Standard deviations of the walk: shift in mm, turn in radians. */
const WALK: Six = [0.12, 0.2, 0.3, 0.35 * DEGREE, 0.15 * DEGREE, 0.2 * DEGREE];

/** What the walk keeps of its speed and of its place from frame to frame. */
const KEPT = { speed: 0.8, place: 0.97 } as const;

/** Brings the walk to unit standard deviation. */
const UNIT_WALK = 0.072;

/** One nod in as many frames: it goes at once and comes back in a few frames. */
const NOD = { every: 16, course: [0.6, 1, 0.7, 0.25] as const, pitch: 0.9 * DEGREE, shift: 0.3 };

/** What the head turns about: where it sits on the neck, in mm from the middle of the brain. */
const NECK = [0, -20, -75] as const;

/** Keys of the motion, apart from those of frames. */
const KEYS = 2 ** 51;

/** A random number of mean 0 and variance 1, at most 3: the sum of three uniform ones. */
function step(seed: number, frame: number, axis: number): number {
  const [k0, k1] = frameKey(seed, KEYS + frame);
  const of = (n: number) => uniform(3 * axis + n, k0, k1);
  return 2 * (of(0) + of(1) + of(2) - 1.5);
}

function nodAt(seed: number, frame: number): number {
  const round = Math.floor(frame / NOD.every);
  const [k0, k1] = frameKey(seed, KEYS + frame - (frame % NOD.every));
  const from = 3 + Math.floor(uniform(100, k0, k1) * (NOD.every - NOD.course.length - 3));
  const strength = (0.5 + 0.5 * uniform(101, k0, k1)) * (round % 2 === 0 ? 1 : -1);
  return strength * (NOD.course[(frame % NOD.every) - from] ?? 0);
}

/**
 * Poses of the head in the first frames, against frame 0: a smooth walk and nods. Longer series begin like shorter ones.
 */
export function posesOf(seed: number, frames: number, kind: MotionKind): Six[] {
  const place = [0, 0, 0, 0, 0, 0];
  const speed = [0, 0, 0, 0, 0, 0];
  return Array.from({ length: frames }, (_, frame) => {
    const nod = nodAt(seed, frame);
    const at = (axis: number) => {
      if (frame > 0) {
        speed[axis] = KEPT.speed * (speed[axis] ?? 0) + step(seed, frame, axis);
        place[axis] = KEPT.place * (place[axis] ?? 0) + (speed[axis] ?? 0);
      }
      const nodding = axis === 3 ? NOD.pitch * nod : axis === 2 ? NOD.shift * nod : 0;
      return MOTIONS[kind] * (UNIT_WALK * (WALK[axis] ?? 0) * (place[axis] ?? 0) + nodding);
    };
    return [at(0), at(1), at(2), at(3), at(4), at(5)];
  });
}

/** Right-handed turns about z, then y, then x. */
export function turned(x: number, y: number, z: number): number[] {
  const [cx, sx, cy, sy, cz, sz] = [Math.cos(x), Math.sin(x), Math.cos(y), Math.sin(y), Math.cos(z), Math.sin(z)];
  return [
    cy * cz,
    -cy * sz,
    sy,
    cx * sz + sx * sy * cz,
    cx * cz - sx * sy * sz,
    -sx * cy,
    sx * sz - cx * sy * cz,
    sx * cz + cx * sy * sz,
    cx * cy,
  ];
}

/**
 * The way back: takes world points of a frame to where they were in frame 0.
 *
 * @param middle of the brain in frame 0, world mm
 */
export function correctionOf([x, y, z, ...turns]: Six, middle: readonly number[]): Placing {
  const r = turned(turns[0], turns[1], turns[2]);
  const pivot = NECK.map((value, k) => value + (middle[k] ?? 0));
  const shifted = [x, y, z].map((value, k) => value + (pivot[k] ?? 0));
  // The inverse of a rotation is its transpose: pivot + R' (point - pivot - shift).
  return [0, 1, 2].flatMap((row) => {
    const line = [0, 1, 2].map((k) => r[3 * k + row] ?? 0);
    return [...line, (pivot[row] ?? 0) - line.reduce((sum, value, k) => sum + value * (shifted[k] ?? 0), 0)];
  });
}

/**
 * The six parameters of such a transform in SPM's convention: mm, then pitch, roll and yaw in radians, of Tr Rx Ry Rz with
 * Rx = [1 0 0; 0 c s; 0 -s c], Ry = [c 0 s; 0 1 0; -s 0 c], Rz = [c s 0; -s c 0; 0 0 1].
 */
export function parametersOf(m: Placing): Six {
  const at = (row: number, column: number) => m[4 * row + column] ?? 0;
  return [
    at(0, 3),
    at(1, 3),
    at(2, 3),
    Math.atan2(at(1, 2), at(2, 2)),
    Math.asin(Math.max(-1, Math.min(1, at(0, 2)))),
    Math.atan2(at(0, 1), at(0, 0)),
  ];
}
