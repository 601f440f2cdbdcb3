import { ARENA_BASE, Arena, LARGEST_MEMORY, makeMemory } from '../core/arena.js';
import { allocate, DTYPES, type Dtype } from '../core/dtype.js';
import { PlanError, UsageError } from '../core/errors.js';
import type { OperatorRef } from '../core/layout.js';
import { neutral } from '../core/merge.js';
import { type AnyOperator, preparedBytes } from '../core/operator.js';
import { checkValues, type RawValues } from '../core/params.js';
import { workingBytes } from '../core/plan.js';
import { formatBytes } from '../core/size.js';
import { formatShape, frameCount, fullShape, makeStack, product, type Stack, stackBytes } from '../core/stack.js';
import { localHost } from '../layouts/local.js';
import { makeReady } from '../layouts/worker/ready.js';
import { type Filled, type OpenOperator, Repeated } from './repeated.js';

/** What an operator is opened for. */
export interface OpenOperatorOptions {
  /** Of all that one call is given, positions first: `[64, 512, 512]` are 64 frames, `[1000, 1000]` is one. */
  readonly shape?: readonly number[];
  /** Of one frame; without `shape` a call is given one. Absent: the last two dimensions of `shape`. */
  readonly frameShape?: readonly number[];
  readonly dtype: Dtype;
  /** Parameters of the operator. */
  readonly values?: RawValues;
  readonly kernel?: 'auto' | 'wasm' | 'ts';
}

/** The frames of one call as a stack. @throws UsageError for a shape or dtype that is none */
function stackOf({ shape, frameShape, dtype }: OpenOperatorOptions): Stack {
  const whole = shape ?? frameShape ?? [];
  const isShape = whole.length > 0 && whole.every((extent) => Number.isSafeInteger(extent) && extent > 0);
  if (!isShape)
    throw new UsageError(
      'bad-shape',
      `openOperator needs the shape of what a call is given, such as { shape: [64, 512, 512], dtype: 'float32' }, not ${formatShape(whole)}.`,
    );
  if (!Object.hasOwn(DTYPES, dtype))
    throw new UsageError('bad-dtype', `'${String(dtype)}' is no dtype. Use one of ${Object.keys(DTYPES).join(', ')}.`);
  const rank = frameShape?.length ?? Math.min(2, whole.length);
  if (frameShape && frameShape.join() !== whole.slice(-rank).join())
    throw new UsageError(
      'bad-shape',
      `Frames of ${formatShape(frameShape)} do not make ${formatShape(whole)}: its last dimensions must be those of a frame.`,
    );
  return makeStack(whole, dtype, rank);
}

async function operatorOf(
  work: string | OperatorRef | AnyOperator,
): Promise<{ operator: AnyOperator; given: RawValues }> {
  if (typeof work === 'string')
    return { operator: await localHost.loadOperator({ name: work, values: {} }), given: {} };
  if ('process' in work) return { operator: work, given: {} };
  return { operator: await localHost.loadOperator(work), given: work.values };
}

/** Refuses frames that only come with a run. */
function unread(name: string): () => never {
  return () => {
    throw new UsageError(
      'needs-frames',
      `Operator ${name} looks at frames before it runs, and there are none yet. Use run with openArray.`,
      { operator: name },
    );
  };
}

/**
 * Makes an operator ready once: its values are checked, what it prepares is made, its kernel is instantiated on memory that holds
 * frames and results. Calls then cost a few microseconds beside the arithmetic.
 *
 * @param work the name of a built-in operator, `{ name, module, values }`, or what `defineOperator` gave
 * @throws UsageError for unknown names, values out of range, and operators that need the frames beforehand or go over them several
 *   times; PlanError when everything together passes 4 GiB
 */
export async function openOperator(
  work: string | OperatorRef | AnyOperator,
  options: OpenOperatorOptions,
): Promise<OpenOperator> {
  const stack = stackOf(options);
  const { operator, given } = await operatorOf(work);
  if (operator.again)
    throw new UsageError(
      'several-passes',
      `Operator ${operator.name} goes over its frames several times. Use run with openArray.`,
      { operator: operator.name },
    );
  const kernel = options.kernel === 'ts' ? 'ts' : 'wasm';
  const values = checkValues(operator.params, { ...given, ...options.values }, operator.name);
  const { loadArray: load, readText } = localHost;
  const prepared =
    (await operator.prepare?.({ stack, values, detector: {}, kernel, load, readText, read: unread(operator.name) })) ??
    {};
  const declared = Object.entries(operator.outputs(stack, values, prepared));
  const slots = declared.map(([, slot]) => slot);
  const cost = operator.cost?.(stack, values, prepared) ?? { workerBytes: 0 };
  const bytes = Math.ceil(
    stackBytes(stack) + workingBytes(slots, [cost], frameCount(stack)) + preparedBytes(prepared) + 8192,
  );
  if (bytes > LARGEST_MEMORY)
    throw new PlanError(
      'memory-window',
      `Frames of ${formatShape(fullShape(stack))} with their results are ${formatBytes(bytes)}, and one memory holds 4 GiB. Open the operator for fewer frames, or use run.`,
      { needBytes: bytes },
    );
  const arena = new Arena(makeMemory(bytes), ARENA_BASE, bytes);
  const input = arena.array(stack.dtype, product(fullShape(stack)));
  const filled = declared.map(([name, slot]): Filled => {
    const length = product(slot.shape) * (slot.kind === 'each' ? frameCount(stack) : 1);
    if (slot.kind === 'derived') return { name, slot, array: allocate(slot.dtype, length), blank: null };
    const blank = slot.kind === 'whole' ? allocate(slot.dtype, length).fill(neutral(slot)) : null;
    return { name, slot, array: arena.array(slot.dtype, length), blank };
  });
  const ready = makeReady(operator, values, stack, kernel, prepared, arena);
  return new Repeated({ ready, stack, values, prepared, input, slots: filled });
}
