import { ARENA_BASE, makeMemory, SLACK } from '../../core/arena.js';
import { DTYPES, type NumericArray, viewOf } from '../../core/dtype.js';
import { asFanfoldError } from '../../core/errors.js';
import { OutputPart } from '../../io/output.js';
import { openSegment, type Segment } from '../../io/segment.js';
import { removeLeftovers } from '../../io/shared-file.js';
import { openParcel } from '../../layouts/processes/parcel.js';
import type { CrewTask } from '../crew.js';
import { BatchFiller } from '../fill.js';
import type { ChildWork, FromChild, ToChild } from './messages.js';
import { findArrays } from './placed.js';

type Start = Extract<ToChild, { kind: 'start' }>;
type Order = Extract<ToChild, { kind: 'fill' }>;

const tell = (message: FromChild): void => {
  // A host that is gone needs no answers; this process ends with the event of its leaving.
  if (process.connected) process.send?.(message, () => undefined);
};

/** Puts the bytes of one field of a batch where the host finds them: at a place of the ring. */
type Put = (bytes: Uint8Array, position: number) => void;

function putter({ ring }: Start, segment: Segment | null): Put | null {
  if (segment) return (bytes, position) => segment.bytes.set(bytes, position);
  if (ring.kind !== 'files') return null;
  const file = new OutputPart(ring.path);
  return (bytes, position) => file.write(bytes, position);
}

/** One worker process: fills a slot of its own, and hands over what is in it. */
class Child {
  readonly #task: CrewTask;
  readonly #filler: BatchFiller;
  readonly #memory: WebAssembly.Memory;
  readonly #slot: number;
  readonly #put: Put | null;

  private constructor(task: CrewTask, filler: BatchFiller, memory: WebAssembly.Memory, slot: number, put: Put | null) {
    this.#task = task;
    this.#filler = filler;
    this.#memory = memory;
    this.#slot = slot;
    this.#put = put;
  }

  static async open(start: Start): Promise<Child> {
    const { ring } = start;
    const segment = ring.kind === 'segment' ? await openSegment(ring.name, ring.bytes) : null;
    const parcel = openParcel(start.work, false, true);
    const { task, prepared } = (segment ? findArrays(parcel, segment.bytes) : parcel) as ChildWork;
    const length = task.windowBytes + task.preparedBytes;
    const memory = makeMemory(length + task.slotBytes + SLACK);
    const slot = ARENA_BASE + length;
    const filler = await BatchFiller.open(task, prepared, { memory, base: ARENA_BASE, length, ring: slot });
    return new Child(task, filler, memory, slot, putter(start, segment));
  }

  fill({ slot, request }: Order): void {
    const { fields, slotBytes } = this.#task;
    const filled = this.#filler.fill(0, request);
    const entries: NumericArray[] = [];
    for (const { dtype, size, offset } of fields) {
      const made = viewOf(dtype, this.#memory.buffer, this.#slot + offset, request.samples.length * size);
      const bytes = made.length * DTYPES[dtype].bytes;
      if (this.#put) this.#put(new Uint8Array(made.buffer, made.byteOffset, bytes), slot * slotBytes + offset);
      // No process can send shared memory.
      else entries.push(made.slice());
    }
    const samples = request.samples.length;
    tell({ kind: 'filled', filled: { ...filled, slot }, samples, entries: this.#put ? null : entries });
  }
}

let child: Child | null = null;
let leftovers: readonly string[] = [];

async function receive(message: ToChild): Promise<void> {
  if (message.kind === 'start') {
    leftovers = message.leftovers;
    child = await Child.open(message);
    tell({ kind: 'ready' });
  } else child?.fill(message);
}

process.on('message', (message: ToChild) => {
  receive(message).catch((error: unknown) => {
    const during = message.kind === 'start' ? 'Starting a worker process' : `Batch ${message.request.number}`;
    tell({ kind: 'error', during: message.kind, error: asFanfoldError(error, during).toWire() });
  });
});
// The host takes its names away itself unless it was killed; then whoever is left does.
process.on('disconnect', () => {
  removeLeftovers(leftovers);
  process.exit(0);
});
// Ctrl-C reaches the whole process group; the host decides what to do about it.
process.on('SIGINT', () => undefined);
