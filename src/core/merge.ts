import { allocate, dtypeRange, type NumericArray } from './dtype.js';
import type { BoundSlot, Partial } from './layout.js';
import type { AnyOperator, Arrays, MergeRule, Slot } from './operator.js';
import { product } from './stack.js';

/** The value a private copy of a slot starts from, so that merging it changes nothing. */
export function neutral(slot: Slot): number {
  if (slot.kind !== 'whole') return 0;
  const [low, high] = dtypeRange(slot.dtype);
  return slot.merge === 'max' ? low : slot.merge === 'min' ? high : 0;
}

function mergeArrays(rule: Exclude<MergeRule, 'operator'>, into: NumericArray, from: NumericArray): void {
  for (let i = 0; i < into.length; i++) {
    const [a, b] = [into[i] ?? 0, from[i] ?? 0];
    // NaN wins over any extreme, as it does in a single worker.
    if (rule === 'sum') into[i] = a + b;
    else if (rule === 'max') into[i] = b > a || Number.isNaN(b) ? b : a;
    else into[i] = b < a || Number.isNaN(b) ? b : a;
  }
}

/**
 * Parts of an ordered pass that are worked on or wait to be merged, at most: so many that nobody waits for a neighbour that takes a
 * little longer, and few, because each keeps its own copy of what is accumulated.
 */
export function pendingPartials(workers: number): number {
  return workers + 2;
}

/** Merged accumulators of one pass. With a window it merges strictly in part order and says when it has room. */
export class Merger {
  readonly #slots: readonly BoundSlot[];
  readonly #operators: readonly AnyOperator[];
  readonly #totals: NumericArray[];
  readonly #waiting = new Map<number, Partial>();
  readonly #order: readonly number[] | null;
  #merged = 0;
  #empty = true;
  #seconds = 0;
  #waiters: (() => void)[] = [];

  /** @param order part numbers in the order to merge them, or null to merge as they come */
  constructor(slots: readonly BoundSlot[], operators: readonly AnyOperator[], order: readonly number[] | null) {
    this.#slots = slots.filter(({ slot }) => slot.kind === 'whole');
    this.#operators = operators;
    this.#order = order;
    this.#totals = this.#slots.map(({ slot }) => {
      const total = allocate(slot.dtype, product(slot.shape));
      const start = neutral(slot);
      // Fresh memory is zeros already, and is not taken before it is written.
      return start === 0 ? total : total.fill(start);
    });
  }

  /** Totals in the order of the `whole` slots. */
  get totals(): readonly NumericArray[] {
    return this.#totals;
  }

  get seconds(): number {
    return this.#seconds;
  }

  /** Parts handed over but not merged yet, given how many were handed out. */
  backlog(handedOut: number): number {
    return handedOut - this.#merged;
  }

  /** Resolves as soon as something has been merged. */
  nextMerge(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
    });
  }

  add(partial: Partial): void {
    if (!this.#order) {
      this.#merge(partial);
      return;
    }
    for (const part of partial.parts) this.#waiting.set(part, partial);
    for (;;) {
      const part = this.#order[this.#merged];
      const next = part === undefined ? undefined : this.#waiting.get(part);
      if (part === undefined || !next) return;
      this.#waiting.delete(part);
      this.#merge(next);
    }
  }

  #merge(partial: Partial): void {
    const started = performance.now();
    this.#merged++;
    if (this.#empty) {
      // The first partial is taken over as it is, so that one part alone gives the bits of an unmerged run.
      for (const [i, total] of this.#totals.entries()) total.set(partial.whole[i] ?? []);
      this.#empty = false;
    } else {
      this.#mergeByRule(partial);
    }
    this.#seconds += (performance.now() - started) / 1000;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }

  #mergeByRule(partial: Partial): void {
    const custom = new Map<number, [Record<string, NumericArray>, Record<string, NumericArray>]>();
    for (const [i, { slot, operator, name }] of this.#slots.entries()) {
      const [into, from] = [this.#totals[i], partial.whole[i]];
      if (!into || !from || slot.kind !== 'whole') continue;
      const pair = custom.get(operator) ?? [{}, {}];
      custom.set(operator, pair);
      pair[0][name] = into;
      pair[1][name] = from;
      if (slot.merge !== 'operator') mergeArrays(slot.merge, into, from);
    }
    for (const [operator, [into, from]] of custom) {
      this.#operators[operator]?.merge?.(into as Arrays<string>, from as Arrays<string>);
    }
  }
}
