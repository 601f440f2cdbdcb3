import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { dataLoader, type LoaderOptions, type OperatorRef, openArray, type Source } from '../../dist/index.js';

export const SAMPLES = 101;
/** Of samples of 3 channels, 24 points each. */
export const values = Float64Array.from({ length: SAMPLES * 72 }, (_, i) => Math.sin(0.37 * i) + (i % 17));
export const source: Source = {
  ...openArray([SAMPLES, 3, 24], values),
  labels: { classes: ['even', 'odd'], of: Int32Array.from({ length: SAMPLES }, (_, i) => i % 2) },
  groups: Int32Array.from({ length: SAMPLES }, (_, i) => Math.floor(i / 10)),
};
export const all = Array.from({ length: SAMPLES }, (_, i) => i);

/** The operator of fragile.mjs. */
export const fragile = (given: OperatorRef['values']): OperatorRef => ({
  name: 'fragile',
  module: pathToFileURL(join(import.meta.dirname, 'fragile.mjs')).href,
  values: given,
});

export interface Seen {
  /** SHA-256 of all entries in the order they come. */
  readonly hash: string;
  readonly index: readonly number[];
  readonly labels: readonly number[];
}

/** One epoch, gone through to its end. */
export async function load(options: LoaderOptions, of: Source = source): Promise<Seen> {
  const hash = createHash('sha256');
  const [index, labels]: [number[], number[]] = [[], []];
  await using loader = dataLoader(of, options);
  for await (const batch of loader) {
    for (const entries of Object.values(batch.x))
      hash.update(new Uint8Array(entries.buffer, entries.byteOffset, entries.byteLength));
    index.push(...batch.index);
    labels.push(...batch.y);
    batch.release();
  }
  return { hash: hash.digest('hex'), index, labels };
}
