import { frameKey, uniform } from '../formats/synthetic/keyed-random.js';

/** Normal deviates of mean 0 and standard deviation 1 (Box and Muller) that depend on the seed alone. */
export function seededNormal(seed: number): () => number {
  const [k0, k1] = frameKey(seed, 0);
  let counter = 0;
  const next = () => uniform(counter++, k0, k1);
  return () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}
