import { word } from './keyed-random.js';

/**
 * The magnitude of a signal with normal noise in either of its two channels (Rice's distribution), from words 2 `counter` and the
 * next of the random sequence of a key.
 *
 * @param sigma standard deviation in a channel
 */
export function rician(signal: number, sigma: number, counter: number, k0: number, k1: number): number {
  // Box and Muller: the noise has this length, and any direction.
  const u = (word(2 * counter, k0, k1) + 0.5) / 2 ** 32;
  const length = sigma * Math.sqrt(-2 * Math.log(u));
  const angle = ((2 * Math.PI) / 2 ** 32) * word(2 * counter + 1, k0, k1);
  return Math.sqrt(signal * signal + length * (2 * signal * Math.cos(angle) + length));
}
