import type { Availability } from '../core/layout.js';

/** Below this many decoded bytes, starting threads takes longer than they save. */
export const SERIAL_BYTES = 64 * 2 ** 20;

export interface LayoutChoice {
  readonly name: string;
  /** Every step down from the first wish, in sentences. */
  readonly fallbacks: readonly string[];
  readonly reason: string;
}

/**
 * Which layout `auto` takes: threads, or the calling thread for small stacks and single workers, or when threads are
 * not available. Pure.
 */
export function chooseLayout(bytes: number, workers: number | null, threads: Availability): LayoutChoice {
  if (workers === 1) return { name: 'serial', fallbacks: [], reason: 'serial: one worker needs no thread of its own.' };
  if (workers === null && bytes <= SERIAL_BYTES) {
    return { name: 'serial', fallbacks: [], reason: 'serial: the stack is done before threads would have started.' };
  }
  if (threads.ok) return { name: 'threads', fallbacks: [], reason: 'threads: one machine, shared memory.' };
  const step = `threads are not available (${threads.reason}): running in one thread.`;
  return { name: 'serial', fallbacks: [step], reason: `serial: ${step}` };
}
