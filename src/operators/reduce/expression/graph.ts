import { DEFINITIONS, type Step } from './functions.js';

/** A value of an expression: the number x, a constant, or what a step makes of values with smaller numbers. */
export type Value =
  | { readonly kind: 'x' }
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'step'; readonly step: Step; readonly operands: readonly number[] };

/** Largest whole power that is made of multiplications. */
const LARGEST_POWER = 64;

const COMMUTE: ReadonlySet<Step> = new Set(['add', 'mul', 'min', 'max', 'eq', 'ne']);

/**
 * The values of an expression, each of them once: what is written twice is worked out once, what depends on no x is worked out
 * here, and whole powers become multiplications.
 */
export class Graph {
  readonly #values: Value[] = [];
  readonly #known = new Map<string, number>();

  /** In an order in which operands come before what is made of them. */
  get values(): readonly Value[] {
    return this.#values;
  }

  #add(key: string, value: Value): number {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#known.set(key, this.#values.length);
    return this.#values.push(value) - 1;
  }

  x(): number {
    return this.#add('x', { kind: 'x' });
  }

  constant(value: number): number {
    return this.#add(`number ${Object.is(value, -0) ? '-0' : value}`, { kind: 'constant', value });
  }

  #constantAt(number: number): number | null {
    const value = this.#values[number];
    return value?.kind === 'constant' ? value.value : null;
  }

  step(step: Step, ...operands: number[]): number {
    const constants = operands.map((operand) => this.#constantAt(operand));
    const [a, b, c] = constants;
    if (constants.every((value) => value !== null)) return this.constant(DEFINITIONS[step](a ?? 0, b ?? 0, c ?? 0));
    const [base] = operands;
    if (step === 'pow' && base !== undefined && Number.isInteger(b) && Math.abs(b ?? 0) <= LARGEST_POWER)
      return this.#power(base, b ?? 0);
    const ordered = COMMUTE.has(step) ? operands.toSorted((one, other) => one - other) : operands;
    return this.#add(`${step} ${ordered.join(' ')}`, { kind: 'step', step, operands: ordered });
  }

  #power(base: number, exponent: number): number {
    if (exponent === 0) return this.constant(1);
    if (exponent < 0) return this.step('div', this.constant(1), this.#power(base, -exponent));
    if (exponent === 1) return base;
    const half = this.#power(base, Math.floor(exponent / 2));
    const square = this.step('mul', half, half);
    return exponent % 2 === 0 ? square : this.step('mul', square, base);
  }
}
