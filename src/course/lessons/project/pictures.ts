import { sampleNumbers } from '../../measure.js';

/** Pixels along each edge of a picture. */
export const EXTENT = 96;

export const CLASSES = ['disc', 'square', 'stripes'] as const;

/** A picture: rows of red, green and blue, and what it shows. */
export interface Picture {
  readonly pixels: Uint8Array;
  /** Index in `CLASSES`. */
  readonly shows: number;
}

/** Bright or dark at (y, x), measured from the middle of the shape in half its width. */
const SHAPES: readonly ((y: number, x: number) => boolean)[] = [
  (y, x) => y * y + x * x < 1,
  (y, x) => Math.max(Math.abs(y), Math.abs(x)) < 0.9,
  (y) => Math.abs(y) < 1 && Math.floor((y + 1) * 4) % 2 === 0,
];

/** Pictures of shapes in different places, sizes and colours, under noise; always the same ones for a seed. */
export function makePictures(count: number, seed: number): Picture[] {
  return Array.from({ length: count }, (_, i) => {
    const [size = 0, up = 0, left = 0, red = 0, green = 0] = sampleNumbers(5, seed + 1000 * i);
    const noise = sampleNumbers(EXTENT * EXTENT, seed + 1000 * i + 1);
    const [radius, top, aside] = [
      EXTENT * (0.25 + 0.12 * size),
      EXTENT * (0.45 + 0.1 * up),
      EXTENT * (0.45 + 0.1 * left),
    ];
    const shows = i % CLASSES.length;
    const isBright = SHAPES[shows];
    const pixels = new Uint8Array(EXTENT * EXTENT * 3);
    for (let y = 0; y < EXTENT; y++) {
      for (let x = 0; x < EXTENT; x++) {
        const light = isBright?.((y - top) / radius, (x - aside) / radius) ? 150 : 50;
        const at = y * EXTENT + x;
        const value = light + 80 * ((noise[at] ?? 0) - 0.5);
        pixels.set([value * (0.6 + 0.4 * red), value * (0.6 + 0.4 * green), value], 3 * at);
      }
    }
    return { pixels, shows };
  });
}
