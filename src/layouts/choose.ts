import type { Availability } from '../core/layout.js';

/** Below this many decoded bytes, starting threads takes longer than they save: at a gigabyte a second, 64 ms. */
export const SERIAL_BYTES = 64 * 2 ** 20;

/** Above this many floating-point operations even few bytes are worth threads: at a thousand million a second, 100 ms. */
export const SERIAL_FLOPS = 1e8;

/** What there is to do. */
export interface Amount {
  /** Decoded bytes of all frames. */
  readonly bytes: number;
  /** Floating-point operations of all frames, as far as operators say: 0 for those that are as fast as memory. */
  readonly flops: number;
  /** Frames come from a server: one thread would only wait. */
  readonly isRemote?: boolean;
}

export interface LayoutChoice {
  readonly name: string;
  /** Every step down from the first wish, in sentences. */
  readonly fallbacks: readonly string[];
  readonly reason: string;
}

/**
 * Which layout `auto` takes: threads, or the calling thread for single workers, for small stacks without much
 * arithmetic, or when threads are not available. Pure.
 */
export function chooseLayout(
  { bytes, flops, isRemote = false }: Amount,
  workers: number | null,
  threads: Availability,
): LayoutChoice {
  if (isRemote && threads.ok)
    return {
      name: 'threads',
      fallbacks: [],
      reason: 'threads: the frames come from a server, and this thread stays free.',
    };
  if (workers === 1) return { name: 'serial', fallbacks: [], reason: 'serial: one worker needs no thread of its own.' };
  if (workers === null && bytes <= SERIAL_BYTES && flops <= SERIAL_FLOPS) {
    return { name: 'serial', fallbacks: [], reason: 'serial: the stack is done before threads would have started.' };
  }
  if (threads.ok) return { name: 'threads', fallbacks: [], reason: 'threads: one machine, shared memory.' };
  const step = `threads are not available (${threads.reason}): running in one thread.`;
  return { name: 'serial', fallbacks: [step], reason: `serial: ${step}` };
}
