import { difference, measure, sampleNumbers } from '../../measure.js';
import type { Outcome, Setting } from '../../outcome.js';

/** What networks trained on ImageNet expect of red, green and blue between 0 and 1. */
const MEAN = [0.485, 0.456, 0.406];
const SPREAD = [0.229, 0.224, 0.225];

/** As one says it: every pixel an object, every step an array of its own. */
function byObjects(pixels: Uint8Array): Float32Array {
  const triples = Array.from({ length: pixels.length / 3 }, (_, i) => [...pixels.subarray(3 * i, 3 * i + 3)]);
  const scaled = triples.map((triple) => triple.map((value) => value / 255));
  const normal = scaled.map((triple) => triple.map((value, c) => (value - (MEAN[c] ?? 0)) / (SPREAD[c] ?? 1)));
  return Float32Array.from([0, 1, 2].flatMap((c) => normal.map((triple) => triple[c] ?? 0)));
}

/** A picture has 256 levels, so there are 768 answers: worked out once, looked up for every pixel. */
const TABLE = [0, 1, 2].map((c) =>
  Float32Array.from({ length: 256 }, (_, level) => (level / 255 - (MEAN[c] ?? 0)) / (SPREAD[c] ?? 1)),
);

/** From red, green, blue, red, green, blue... to all red, all green, all blue, which is the order networks read. */
function byTable(pixels: Uint8Array): Float32Array {
  const plane = pixels.length / 3;
  const input = new Float32Array(3 * plane);
  for (let c = 0; c < 3; c++) {
    const levels = TABLE[c] ?? new Float32Array(256);
    for (let i = 0; i < plane; i++) input[c * plane + i] = levels[pixels[3 * i + c] ?? 0] ?? 0;
  }
  return input;
}

/** The part of deep learning that is not: pixels into the numbers a network was trained on. */
export default async function preprocess({ size }: Setting): Promise<Outcome> {
  const extent = size === 'full' ? 224 : 32;
  const pixels = Uint8Array.from(sampleNumbers(extent * extent * 3), (x) => x * 256);
  const naive = await measure(() => byObjects(pixels));
  const table = await measure(() => byTable(pixels));
  return {
    subject: `one picture of ${extent} x ${extent} pixels, normalised, channels apart`,
    rows: [
      { what: 'an object for each pixel', seconds: naive.seconds },
      { what: 'a table for each channel', seconds: table.seconds, difference: difference(naive.value, table.value) },
    ],
  };
}
