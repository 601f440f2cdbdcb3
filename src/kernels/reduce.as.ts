// A vector machine: the steps of an expression, one after the other, over blocks of numbers that stay in the first-level cache,
// and the sum or an extreme of what comes out (src/operators/reduce/machine.ts lays programs out).
import { load2 } from './_load.as';
import { addExactly, extremeOf, MAX, spread, SUM, sumOf } from './_reduce_fold.as';
import { runStep } from './_reduce_steps.as';

/** Numbers of a block. */
const BLOCK: i32 = 512;

/** Bytes of one line of a program: step, address of the result, address and stride of three operands. */
const LINE: usize = 32;

function widen<T>(x: usize, count: i32, to: usize): void {
  const end = x + <usize>count * sizeof<T>();
  for (; x + 2 * sizeof<T>() <= end; x += 2 * sizeof<T>()) {
    v128.store(to, load2<T>(x));
    to += 16;
  }
  if (x < end) store<f64>(to, <f64>load<T>(x));
}

/** `count` elements of a dtype as float64. */
function widenAny(dtype: i32, x: usize, count: i32, to: usize): void {
  if (dtype == 0) widen<u8>(x, count, to);
  else if (dtype == 1) widen<i8>(x, count, to);
  else if (dtype == 2) widen<u16>(x, count, to);
  else if (dtype == 3) widen<i16>(x, count, to);
  else if (dtype == 4) widen<u32>(x, count, to);
  else if (dtype == 5) widen<i32>(x, count, to);
  else if (dtype == 6) widen<f32>(x, count, to);
  else widen<f64>(x, count, to);
}

@inline
function elementBytes(dtype: i32): usize {
  return dtype < 2 ? 1 : dtype < 4 ? 2 : dtype < 7 ? 4 : 8;
}

/** An operand whose address is 0 is the numbers themselves. */
@inline
function operandAt(line: usize, offset: usize, x: usize): usize {
  const address = <usize>load<u32>(line + offset);
  return address == 0 ? x : address;
}

/**
 * Evaluates a block. Returns where the numbers x lie: whole blocks of float64 stay where they are, all others are widened into
 * `widened`.
 */
function evaluate(dtype: i32, x: usize, count: i32, code: usize, codeEnd: usize, widened: usize): usize {
  let numbers = x;
  if (dtype != 7 || count < BLOCK) {
    widenAny(dtype, x, count, widened);
    numbers = widened;
  }
  for (let line = code; line < codeEnd; line += LINE) {
    runStep(
      load<i32>(line), <usize>load<u32>(line, 4), count,
      operandAt(line, 8, numbers), <usize>load<u32>(line, 12),
      operandAt(line, 16, numbers), <usize>load<u32>(line, 20),
      operandAt(line, 24, numbers), <usize>load<u32>(line, 28),
    );
  }
  return numbers;
}

/**
 * Folds `count` elements into the number at `into`; for sums, what rounding loses is kept at `carry`.
 *
 * @param result address of the values of the expression, 0 for the elements themselves, which move `step` bytes for two
 * @param widened room for a block
 */
export function fold(
  kind: i32, dtype: i32, x: usize, count: i32, code: usize, codeEnd: usize, result: usize, step: usize, widened: usize,
  into: usize, carry: usize,
): void {
  for (let done = 0; done < count; done += BLOCK) {
    const some = min(BLOCK, count - done);
    const numbers = evaluate(dtype, x + <usize>done * elementBytes(dtype), some, code, codeEnd, widened);
    const values = result == 0 ? numbers : result;
    if (kind == SUM) addExactly(into, carry, sumOf(values, step, some));
    else if (kind == MAX) store<f64>(into, extremeOf<i32>(values, step, some, load<f64>(into)));
    else store<f64>(into, extremeOf<f32>(values, step, some, load<f64>(into)));
  }
}

/** Folds each of `count` elements into an entry of its own at `into`. */
export function foldEach(
  kind: i32, dtype: i32, x: usize, count: i32, code: usize, codeEnd: usize, result: usize, step: usize, widened: usize,
  into: usize,
): void {
  for (let done = 0; done < count; done += BLOCK) {
    const some = min(BLOCK, count - done);
    const numbers = evaluate(dtype, x + <usize>done * elementBytes(dtype), some, code, codeEnd, widened);
    spread(kind, result == 0 ? numbers : result, step, some, into + <usize>done * 8);
  }
}
