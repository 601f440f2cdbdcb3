import { DTYPES } from '../core/dtype.js';
import { type BoundJob, type Job, slotLabel } from '../core/job.js';
import type { Provenance } from '../core/sink.js';
import { placementOf } from '../core/source.js';
import { frameCount, plainAxis, product } from '../core/stack.js';
import { createStream } from '../formats/outputs.js';

/** Above this many bytes an output of one entry per frame is written while running instead of being collected. */
const STREAM_BYTES = 2 ** 30;

/**
 * The stream of a run whose only result is large, one entry per frame, and goes to one file; undefined for all others.
 *
 * @throws UsageError when the file's format cannot take a whole stack; SinkError when it cannot be created
 */
export async function streamFor(
  { source }: Job,
  { slots, bound }: BoundJob,
  outputs: readonly string[],
  overwrite: boolean,
  provenance: Provenance,
): Promise<Job['stream']> {
  const [slot, ...others] = slots.filter((one) => !one.slot.private);
  const [output, ...more] = outputs;
  if (slot?.slot.kind !== 'each' || others.length > 0 || output === undefined || more.length > 0) return undefined;
  const { stack } = source.handle;
  const { shape, dtype } = slot.slot;
  const bytes = frameCount(stack) * product(shape) * DTYPES[dtype].bytes;
  if (bytes < STREAM_BYTES || bound.some(({ operator }) => operator.finish)) return undefined;
  const axes = [
    ...stack.axes.slice(0, stack.stackShape.length),
    ...shape.map((_, i) => slot.slot.axes?.[i] ?? plainAxis(i)),
  ];
  const results = { ...stack, frameShape: shape, dtype, axes };
  const where = placementOf(source, shape);
  const sink = await createStream(output, results, { codec: { name: 'none' }, chunked: false, overwrite, ...where });
  return { slot: slotLabel(slot, bound), sink, provenance };
}
