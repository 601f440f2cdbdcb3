import { word } from './keyed-random.js';

/** Means above this are sampled by rejection, which costs the same for any mean; below, by searching the distribution. */
const SEARCH_LIMIT = 12;
/** Rejection draws its numbers from counters far behind those of the pixels. */
const RETRY_COUNTER = 0x40000000;

/** ln(n!) by Stirling's series, below 1e-9 off for n >= 9; smaller n are added up. */
function logFactorial(n: number): number {
  if (n < 10) {
    let product = 1;
    for (let k = 2; k <= n; k++) product *= k;
    return Math.log(product);
  }
  const x = n + 1;
  return (x - 0.5) * Math.log(x) - x + 0.9189385332046728 + 1 / (12 * x) - 1 / (360 * x ** 3) + 1 / (1260 * x ** 5);
}

/** W. Hörmann, Insurance: Mathematics and Economics 12 (1993) 39: transformed rejection with squeeze, for means >= 10. */
function byRejection(mean: number, counter: number, k0: number, k1: number): number {
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const own0 = k0 ^ RETRY_COUNTER;
  const own1 = k1 ^ word(counter, k0, k1);
  for (let attempt = 0; ; attempt += 2) {
    const u = (word(attempt, own0, own1) + 0.5) / 2 ** 32 - 0.5;
    const v = (word(attempt + 1, own0, own1) + 0.5) / 2 ** 32;
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= 0.9277 - 3.6224 / (b - 2)) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
    if (Math.log((v * inverseAlpha) / (a / (us * us) + b)) <= k * Math.log(mean) - mean - logFactorial(k)) return k;
  }
}

/** One Poisson count of the given mean, from word `counter` of the random sequence of a key. */
export function poisson(mean: number, counter: number, k0: number, k1: number): number {
  if (mean >= SEARCH_LIMIT) return byRejection(mean, counter, k0, k1);
  const u = (word(counter, k0, k1) + 0.5) / 2 ** 32;
  // exp(-mean) is at least 1 - mean: most pixels of a sparse frame end here.
  if (u < 1 - mean) return 0;
  let probability = Math.exp(-mean);
  let sum = probability;
  let k = 0;
  while (u > sum && k < 128) {
    k++;
    probability *= mean / k;
    sum += probability;
  }
  return k;
}
