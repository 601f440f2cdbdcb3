import type { Weights } from './network.js';

const FIRST = 0.9;
const SECOND = 0.999;
const SMALL = 1e-8;

/** Adam (Kingma and Ba, 2015): steps along the mean gradient over the root of its mean square, both corrected for their start. */
export class Adam {
  readonly #rate: number;
  readonly #moments = new Map<string, { readonly mean: Float64Array; readonly square: Float64Array }>();
  #steps = 0;

  /** @param rate size of the first steps, per weight */
  constructor(rate: number) {
    this.#rate = rate;
  }

  /**
   * Changes the weights in place.
   *
   * @param share of the rate, for steps that become smaller
   */
  step(weights: Weights, gradients: Readonly<Record<string, Float32Array>>, share = 1): void {
    this.#steps++;
    const rate = this.#rate * share;
    const meanScale = 1 / (1 - FIRST ** this.#steps);
    const squareScale = 1 / (1 - SECOND ** this.#steps);
    for (const [name, { data }] of Object.entries(weights)) {
      const gradient = gradients[name];
      if (!gradient) continue;
      const { mean, square } = this.#momentsOf(name, data.length);
      for (let i = 0; i < data.length; i++) {
        const g = gradient[i] ?? 0;
        const m = FIRST * (mean[i] ?? 0) + (1 - FIRST) * g;
        const v = SECOND * (square[i] ?? 0) + (1 - SECOND) * g * g;
        mean[i] = m;
        square[i] = v;
        data[i] = (data[i] ?? 0) - (rate * m * meanScale) / (Math.sqrt(v * squareScale) + SMALL);
      }
    }
  }

  #momentsOf(name: string, length: number) {
    const found = this.#moments.get(name);
    if (found) return found;
    const made = { mean: new Float64Array(length), square: new Float64Array(length) };
    this.#moments.set(name, made);
    return made;
  }
}
