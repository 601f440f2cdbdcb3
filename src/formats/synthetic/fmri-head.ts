import { frameKey, uniform } from './keyed-random.js';

/** Signal of a tissue in an echo-planar image; grey matter is 1. */
const SIGNAL = {
  scalp: 0.42,
  skull: 0.08,
  muscle: 0.38,
  fluid: 1.45,
  grey: 1,
  white: 0.76,
  eye: 1.6,
} as const;

/** Half axes of the brain, in mm, before they vary with the seed. */
const BRAIN = [67, 83, 60] as const;

/** Thickness of scalp and of skull with what is under it, mm. */
const LAYERS = { scalp: 6, skull: 7 } as const;

/** Wave length of the folds, mm, and of the leaves of the cerebellum. */
const FOLDS = 24;
const LEAVES = 13;

/**
 * Where a fold is a furrow (above `from`) its face lies deeper by `furrow` times the square, mm; the cortex under it is `least` mm
 * thick on a ridge and `more` mm more for every unit of the fold: what lies between two furrows is seen as one.
 */
const CORTEX = { from: 0.25, furrow: 10, least: 7, more: 4, deepest: 32 } as const;

/** An ellipsoid, in mm from the middle of the brain: x to the right, y to the front, z upwards. */
interface Ellipsoid {
  readonly centre: readonly [number, number, number];
  readonly axes: readonly [number, number, number];
}

/** What of a head differs from seed to seed, and how sharply it is seen. */
export interface Head {
  readonly brain: readonly [number, number, number];
  readonly phases: readonly number[];
  /** Half of the width over which an edge is seen, mm. */
  readonly blur: number;
  /** What the blur leaves of the folds, and of the leaves of the cerebellum. */
  readonly folds: number;
  readonly leaves: number;
  readonly left: Parts;
  readonly right: Parts;
}

/** Parts that there are twice. */
interface Parts {
  readonly ventricle: Ellipsoid;
  readonly thalamus: Ellipsoid;
  readonly eye: Ellipsoid;
  readonly activation: Ellipsoid;
}

const CEREBELLUM: Ellipsoid = { centre: [0, -44, -46], axes: [46, 30, 21] };
const STEM: Ellipsoid = { centre: [0, -20, -62], axes: [13, 14, 42] };
const SINUS: Ellipsoid = { centre: [0, 78, -54], axes: [13, 20, 20] };
const NECK: Ellipsoid = { centre: [0, -16, -92], axes: [64, 74, 80] };
const FACE: Ellipsoid = { centre: [0, 58, -58], axes: [56, 42, 46] };

/** A head. @param voxel edge of a voxel in the plane of a slice, mm: a sharper image could not be sampled with it */
export function makeHead(seed: number, voxel: number): Head {
  const [k0, k1] = frameKey(seed, 2 ** 52);
  const vary = (n: number, by: number) => 1 + by * (2 * uniform(n, k0, k1) - 1);
  const brain = [BRAIN[0] * vary(0, 0.03), BRAIN[1] * vary(1, 0.03), BRAIN[2] * vary(2, 0.03)] as const;
  const side = (sign: 1 | -1, from: number): Parts => ({
    ventricle: {
      centre: [sign * 12 * vary(from, 0.15), -4, 10],
      axes: [7 * vary(from + 1, 0.2), 27 * vary(from + 2, 0.15), 9],
    },
    thalamus: { centre: [sign * 22, 2 * vary(from + 3, 0.5), -6], axes: [11, 24 * vary(from + 4, 0.1), 14] },
    eye: { centre: [sign * 31, 77, -40], axes: [12, 13, 12] },
    activation: { centre: [sign * 18, -64, 4 * vary(from + 5, 0.5)], axes: [24, 22, 20] },
  });
  // A Gaussian of half a voxel: an edge is 2.6 of them wide to either side, a wave of this length keeps this much.
  const sigma = 0.5 * voxel;
  const left = (length: number) => Math.exp(-0.5 * ((2 * Math.PI * sigma) / length) ** 2);
  return {
    brain,
    phases: Array.from({ length: 4 }, (_, n) => uniform(20 + n, k0, k1)),
    blur: 2.6 * sigma,
    folds: left(FOLDS),
    leaves: left(LEAVES),
    left: side(-1, 3),
    right: side(1, 9),
  };
}

/** From 0 to 1, twice differentiable. @param t from -1 to 1 on the way */
function rise(t: number): number {
  if (t <= -1) return 0;
  if (t >= 1) return 1;
  const u = 0.5 * t + 0.5;
  return u * u * u * (10 + u * (6 * u - 15));
}

/** How much of an ellipsoid is seen at a point. */
function inside({ centre, axes }: Ellipsoid, x: number, y: number, z: number, blur: number): number {
  const u = (x - centre[0]) / axes[0];
  const v = (y - centre[1]) / axes[1];
  const w = (z - centre[2]) / axes[2];
  const square = u * u + v * v + w * w;
  const thin = Math.min(axes[0], axes[1], axes[2]);
  const reach = 1 + blur / thin;
  if (square >= reach * reach) return 0;
  return rise(((1 - Math.sqrt(square)) * thin) / blur);
}

/** Nearly the sine of so many turns, within 0.001: two parabolas, corrected once. */
function wave(turns: number): number {
  const t = turns - Math.floor(turns + 0.5);
  const y = 8 * t - 16 * t * Math.abs(t);
  return 0.775 * y + 0.225 * y * Math.abs(y);
}

/** A labyrinth of folds from -1.5 to 1.5: a gyroid whose coordinates wind. */
function foldAt(phases: readonly number[], x: number, y: number, z: number): number {
  const u = x / FOLDS + 0.22 * wave(y / 114 + (phases[0] ?? 0));
  const v = y / FOLDS + 0.22 * wave(z / 105 + (phases[1] ?? 0));
  const w = z / FOLDS + 0.22 * wave(x / 126 + (phases[2] ?? 0));
  return wave(u) * wave(v + 0.25) + wave(v) * wave(w + 0.25) + wave(w) * wave(u + 0.25);
}

/** Signal inside of the brain's hull. @param depth under the hull, mm @param before signal of what surrounds it */
function brainAt(head: Head, x: number, y: number, z: number, depth: number, before: number): number {
  const { blur, phases } = head;
  let signal = before + (SIGNAL.fluid - before) * rise((depth + 2) / blur);
  const fold = depth < CORTEX.deepest + blur ? head.folds * foldAt(phases, x, y, z) : 0;
  const furrow = Math.max(0, fold - CORTEX.from);
  const face = 1 + CORTEX.furrow * furrow * furrow;
  signal += (SIGNAL.grey - signal) * rise((depth - face) / blur);
  signal += (SIGNAL.white - signal) * rise((depth - face - CORTEX.least - CORTEX.more * (fold + 1)) / blur);
  // The cleft between the halves, from above down to the ventricles.
  const cleft = 1 - (x / (blur + 2)) ** 2;
  if (cleft > 0) {
    const high = rise((z - 24 + 0.004 * y * y) / 10) * rise(depth / blur);
    signal += (SIGNAL.fluid - signal) * 0.5 * cleft ** 3 * high;
  }
  const [own, other] = x < 0 ? [head.left, head.right] : [head.right, head.left];
  // Seen with large voxels, parts reach over to the other side.
  const isNear = Math.abs(x) < 3 * blur;
  signal += (SIGNAL.grey - signal) * inside(own.thalamus, x, y, z, blur);
  if (isNear) signal += (SIGNAL.grey - signal) * inside(other.thalamus, x, y, z, blur);
  const [bentY, bentZ] = [y - 0.02 * x * x, z + 0.006 * y * y];
  signal += (SIGNAL.fluid - signal) * inside(own.ventricle, x, bentY, bentZ, blur);
  if (isNear) signal += (SIGNAL.fluid - signal) * inside(other.ventricle, x, bentY, bentZ, blur);
  return signal;
}

/** What lies under the brain: cerebellum and brain stem, over what else is there. */
function stemAt({ blur, phases, leaves }: Head, x: number, y: number, z: number, before: number): number {
  let signal = before;
  const cerebellum = inside(CEREBELLUM, x, y, z, blur);
  if (cerebellum > 0) {
    const leaf = leaves * wave((z + 0.3 * y) / LEAVES + (phases[3] ?? 0));
    signal += (SIGNAL.grey * (0.97 + 0.17 * leaf) - signal) * cerebellum;
  }
  return signal + (SIGNAL.white - signal) * inside(STEM, x, y, z, blur);
}

/** Signal of the head at a point, mm from the middle of the brain; grey matter is 1, air 0. */
export function signalAt(head: Head, x: number, y: number, z: number): number {
  const { blur, brain } = head;
  const thickness = LAYERS.scalp + LAYERS.skull;
  const u = x / (brain[0] + thickness);
  const v = y / (brain[1] + thickness);
  const w = z / (brain[2] + thickness);
  const mean = (brain[0] + brain[1] + brain[2]) / 3 + thickness;
  const depth = (1 - Math.sqrt(u * u + v * v + w * w)) * mean;
  const below = z < 0 ? inside(NECK, x, y, z, blur) : 0;
  const soft = z < 0 ? below + (1 - below) * inside(FACE, x, y, z, blur) : 0;
  if (depth <= -blur && soft === 0) return 0;
  let signal = SIGNAL.muscle * soft;
  signal += (SIGNAL.scalp - signal) * rise(depth / blur);
  if (depth > LAYERS.scalp - blur) signal += (SIGNAL.skull - signal) * rise((depth - LAYERS.scalp) / blur);
  if (z < 0) {
    signal += (SIGNAL.eye - signal) * inside((x < 0 ? head.left : head.right).eye, x, y, z, blur);
    signal -= signal * inside(SINUS, x, y, z, blur);
  }
  if (depth > thickness - 2 - blur) signal = brainAt(head, x, y, z, depth - thickness, signal);
  return z < 0 ? stemAt(head, x, y, z, signal) : signal;
}

/** How much a point takes part in the activation, from 0 to about 1. */
export function activityAt({ left, right }: Head, x: number, y: number, z: number): number {
  return bump(left.activation, x, y, z) + bump(right.activation, x, y, z);
}

function bump({ centre, axes }: Ellipsoid, x: number, y: number, z: number): number {
  const u = (x - centre[0]) / axes[0];
  const v = (y - centre[1]) / axes[1];
  const w = (z - centre[2]) / axes[2];
  const within = 1 - u * u - v * v - w * w;
  return within > 0 ? within * within * within : 0;
}
