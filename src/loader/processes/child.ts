import { ARENA_BASE, makeMemory, SLACK } from '../../core/arena.js';
import { DTYPES, type NumericArray, viewOf } from '../../core/dtype.js';
import { asFanfoldError } from '../../core/errors.js';
import { InputFile } from '../../io/file.js';
import { OutputPart } from '../../io/output.js';
import { overlaySegment, SEGMENT_ALIGNMENT } from '../../io/segment.js';
import { removeLeftovers } from '../../io/shared-file.js';
import { openParcel } from '../../layouts/processes/parcel.js';
import type { BatchRequest, CrewTask } from '../crew.js';
import { BatchFiller } from '../fill.js';
import type { BatchOrder } from '../tasks.js';
import type { ChildWork, FromChild, ToChild } from './messages.js';
import { findArrays } from './placed.js';

type Start = Extract<ToChild, { kind: 'start' }>;

const tell = (message: FromChild): void => {
  // A host that is gone needs no answers; this process ends with the event of its leaving.
  if (process.connected) process.send?.(message, () => undefined);
};

/** One worker process. In a segment it fills the slots of the ring; else one slot of its own, which it then hands over. */
class Child {
  readonly #task: CrewTask;
  readonly #filler: BatchFiller;
  /** Its own slot; null when it fills those of the ring. */
  readonly #own: Uint8Array | null;
  readonly #file: OutputPart | null;
  /** The same file for reading; null where the host feeds no frames through it. */
  readonly #ring: InputFile | null;

  private constructor(
    task: CrewTask,
    filler: BatchFiller,
    own: Uint8Array | null,
    file: OutputPart | null,
    ring: InputFile | null,
  ) {
    this.#ring = ring;
    this.#task = task;
    this.#filler = filler;
    this.#own = own;
    this.#file = file;
  }

  static async open({ ring, work }: Start): Promise<Child> {
    const given = openParcel(work, false, true) as ChildWork;
    const length = given.task.windowBytes + given.task.preparedBytes;
    const base = Math.ceil((ARENA_BASE + length) / SEGMENT_ALIGNMENT) * SEGMENT_ALIGNMENT;
    const bytes = ring.kind === 'segment' ? ring.bytes : given.task.slotBytes + SLACK;
    const memory = makeMemory(base - ARENA_BASE + bytes);
    const slots = new Uint8Array(memory.buffer, base, bytes);
    if (ring.kind === 'segment') await overlaySegment(ring.name, slots);
    const { task, prepared } = ring.kind === 'segment' ? (findArrays(given, slots) as ChildWork) : given;
    const filler = await BatchFiller.open(task, prepared, { memory, base: ARENA_BASE, length, ring: base });
    const file = ring.kind === 'files' ? new OutputPart(ring.path) : null;
    const fed = task.room && ring.kind === 'files' ? InputFile.open(ring.path) : null;
    return new Child(task, filler, ring.kind === 'segment' ? null : slots, file, fed);
  }

  fill({ slot, request }: BatchOrder, frames: NumericArray | null): void {
    if (this.#own) this.#takeFrames(this.#own, slot, request, frames);
    const filled = this.#filler.fill(this.#own ? 0 : slot, request);
    const samples = request.samples.length;
    const at = request.at ?? 0;
    const entries = this.#own && this.#handOver(this.#own, slot, at, samples);
    tell({ kind: 'filled', filled: { ...filled, slot }, at, samples, entries });
  }

  /** Brings frames that the host feeds into its own slot. */
  #takeFrames(own: Uint8Array, slot: number, { samples, at = 0 }: BatchRequest, frames: NumericArray | null): void {
    const { room, slotBytes } = this.#task;
    if (!room) return;
    const { dtype, size, offset } = room;
    const from = offset + at * size * DTYPES[dtype].bytes;
    const into = viewOf(dtype, own.buffer, own.byteOffset + from, samples.length * size);
    if (frames) into.set(frames);
    else this.#ring?.read(new Uint8Array(into.buffer, into.byteOffset, into.byteLength), slot * slotBytes + from);
  }

  /** @returns what could not be put into the ring's file */
  #handOver(own: Uint8Array, slot: number, at: number, samples: number): NumericArray[] | null {
    const { fields, slotBytes } = this.#task;
    const entries: NumericArray[] = [];
    for (const { dtype, size, offset } of fields) {
      const from = offset + at * size * DTYPES[dtype].bytes;
      const made = viewOf(dtype, own.buffer, own.byteOffset + from, samples * size);
      if (this.#file) this.#file.write(made, slot * slotBytes + from);
      // No process can send shared memory.
      else entries.push(made.slice());
    }
    return this.#file ? null : entries;
  }
}

let child: Child | null = null;
let leftovers: readonly string[] = [];

async function receive(message: ToChild): Promise<void> {
  if (message.kind === 'start') {
    leftovers = message.leftovers;
    child = await Child.open(message);
    tell({ kind: 'ready' });
    return;
  }
  for (const [i, order] of message.orders.entries()) {
    try {
      child?.fill(order, message.frames[i] ?? null);
    } catch (error) {
      const wire = asFanfoldError(error, `Batch ${order.request.number}`).toWire();
      tell({ kind: 'error', during: 'fill', error: wire });
    }
  }
}

process.on('message', (message: ToChild) => {
  receive(message).catch((error: unknown) => {
    tell({ kind: 'error', during: message.kind, error: asFanfoldError(error, 'Starting a worker process').toWire() });
  });
});
// The host takes its names away itself unless it was killed; then whoever is left does.
process.on('disconnect', () => {
  removeLeftovers(leftovers);
  process.exit(0);
});
// Ctrl-C reaches the whole process group; the host decides what to do about it.
process.on('SIGINT', () => undefined);
