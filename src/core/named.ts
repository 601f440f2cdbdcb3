import { type BoundJob, type Job, slotLabel } from './job.js';
import type { BoundSlot } from './layout.js';
import type { Slot } from './operator.js';
import type { Unfilled } from './sink.js';
import { placementOf } from './source.js';
import { type Axis, plainAxis } from './stack.js';

function axesOf(slot: Slot, job: Job): { shape: number[]; axes: Axis[] } {
  const { stack } = job.source.handle;
  const positions = stack.axes.slice(0, stack.stackShape.length);
  if (slot.kind === 'each') {
    const shape = [...stack.stackShape, ...slot.shape];
    const own = slot.axes ?? [];
    return { shape, axes: shape.map((_, i) => positions[i] ?? own[i - positions.length] ?? plainAxis(i)) };
  }
  if (slot.axes) return { shape: [...slot.shape], axes: [...slot.axes] };
  const frame = stack.axes.slice(stack.stackShape.length);
  const [asFrame, asScan] = [stack.frameShape, stack.stackShape].map((shape) => shape.join() === slot.shape.join());
  const axes = asFrame ? frame : asScan ? positions : slot.shape.map((_, i) => plainAxis(i));
  return { shape: [...slot.shape], axes };
}

/** The result that a slot of a job becomes: everything but its numbers. */
export function nameSlot(job: Job, { bound }: Pick<BoundJob, 'bound'>, one: BoundSlot): Unfilled {
  const { slot } = one;
  const { shape, axes } = axesOf(slot, job);
  const name = slotLabel(one, bound);
  const { unit = '', label = name, dtype, errorsOf, image } = slot;
  const of = errorsOf === undefined ? {} : { errorsOf: slotLabel({ ...one, name: errorsOf }, bound) };
  const own = slot.axes === undefined ? {} : { coordinates: slot.axes.length };
  const shown = image === undefined ? {} : { image };
  return { name, shape, dtype, axes, unit, label, ...of, ...own, ...shown, ...placementOf(job.source, slot.shape) };
}
