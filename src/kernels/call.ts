import { DTYPES, dtypeOfArray, type NumericArray } from '../core/dtype.js';
import { OperatorError } from '../core/errors.js';
import type { WasmExports } from '../core/wasm.js';

const NUMBERS = new Map<unknown, number>(Object.values(DTYPES).map(({ array }, i) => [array, i]));

/** The number by which kernels know the element type of an array: its place in `DTYPES`. */
export function dtypeNumber(array: NumericArray): number {
  // A Buffer of Node is a Uint8Array, too.
  return NUMBERS.get(array.constructor) ?? NUMBERS.get(DTYPES[dtypeOfArray(array)].array) ?? -1;
}

/** Calls an exported kernel. @throws OperatorError when the module has no such export: it is then not the one expected */
export function callKernel(exports: WasmExports, name: string, ...args: number[]): number {
  const kernel = exports[name];
  if (!kernel)
    throw new OperatorError('no-kernel', `The kernel module has no function '${name}'. Build the project again.`);
  return kernel(...args);
}
