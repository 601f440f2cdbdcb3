import { SLOW, STEPS } from './functions.js';
import { Graph, type Value } from './graph.js';
import { parseExpression } from './parse.js';

/** Numbers of one line of a program: step, register that it fills, three operands. */
export const LINE = 5;

/** The operand that is the numbers themselves. */
export const X = 0;

/**
 * An expression as steps over registers that hold a block of numbers each. An operand is `X`, the number of a register, from 1
 * on, or of a constant: -1 is the first.
 */
export interface Program {
  readonly code: Int32Array;
  readonly constants: Float64Array;
  readonly registers: number;
  /** The operand that is the value of the expression. */
  readonly result: number;
  /** Steps that take several nanoseconds an element. */
  readonly slow: number;
}

/**
 * Adds square roots that are needed nowhere else in the step that takes them: a root keeps its unit busy for so long that the addition
 * costs nothing beside it. What is left over is used by nothing.
 */
function joinRoots(values: readonly Value[]): readonly Value[] {
  const uses = new Map<number, number>();
  for (const value of values)
    if (value.kind === 'step') for (const operand of value.operands) uses.set(operand, (uses.get(operand) ?? 0) + 1);
  return values.map((value) => {
    if (value.kind !== 'step' || value.step !== 'add') return value;
    for (const [i, operand] of value.operands.entries()) {
      const root = values[operand];
      if (root?.kind !== 'step' || root.step !== 'sqrt' || uses.get(operand) !== 1) continue;
      return { ...value, step: 'addroot', operands: [value.operands[1 - i] ?? 0, root.operands[0] ?? 0] };
    }
    return value;
  });
}

/** Numbers of the values that `root` is made of, in order, with the place where each is used last. */
function lifetimes(values: readonly Value[], root: number): Map<number, number> {
  const last = new Map([[root, values.length]]);
  // Operands come before what is made of them, so one way back sees every value after all that use it.
  for (let number = root; number >= 0; number--) {
    const value = values[number];
    if (!last.has(number) || value?.kind !== 'step') continue;
    for (const operand of value.operands) if (!last.has(operand)) last.set(operand, number);
  }
  return last;
}

/** Gives every value that counts an operand, taking registers up again as soon as they are free. */
function assign(values: readonly Value[], root: number): Program {
  const last = lifetimes(values, root);
  const operands = new Map<number, number>();
  const constants: number[] = [];
  const code: number[] = [];
  const free: number[] = [];
  let [registers, slow] = [0, 0];
  for (const [number, value] of values.entries()) {
    if (!last.has(number)) continue;
    if (value.kind === 'x') operands.set(number, X);
    else if (value.kind === 'constant') operands.set(number, -constants.push(value.value));
    else {
      const of = value.operands.map((operand) => operands.get(operand) ?? X);
      for (const operand of new Set(value.operands)) {
        const register = operands.get(operand) ?? X;
        if (register > 0 && last.get(operand) === number) free.push(register);
      }
      // A step may write over its own operands: every element is read before it is written.
      const to = free.pop() ?? ++registers;
      operands.set(number, to);
      const [a = X, b = X, c = X] = of;
      code.push(STEPS.indexOf(value.step), to, a, b, c);
      if (SLOW.has(value.step)) slow++;
    }
  }
  return {
    code: Int32Array.from(code),
    constants: Float64Array.from(constants),
    registers,
    result: operands.get(root) ?? X,
    slow,
  };
}

/**
 * Compiles an expression of x, such as `sqrt(x) + x^2`.
 *
 * @throws UsageError naming the column of what is wrong
 */
export function compileExpression(text: string): Program {
  const graph = new Graph();
  const root = parseExpression(text, graph);
  return assign(joinRoots(graph.values), root);
}
