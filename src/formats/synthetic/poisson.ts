import { word } from './keyed-random.js';

/** Means above this are sampled by rejection, which costs the same for any mean; below, by searching the distribution. */
const SEARCH_LIMIT = 12;

/** Draw number `n` for one pixel, in [0, 1): each draw has a key of its own, its words are numbered by pixels as usual. */
function draw(n: number, counter: number, k0: number, k1: number): number {
  return (word(counter, k0 ^ Math.imul(n, 0x9e3779b1), k1 ^ Math.imul(n, 0x85ebca6b)) + 0.5) / 2 ** 32;
}

/** ln(n!) for small n, added up. */
const LOG_FACTORIALS = new Float64Array(2048);
for (let n = 2; n < LOG_FACTORIALS.length; n++) LOG_FACTORIALS[n] = (LOG_FACTORIALS[n - 1] ?? 0) + Math.log(n);

/** ln(n!), beyond the table by Stirling's series, which is 1e-16 off there. */
function logFactorial(n: number): number {
  const known = LOG_FACTORIALS[n];
  if (known !== undefined) return known;
  const x = n + 1;
  return (x - 0.5) * Math.log(x) - x + 0.9189385332046728 + (1 / 12 - 1 / (360 * x * x)) / x;
}

/** W. Hörmann, Insurance: Mathematics and Economics 12 (1993) 39: transformed rejection with squeeze, for means >= 10. */
function byRejection(mean: number, counter: number, k0: number, k1: number): number {
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  for (let attempt = 0; ; attempt += 2) {
    const u = draw(attempt, counter, k0, k1) - 0.5;
    const v = draw(attempt + 1, counter, k0, k1);
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
  const u = draw(0, counter, k0, k1);
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
