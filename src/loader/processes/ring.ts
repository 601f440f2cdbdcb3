import { LARGEST_MEMORY } from '../../core/arena.js';
import { DTYPES, type NumericArray } from '../../core/dtype.js';
import { formatBytes } from '../../core/size.js';
import { createSegment, SEGMENT_ALIGNMENT } from '../../io/segment.js';
import { createSharedFile } from '../../io/shared-file.js';
import { refusal, refused } from '../../io/shared-refusal.js';
import type { Parcel } from '../../layouts/processes/messages.js';
import { makeParcel } from '../../layouts/processes/parcel.js';
import type { BatchRequest, CrewTask } from '../crew.js';
import { frameViews, ringViews } from '../ring.js';
import type { ChildWork, RingRef } from './messages.js';
import { arrayBytes, placeArrays } from './placed.js';

/** How worker processes hand batches over: memory that all map, a file in memory, or messages. */
export type Sharing = 'segment' | 'files' | 'copies';

/** The host's side of a ring that worker processes fill. */
export interface ProcessRing {
  readonly ref: RingRef;
  readonly work: Parcel;
  /** Bytes of the ring and of what lies beside it. */
  readonly bytes: number;
  /** Copies of every byte between a worker's kernel and the consumer. */
  readonly copies: number;
  readonly leftovers: readonly string[];
  readonly views: readonly Readonly<Record<string, NumericArray>>[];
  /** Room for the frames of every slot; none where workers read the source themselves. */
  readonly frames: readonly NumericArray[];
  /** Brings the frames of a request to where a worker reads them. @returns what has to go along with the order, null for nothing */
  send(slot: number, request: BatchRequest): NumericArray | null;
  /** Brings the entries of a filled slot, from place `at` on, to where the consumer reads them. */
  receive(slot: number, at: number, samples: number, entries: readonly NumericArray[] | null): void;
  close(): void;
}

const ringBytes = ({ slots, slotBytes }: CrewTask): number => slots * slotBytes;

/** The ring and the arrays behind it, in whole pages. */
const segmentBytes = (work: ChildWork): number =>
  Math.ceil((ringBytes(work.task) + arrayBytes(work)) / SEGMENT_ALIGNMENT) * SEGMENT_ALIGNMENT;

/** No copy: kernels write into the segment. The arrays of source and operators lie in it too, once for all processes. */
async function segmentRing(work: ChildWork): Promise<ProcessRing> {
  const { task } = work;
  const bytes = segmentBytes(work);
  const whole = bytes + task.windowBytes + task.preparedBytes + SEGMENT_ALIGNMENT;
  if (whole > LARGEST_MEMORY) {
    const reason = `${formatBytes(whole)} of ring, source and working memory are more than the 4 GiB that a kernel can address`;
    throw refused(refusal('too-large', reason), bytes);
  }
  const segment = await createSegment(bytes);
  const placed = placeArrays(work, segment.bytes, ringBytes(task));
  return {
    ref: { kind: 'segment', name: segment.name, bytes },
    work: makeParcel(placed, null),
    bytes,
    copies: 0,
    leftovers: [segment.name],
    views: ringViews(task, segment.bytes.buffer, 0),
    frames: frameViews(task, segment.bytes.buffer, 0),
    send: () => null,
    receive: () => undefined,
    close: () => segment.close(),
  };
}

/** Two copies: written by the worker, read by the host. */
function fileRing(work: ChildWork): ProcessRing {
  const { task } = work;
  const file = createSharedFile(ringBytes(task));
  const memory = new Uint8Array(ringBytes(task));
  return {
    ref: { kind: 'files', path: file.path },
    work: makeParcel(work, file.folder),
    // The file, and the memory that the host reads it into.
    bytes: 2 * ringBytes(task),
    copies: 2,
    leftovers: [file.name],
    views: ringViews(task, memory.buffer, 0),
    frames: frameViews(task, memory.buffer, 0),
    send(slot, { samples, at = 0 }) {
      const { room, slotBytes } = task;
      if (!room) return null;
      const bytes = room.size * DTYPES[room.dtype].bytes;
      const from = slot * slotBytes + room.offset + at * bytes;
      file.write(memory.subarray(from, from + samples.length * bytes), from);
      return null;
    },
    receive(slot, at, samples) {
      for (const { size, dtype, offset } of task.fields) {
        const bytes = size * DTYPES[dtype].bytes;
        const from = slot * task.slotBytes + offset + at * bytes;
        file.read(memory.subarray(from, from + samples * bytes), from);
      }
    },
    close: () => file.close(),
  };
}

/** Six copies: out of shared memory, into the message, into the pipe, out of it, out of the message, into the ring. */
function copiedRing(work: ChildWork): ProcessRing {
  const { task } = work;
  const memory = new Uint8Array(ringBytes(task));
  const views = ringViews(task, memory.buffer, 0);
  const frames = frameViews(task, memory.buffer, 0);
  return {
    ref: { kind: 'copies' },
    work: makeParcel(work, null),
    bytes: ringBytes(task),
    copies: 6,
    leftovers: [],
    views,
    frames,
    send(slot, { samples, at = 0 }) {
      const size = task.room?.size ?? 0;
      return frames[slot]?.slice(at * size, (at + samples.length) * size) ?? null;
    },
    receive(slot, at, _, entries) {
      for (const [i, { label, size }] of task.fields.entries()) {
        const from = entries?.[i];
        if (from) views[slot]?.[label]?.set(from, at * size);
      }
    },
    close: () => undefined,
  };
}

/** Takes the memory of a ring, and lays out what workers start from. @throws LayoutError with a `SharingObstacle` as its code */
export async function openRing(work: ChildWork, sharing: Sharing): Promise<ProcessRing> {
  if (sharing === 'segment') return segmentRing(work);
  return sharing === 'files' ? fileRing(work) : copiedRing(work);
}
