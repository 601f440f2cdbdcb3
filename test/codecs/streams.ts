import { randomNumbers } from './guarded.js';

/** Kinds of data whose streams differ in what DEFLATE makes of them. */
export const KINDS = ['float32', 'counts', 'zeros', 'text', 'runs', 'bytes', 'periods'] as const;

function poisson(mean: number, next: () => number): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = next(); product > limit; product *= next()) count++;
  return count;
}

/** `length` bytes of one kind, the same for the same seed. */
export function sample(kind: (typeof KINDS)[number], length: number, seed: number): Uint8Array {
  const next = randomNumbers(seed);
  const bytes = new Uint8Array(Math.ceil(length / 4) * 4);
  if (kind === 'float32') bytes.set(new Uint8Array(Float32Array.from({ length: bytes.length / 4 }, next).buffer));
  if (kind === 'counts') {
    const counts = Uint16Array.from({ length: bytes.length / 2 }, () => poisson(0.7, next));
    bytes.set(new Uint8Array(counts.buffer));
  }
  if (kind === 'bytes') bytes.set(Uint8Array.from(bytes, () => next() * 256));
  if (kind === 'text') {
    const words = ['frame', 'stack', 'detector', ' of ', ' the ', 'pattern', '\n', 'dark field, ', 'x', 'yz'];
    let text = '';
    while (text.length < bytes.length) text += words[Math.floor(next() * words.length)];
    bytes.set(new TextEncoder().encode(text).subarray(0, bytes.length));
  }
  if (kind === 'runs') {
    for (let i = 0; i < bytes.length; ) {
      const run = 1 + Math.floor(next() ** 4 * 5000);
      bytes.fill(next() * 256, i, i + run);
      i += run;
    }
  }
  if (kind === 'periods') {
    for (let i = 0; i < bytes.length; ) {
      const period = 1 + Math.floor(next() * 40);
      const end = Math.min(bytes.length, i + period + Math.floor(next() * 400));
      for (let k = i; k < end; k++) bytes[k] = k - i < period ? next() * 256 : (bytes[k - period] ?? 0);
      i = end;
    }
  }
  return bytes.subarray(0, length);
}
