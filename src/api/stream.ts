import { DTYPES } from '../core/dtype.js';
import { type BoundJob, type Job, type Stream, slotLabel } from '../core/job.js';
import type { BoundSlot } from '../core/layout.js';
import type { Provenance } from '../core/sink.js';
import { placementOf } from '../core/source.js';
import { frameCount, plainAxis, product } from '../core/stack.js';
import { isFolder } from '../formats/output-folder.js';
import { createStream } from '../formats/outputs.js';

/** Above this many bytes an output of one entry per frame is written while running instead of being collected. */
const STREAM_BYTES = 2 ** 30;

/** Entries of fewer numbers are not worth a file that grows while the run goes on. */
const FEW = 64;

function bytesOf({ source }: Job, { slot }: BoundSlot): number {
  return frameCount(source.handle.stack) * product(slot.shape) * DTYPES[slot.dtype].bytes;
}

/** Starts the file of an `each` slot. @throws UsageError when its format cannot be streamed; SinkError when it cannot be made */
async function openStream(
  { source }: Job,
  { slot, ...rest }: BoundSlot,
  { bound }: BoundJob,
  path: string,
  overwrite: boolean,
  provenance: Provenance,
): Promise<Stream> {
  const { stack } = source.handle;
  const { shape, dtype } = slot;
  const axes = [
    ...stack.axes.slice(0, stack.stackShape.length),
    ...shape.map((_, i) => slot.axes?.[i] ?? plainAxis(i)),
  ];
  const results = { ...stack, frameShape: shape, dtype, axes };
  const where = placementOf(source, shape);
  const sink = await createStream(path, results, { codec: { name: 'none' }, chunked: false, overwrite, ...where });
  return { slot: slotLabel({ slot, ...rest }, bound), sink, provenance };
}

/** The slot of a run whose only result is large, one entry per frame, and goes to one file; null for all other runs. */
function aloneIn(job: Job, whole: BoundJob, outputs: readonly string[]): BoundSlot | null {
  const [slot, ...others] = whole.slots.filter((one) => !one.slot.private);
  if (slot?.slot.kind !== 'each' || others.length > 0 || outputs.length !== 1) return null;
  return bytesOf(job, slot) < STREAM_BYTES || whole.bound.some(({ operator }) => operator.finish) ? null : slot;
}

/** Labels of the slots that a run writes to files while it goes on, as far as is known before these are started. */
export function streamedSlots(
  job: Job,
  whole: BoundJob,
  outputs: readonly string[],
  resume: boolean,
): ReadonlySet<string> {
  const alone = aloneIn(job, whole, outputs);
  const toFolder = outputs.length === 1 && outputs.every(isFolder);
  const isRevised = whole.bound.some(({ operator, values }) => operator.revises?.(values) ?? operator.finish);
  const streamed = whole.slots.filter((one) => {
    if (one === alone) return true;
    if (one.slot.kind !== 'each' || outputs.length === 0 || isRevised) return false;
    return resume || (toFolder && product(one.slot.shape) >= FEW);
  });
  return new Set(streamed.map((slot) => slotLabel(slot, whole.bound)));
}

/**
 * The stream of a run whose only result is large, one entry per frame, and goes to one file; none for all others.
 *
 * @throws UsageError when the file's format cannot take a whole stack; SinkError when it cannot be created
 */
export async function streamFor(
  job: Job,
  whole: BoundJob,
  outputs: readonly string[],
  overwrite: boolean,
  provenance: Provenance,
): Promise<Job['streams']> {
  const slot = aloneIn(job, whole, outputs);
  const [output] = outputs;
  return slot && output !== undefined ? [await openStream(job, slot, whole, output, overwrite, provenance)] : [];
}

/**
 * Streams of the slots of a folder that have one entry of more than a few numbers per frame; the others stay in memory until the end.
 *
 * @param paths by slot
 * @throws as `streamFor`; files that were started are then gone
 */
export async function folderStreams(
  job: Job,
  whole: BoundJob,
  paths: Readonly<Record<string, string>>,
  overwrite: boolean,
  provenance: Provenance,
): Promise<Job['streams']> {
  const streams: Stream[] = [];
  try {
    for (const slot of whole.slots) {
      const path = paths[slot.name];
      if (path === undefined || slot.slot.kind !== 'each' || product(slot.slot.shape) < FEW) continue;
      streams.push(await openStream(job, slot, whole, path, overwrite, provenance));
    }
  } catch (error) {
    for (const { sink } of streams) sink.abort();
    throw error;
  }
  return streams;
}
