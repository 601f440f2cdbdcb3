import { nearest } from '../../../core/nearest.js';
import { CONSTANTS, FUNCTIONS, type Step } from './functions.js';
import type { Graph } from './graph.js';
import { refuse, type Token, tokenize } from './tokens.js';

/** Parentheses, calls and signs inside each other. */
const DEEPEST = 64;

const SUMS: Readonly<Record<string, Step>> = { '+': 'add', '-': 'sub' };
const PRODUCTS: Readonly<Record<string, Step>> = { '*': 'mul', '/': 'div' };
const COMPARISONS: Readonly<Record<string, Step>> = {
  '<': 'lt',
  '<=': 'le',
  '>': 'lt',
  '>=': 'le',
  '==': 'eq',
  '!=': 'ne',
};

const isFunction = (name: string): name is keyof typeof FUNCTIONS => Object.hasOwn(FUNCTIONS, name);

/**
 * Reads an expression from left to right by descent:
 *
 *     comparison = sum [("<" | "<=" | ">" | ">=" | "==" | "!=") sum]
 *     sum        = product {("+" | "-") product}
 *     product    = signed {("*" | "/") signed}
 *     signed     = {"+" | "-"} power
 *     power      = atom ["^" signed]
 *     atom       = number | name | name "(" comparison {"," comparison} ")" | "(" comparison ")"
 */
class Parser {
  readonly #tokens: readonly Token[];
  readonly #graph: Graph;
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], graph: Graph) {
    this.#tokens = tokens;
    this.#graph = graph;
  }

  get #next(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: 'the end', column: 0 };
  }

  #sign<T>(meanings: Readonly<Record<string, T>>): { readonly text: string; readonly meaning: T } | null {
    const token = this.#next;
    const meaning = token.kind === 'sign' ? meanings[token.text] : undefined;
    if (token.kind !== 'sign' || meaning === undefined) return null;
    this.#at++;
    return { text: token.text, meaning };
  }

  #expect(text: string, after: string): void {
    const token = this.#next;
    if (token.kind !== 'sign' || token.text !== text) throw refuse(`${text} is missing ${after}`, token.column);
    this.#at++;
  }

  /** Goes one level deeper, and back. */
  #inside(column: number, read: () => number): number {
    if (++this.#depth > DEEPEST)
      throw refuse(`more than ${DEEPEST} parentheses, calls and signs inside each other`, column);
    const value = read();
    this.#depth--;
    return value;
  }

  all(): number {
    const value = this.#comparison();
    const token = this.#next;
    if (token.kind === 'end') return value;
    const text = token.kind === 'number' ? String(token.value) : token.text;
    if (token.kind === 'sign' && Object.hasOwn(COMPARISONS, text))
      throw refuse('only two sides are compared: put one comparison in parentheses', token.column);
    throw refuse(`an operator is missing before '${text}'`, token.column);
  }

  #comparison(): number {
    const left = this.#sum();
    const found = this.#sign(COMPARISONS);
    if (!found) return left;
    const right = this.#sum();
    return found.text.startsWith('>')
      ? this.#graph.step(found.meaning, right, left)
      : this.#graph.step(found.meaning, left, right);
  }

  #sum(): number {
    let value = this.#product();
    for (let found = this.#sign(SUMS); found; found = this.#sign(SUMS))
      value = this.#graph.step(found.meaning, value, this.#product());
    return value;
  }

  #product(): number {
    let value = this.#signed();
    for (let found = this.#sign(PRODUCTS); found; found = this.#sign(PRODUCTS))
      value = this.#graph.step(found.meaning, value, this.#signed());
    return value;
  }

  #signed(): number {
    const { column } = this.#next;
    const found = this.#sign(SUMS);
    if (!found) return this.#power();
    const value = this.#inside(column, () => this.#signed());
    return found.meaning === 'sub' ? this.#graph.step('neg', value) : value;
  }

  #power(): number {
    const base = this.#atom();
    const { column } = this.#next;
    if (!this.#sign({ '^': true })) return base;
    return this.#graph.step(
      'pow',
      base,
      this.#inside(column, () => this.#signed()),
    );
  }

  #atom(): number {
    const token = this.#next;
    this.#at++;
    if (token.kind === 'number') return this.#graph.constant(token.value);
    if (token.kind === 'name') return this.#name(token.text, token.column);
    if (token.kind === 'sign' && token.text === '(') {
      const value = this.#inside(token.column, () => this.#comparison());
      this.#expect(')', `for the ( of column ${token.column}`);
      return value;
    }
    throw refuse(
      `a number, x or a function is missing before ${token.kind === 'end' ? token.text : `'${token.text}'`}`,
      token.column,
    );
  }

  #name(name: string, column: number): number {
    const token = this.#next;
    const isCall = token.kind === 'sign' && token.text === '(';
    if (!isCall && name === 'x') return this.#graph.x();
    if (!isCall && Object.hasOwn(CONSTANTS, name)) return this.#graph.constant(CONSTANTS[name] ?? 0);
    if (isCall && isFunction(name)) return this.#call(name, column);
    if (!isCall && isFunction(name)) throw refuse(`${name} is a function: write ${name}(x)`, column);
    const known = isCall ? Object.keys(FUNCTIONS) : ['x', ...Object.keys(CONSTANTS)];
    const guess = nearest(name, known);
    const advice = guess ? `did you mean ${guess}?` : `known are ${known.join(', ')}`;
    throw refuse(`there is no ${isCall ? 'function ' : ''}'${name}'; ${advice}`, column);
  }

  #call(name: Step, column: number): number {
    this.#at++;
    const wanted = FUNCTIONS[name] ?? 1;
    const given: number[] = [];
    do given.push(this.#inside(column, () => this.#comparison()));
    while (this.#sign({ ',': true }));
    this.#expect(')', `for the call of ${name} at column ${column}`);
    if (given.length !== wanted)
      throw refuse(`${name} takes ${wanted} value${wanted === 1 ? '' : 's'}, not ${given.length}`, column);
    return this.#graph.step(name, ...given);
  }
}

/**
 * Reads an expression into a graph.
 *
 * @returns number of the value that it is
 * @throws UsageError naming the column of what is wrong, and the nearest known name
 */
export function parseExpression(text: string, graph: Graph): number {
  return new Parser(tokenize(text), graph).all();
}
