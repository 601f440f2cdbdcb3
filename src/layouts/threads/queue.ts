const HEAD = 0;
const TAIL = 1;
const CLOSED = 2;
const STOPPED = 3;
const WAKE = 4;
const HEADER = 5;

/**
 * Part numbers on shared memory: the host appends, workers take with one atomic addition. Every part passes through at
 * most once, so the queue never wraps.
 */
export class PartQueue {
  readonly buffer: SharedArrayBuffer;
  readonly #cells: Int32Array;

  constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer;
    this.#cells = new Int32Array(buffer);
  }

  static ofCapacity(parts: number): PartQueue {
    return new PartQueue(new SharedArrayBuffer((HEADER + parts) * 4));
  }

  #wakeAll(): void {
    Atomics.add(this.#cells, WAKE, 1);
    Atomics.notify(this.#cells, WAKE);
  }

  append(parts: readonly number[]): void {
    const tail = Atomics.load(this.#cells, TAIL);
    this.#cells.set(parts, HEADER + tail);
    Atomics.store(this.#cells, TAIL, tail + parts.length);
    this.#wakeAll();
  }

  /** No more parts will come. */
  close(): void {
    Atomics.store(this.#cells, CLOSED, 1);
    this.#wakeAll();
  }

  /** Workers give up at their next tile. */
  stop(): void {
    Atomics.store(this.#cells, STOPPED, 1);
    this.close();
  }

  get stopped(): boolean {
    return Atomics.load(this.#cells, STOPPED) === 1;
  }

  /** Parts appended but not yet taken; negative when workers are waiting. */
  get waiting(): number {
    return Atomics.load(this.#cells, TAIL) - Atomics.load(this.#cells, HEAD);
  }

  get closed(): boolean {
    return Atomics.load(this.#cells, CLOSED) === 1;
  }

  /** The next part, or -1 when there are no more. Blocks; for worker threads only. */
  take(): number {
    const place = Atomics.add(this.#cells, HEAD, 1);
    for (;;) {
      const wake = Atomics.load(this.#cells, WAKE);
      if (place < Atomics.load(this.#cells, TAIL)) return this.stopped ? -1 : (this.#cells[HEADER + place] ?? -1);
      if (Atomics.load(this.#cells, CLOSED) === 1) return -1;
      Atomics.wait(this.#cells, WAKE, wake);
    }
  }
}
