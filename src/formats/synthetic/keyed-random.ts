/** Two words that choose one random sequence. */
export type Key = readonly [k0: number, k1: number];

/** A 32-bit mixer: every bit of the input changes every bit of the result with a probability near one half. */
function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

/** The key of one frame. @param seed a whole number from 0 to 2^53 */
export function frameKey(seed: number, frame: number): Key {
  const low = mix((seed >>> 0) ^ 0x9e3779b9);
  const high = mix(Math.floor(seed / 2 ** 32) ^ low);
  const k0 = mix((frame >>> 0) ^ low);
  return [k0, mix(Math.floor(frame / 2 ** 32) ^ k0 ^ high)];
}

/** Word `counter` of a sequence: the reference of kernels/random.as.ts, bit for bit. */
export function word(counter: number, k0: number, k1: number): number {
  let x = counter ^ k0;
  x = (Math.imul(x ^ (x >>> 16), 0x7feb352d) + k1) | 0;
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

/** Number `counter` of a sequence, float32 in [0, 1), 24 random bits. */
export function uniform(counter: number, k0: number, k1: number): number {
  return (word(counter, k0, k1) >>> 8) / 2 ** 24;
}
