import type { Arena } from '../../core/arena.js';
import { asFanfoldError, Stopped } from '../../core/errors.js';
import type { AnyOperator, Arrays, Prepared, Tile } from '../../core/operator.js';
import type { Params, Values } from '../../core/params.js';
import type { Stack } from '../../core/stack.js';
import { instantiate } from '../../core/wasm.js';

/** One operator made ready to run over tiles that lie in its arena. */
export interface Ready {
  readonly operator: AnyOperator;
  /** What computes: the reference where there is no kernel for these frames. */
  readonly kernel: 'wasm' | 'ts';
  readonly process: (tile: Tile, out: Arrays<string>) => void;
}

/** Arrays made by `prepare`, moved to memory the kernels can address; arrays that lie there already stay. */
function placePrepared(prepared: Prepared, arena: Arena): Prepared {
  return Object.fromEntries(
    Object.entries(prepared).map(([name, value]) => {
      const stays = typeof value !== 'object' || value.buffer === arena.memory.buffer;
      return [name, stays ? value : arena.place(value)];
    }),
  );
}

/** Places what `prepare` made, runs `init`, and instantiates the kernel on the arena's memory. @throws OperatorError when it is full */
export function makeReady(
  operator: AnyOperator,
  values: Values<Params>,
  stack: Stack,
  kernel: 'wasm' | 'ts',
  prepared: Prepared,
  arena: Arena,
): Ready {
  const state = operator.init?.({ stack, values, prepared: placePrepared(prepared, arena), arena });
  const wasm = operator.kernels?.wasm;
  if (wasm && kernel === 'wasm' && (wasm.supports?.(stack) ?? true)) {
    const exports = instantiate(wasm.module, arena.memory);
    return { operator, kernel, process: (tile, out) => wasm.process(exports, tile, state, out) };
  }
  return { operator, kernel: 'ts', process: (tile, out) => operator.process(tile, state, out) };
}

/** Lets an operator process one tile. @throws FanfoldError that names the operator and the frames */
export function processTile({ operator, process }: Ready, tile: Tile, out: Arrays<string>): void {
  try {
    process(tile, out);
  } catch (error) {
    if (error instanceof Stopped) throw error;
    const last = tile.first + tile.count - 1;
    throw asFanfoldError(error, `Operator ${operator.name}, frames ${tile.first} to ${last},`);
  }
}
