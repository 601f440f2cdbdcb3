import { invertSymmetric } from './solve.js';

/** Changes that are remembered. */
const DEPTH = 4;

/** An update that is this much longer than the one before says that the changes no longer tell what comes. */
const WORSE = 1.2;

/** A step is at most so many times as long as the update that is asked for: beyond, changes say little. */
const LONGEST = 10;

/** One update, and how the next one differed from it. */
interface Change {
  readonly taken: Float64Array;
  readonly difference: Float64Array;
}

/**
 * Where updates of six parameters lead, from how they shrink: Anderson's mixing (J. ACM 12, 547, 1965). Gradients of the template
 * stand for those of the frame; the less they are alike, the smaller a part of the way each update covers.
 */
export class Mixer {
  readonly #metric: readonly number[];
  readonly #farthest: number;
  #last: Float64Array | null = null;
  #taken: Float64Array = new Float64Array(6);
  #changes: Change[] = [];

  /**
   * @param sphere radius within which turns count as much as shifts
   * @param farthest updates that move further are taken as they are: how they shrink says little yet
   */
  constructor(sphere: number, farthest: number) {
    this.#farthest = farthest;
    const turn = 0.4 * sphere * sphere;
    this.#metric = [1, 1, 1, turn, turn, turn];
  }

  /**
   * The step to take where an update asks for `wanted`.
   *
   * @param held limits a step
   */
  next(wanted: Float64Array, held: (step: Float64Array) => Float64Array): Float64Array {
    const last = this.#last;
    if (last !== null) {
      if (this.#dot(wanted, wanted) > WORSE ** 2 * this.#dot(last, last)) this.#changes = [];
      else this.#changes.push({ taken: this.#taken, difference: wanted.map((value, i) => value - (last[i] ?? 0)) });
      if (this.#changes.length > DEPTH) this.#changes.shift();
    }
    this.#last = wanted;
    this.#taken = held(this.#shortened(this.#mixed(wanted), wanted));
    return this.#taken;
  }

  #shortened(step: Float64Array, wanted: Float64Array): Float64Array {
    const part = LONGEST * Math.sqrt(this.#dot(wanted, wanted) / this.#dot(step, step));
    return part < 1 ? step.map((value) => value * part) : step;
  }

  #dot(a: Float64Array, b: Float64Array): number {
    return this.#metric.reduce((sum, weight, i) => sum + weight * (a[i] ?? 0) * (b[i] ?? 0), 0);
  }

  /** The update whose size, were it linear in the steps, would be the least, with the steps that lead there. */
  #mixed(wanted: Float64Array): Float64Array {
    const changes = this.#changes;
    const n = changes.length;
    if (n === 0 || this.#dot(wanted, wanted) > this.#farthest ** 2) return wanted;
    const square = Float64Array.from({ length: n * n }, (_, i) => {
      const [a, b] = [changes[Math.floor(i / n)], changes[i % n]];
      return a && b ? this.#dot(a.difference, b.difference) : 0;
    });
    const inverse = invertSymmetric(square, n);
    if (!inverse) {
      // Two changes are alike: the newer one says it better.
      changes.shift();
      return this.#mixed(wanted);
    }
    const sides = changes.map(({ difference }) => this.#dot(difference, wanted));
    const parts = changes.map((_, j) => sides.reduce((sum, side, k) => sum + (inverse[j * n + k] ?? 0) * side, 0));
    return wanted.map((value, i) =>
      changes.reduce(
        (sum, { taken, difference }, j) => sum - (parts[j] ?? 0) * ((taken[i] ?? 0) + (difference[i] ?? 0)),
        value,
      ),
    );
  }
}
