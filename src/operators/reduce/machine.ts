import type { Arena } from '../../core/arena.js';
import { allocate, type NumericArray } from '../../core/dtype.js';
import { DEFINITIONS, STEPS } from './expression/functions.js';
import { LINE, type Program, X } from './expression/program.js';

/** Numbers that a step takes at a time: registers of them stay in the first-level cache. The kernel has the same number. */
export const BLOCK = 512;

/** Numbers of one line as the kernel reads it: step, address of the result, address and stride of three operands. */
const KERNEL_LINE = 8;

/** Bytes by which an operand moves for two numbers. */
const STRIDE = 16;

/** A program with its registers in a worker's memory. */
export interface Machine extends Program {
  /** Number 0 holds the numbers x of a block that had to be copied. */
  readonly blocks: readonly NumericArray[];
  /** The lines for the kernel. */
  readonly lines: NumericArray;
  readonly resultAddress: number;
  readonly resultStride: number;
}

/** Bytes of a worker's memory that `loadMachine` takes. */
export function machineBytes({ code, constants, registers }: Program): number {
  return (registers + 1) * (BLOCK * 8 + 128) + constants.length * 16 + (code.length / LINE) * KERNEL_LINE * 4 + 512;
}

/** Places registers, constants and lines where the kernel finds them. */
export function loadMachine(program: Program, arena: Arena): Machine {
  const { code, constants, registers, result } = program;
  const blocks = Array.from({ length: registers + 1 }, () => arena.float64(BLOCK));
  const pairs = arena.float64(constants.length * 2);
  for (const [i, value] of constants.entries()) pairs.fill(value, 2 * i, 2 * i + 2);
  const addressOf = (operand: number): number =>
    operand === X ? 0 : operand > 0 ? (blocks[operand]?.byteOffset ?? 0) : pairs.byteOffset - (operand + 1) * STRIDE;
  const strideOf = (operand: number): number => (operand < 0 ? 0 : STRIDE);
  const lines = arena.array('uint32', (code.length / LINE) * KERNEL_LINE);
  for (let line = 0; line * LINE < code.length; line++) {
    const [step = 0, to = 0, ...operands] = code.subarray(line * LINE, (line + 1) * LINE);
    lines.set([step, addressOf(to), ...operands.flatMap((one) => [addressOf(one), strideOf(one)])], line * KERNEL_LINE);
  }
  return { ...program, blocks, lines, resultAddress: addressOf(result), resultStride: strideOf(result) };
}

/** An array that holds `value` for every number of a block. */
function constantBlocks({ constants }: Program): NumericArray[] {
  return Array.from(constants, (value) => allocate('float64', BLOCK).fill(value));
}

/** Walks programs in plain TypeScript, block by block: what the kernel does. */
export class Walker {
  readonly #machine: Machine;
  readonly #constants: readonly NumericArray[];

  constructor(machine: Machine) {
    this.#machine = machine;
    this.#constants = constantBlocks(machine);
  }

  #block(operand: number): NumericArray {
    const block = operand < 0 ? this.#constants[-operand - 1] : this.#machine.blocks[operand];
    return block ?? this.#machine.blocks[0] ?? new Float64Array(0);
  }

  /** Values of the expression for at most a block of numbers, valid until the next call. */
  evaluate(x: NumericArray): NumericArray {
    const { code, blocks, result } = this.#machine;
    blocks[X]?.set(x);
    for (let at = 0; at < code.length; at += LINE) {
      const define = DEFINITIONS[STEPS[code[at] ?? 0] ?? 'add'];
      const to = this.#block(code[at + 1] ?? 0);
      const a = this.#block(code[at + 2] ?? 0);
      const b = this.#block(code[at + 3] ?? 0);
      const c = this.#block(code[at + 4] ?? 0);
      for (let i = 0; i < x.length; i++) to[i] = define(a[i] ?? 0, b[i] ?? 0, c[i] ?? 0);
    }
    return this.#block(result).subarray(0, x.length);
  }
}
