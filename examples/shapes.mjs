// Images of six kinds for the example network, made from a seed: what trains it, and what it is tried on.

/** Height and width of an image. */
export const PIXELS = 32;
export const CLASSES = ['rings', 'spots', 'stripes', 'noise', 'gradient', 'blobs'];

/** Numbers from 0 to 1 that depend on the seed alone (mulberry32). */
function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const between = (random, low, high) => low + (high - low) * random();

/** What each kind is: a function that gives the brightness at (y, x), about 0 to 1. */
const KINDS = {
  // Powder diffraction: rings around a centre that may lie outside of the middle.
  rings: (random) => {
    const [cy, cx] = [between(random, 8, 24), between(random, 8, 24)];
    const radii = Array.from({ length: 2 + Math.floor(3 * random()) }, () => between(random, 4, 18));
    const width = between(random, 0.8, 1.6);
    return (y, x) => {
      const r = Math.hypot(y - cy, x - cx);
      return radii.reduce((sum, radius) => sum + Math.exp(-(((r - radius) / width) ** 2)), 0);
    };
  },
  // Single crystals: a lattice of sharp spots.
  spots: (random) => {
    const angle = between(random, 0, Math.PI);
    const [a, b] = [between(random, 5, 9), between(random, 5, 9)];
    const [oy, ox] = [between(random, 0, 8), between(random, 0, 8)];
    const width = between(random, 0.7, 1.3);
    const [s, c] = [Math.sin(angle), Math.cos(angle)];
    return (y, x) => {
      const [u, v] = [(c * (x - ox) + s * (y - oy)) / a, (-s * (x - ox) + c * (y - oy)) / b];
      const [du, dv] = [(u - Math.round(u)) * a, (v - Math.round(v)) * b];
      return Math.exp(-(du * du + dv * dv) / (width * width));
    };
  },
  // Interference: a wave of one direction.
  stripes: (random) => {
    const [angle, period, phase] = [between(random, 0, Math.PI), between(random, 3.5, 10), between(random, 0, 7)];
    const [s, c] = [Math.sin(angle), Math.cos(angle)];
    return (y, x) => 0.5 + 0.5 * Math.sin((2 * Math.PI * (c * x + s * y)) / period + phase);
  },
  // Nothing but counting statistics.
  noise: (random) => {
    const level = between(random, 0.2, 0.6);
    return () => level + between(random, -0.35, 0.35);
  },
  // Uneven illumination.
  gradient: (random) => {
    const angle = between(random, 0, 2 * Math.PI);
    const [s, c] = [Math.sin(angle), Math.cos(angle)];
    return (y, x) => 0.5 + (c * (x - 16) + s * (y - 16)) / 44;
  },
  // Cells or particles: a few soft discs.
  blobs: (random) => {
    const discs = Array.from({ length: 1 + Math.floor(4 * random()) }, () => [
      between(random, 4, 28),
      between(random, 4, 28),
      between(random, 3, 6),
    ]);
    return (y, x) =>
      discs.reduce((sum, [cy, cx, r]) => sum + Math.exp(-(((y - cy) ** 2 + (x - cx) ** 2) / (r * r))), 0);
  },
};

/**
 * `count` images with as many of each kind, mixed: contrast, background and noise vary.
 *
 * @returns images as uint8 (count, 32, 32), and the number of each one's class
 */
export function makeShapes(count, seed) {
  const random = randomFrom(seed);
  const images = new Uint8Array(count * PIXELS * PIXELS);
  const labels = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const number = i % CLASSES.length;
    labels[i] = number;
    const at = KINDS[CLASSES[number]](random);
    const [background, contrast] = [between(random, 0, 0.25), between(random, 0.35, 0.75)];
    const noise = between(random, 0.02, 0.12);
    for (let y = 0; y < PIXELS; y++) {
      for (let x = 0; x < PIXELS; x++) {
        const value = background + contrast * Math.min(1.2, at(y, x)) + noise * (random() + random() + random() - 1.5);
        images[(i * PIXELS + y) * PIXELS + x] = Math.round(255 * Math.max(0, Math.min(1, value)));
      }
    }
  }
  return { images, labels };
}
