import type { Task } from '../../core/layout.js';

/** Bytes of the memory window one worker computes in: what the plan reserved, prepared arrays included. */
export function windowBytes(task: Task): number {
  return task.plan.windowBytes + task.plan.sharedBytes;
}
