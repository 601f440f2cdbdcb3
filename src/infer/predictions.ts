/** One class that an image was taken for. */
export interface Ranked {
  /** Number of the class. */
  readonly class: number;
  /** Its name; the number where no labels were given. */
  readonly label: string;
  readonly probability: number;
}

/** How scores become probabilities; `auto` leaves those alone that are probabilities already. */
export const ACTIVATIONS = ['auto', 'softmax', 'none'] as const;

export type Activation = (typeof ACTIVATIONS)[number];

const ROUNDING = 1e-4;

function areProbabilities(scores: Float32Array): boolean {
  let sum = 0;
  for (const value of scores) {
    if (!(value >= 0 && value <= 1 + ROUNDING)) return false;
    sum += value;
  }
  return Math.abs(sum - 1) <= ROUNDING;
}

/**
 * exp(x) / sum of exp(x), the largest number taken off first so that nothing overflows; worked out in float64.
 *
 * @param activation `auto` does nothing to numbers from 0 to 1 whose sum is 1, which a network that ends in a soft-max gives
 */
export function probabilitiesOf(scores: Float32Array, activation: Activation = 'auto'): Float32Array {
  if (activation === 'none' || (activation === 'auto' && areProbabilities(scores))) return scores;
  let most = Number.NEGATIVE_INFINITY;
  for (const value of scores) most = Math.max(most, value);
  const powers = Float64Array.from(scores, (value) => Math.exp(value - most));
  let sum = 0;
  for (const power of powers) sum += power;
  return Float32Array.from(powers, (power) => power / sum);
}

/** The `top` likeliest classes, likeliest first; of equal ones, the first. */
export function topOf(probabilities: Float32Array, top: number, labels: readonly string[] | null): Ranked[] {
  const best: number[] = [];
  for (let i = 0; i < probabilities.length; i++) {
    const value = probabilities[i] ?? 0;
    if (best.length === top && value <= (probabilities[best[top - 1] ?? 0] ?? 0)) continue;
    let place = Math.min(best.length, top - 1);
    while (place > 0 && value > (probabilities[best[place - 1] ?? 0] ?? 0)) place--;
    best.splice(place, 0, i);
    best.length = Math.min(best.length, top);
  }
  return best.map((number) => ({
    class: number,
    label: labels?.[number] ?? String(number),
    probability: probabilities[number] ?? 0,
  }));
}
