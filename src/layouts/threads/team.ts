import { Stopped } from '../../core/errors.js';
import type { Member } from '../../core/team.js';

const ARRIVED = 0;
const TURN = 1;
const ASLEEP = 2;
const BROKEN = 3;
const HEADER_BYTES = 64;
/** Two cells that member 0 leaves numbers in by turns. */
const LEAD_BYTES = 64;
/** Numbers that are added up at a time. */
const CAPACITY = 8192;

/** Members seldom part by more than this, and falling asleep and being woken takes longer. */
const SPIN_MILLISECONDS = 0.03;
const LOOKS = 64;

/**
 * A team of worker threads on shared memory. Whoever comes last to a meeting lets the others go on; those look for it a
 * short while, then sleep. What is passed on at one meeting may be overwritten only after the next: hence two of each.
 */
export class SharedTeam implements Member {
  readonly rank: number;
  readonly size: number;
  readonly #cells: Int32Array;
  readonly #led: Float64Array;
  /** Numbers to be added up: for even and odd turns, one row a member. */
  readonly #rows: readonly (readonly Float64Array[])[];
  #leads = 0;
  #sums = 0;
  #waitSeconds = 0;

  constructor(buffer: SharedArrayBuffer, rank: number, size: number) {
    this.rank = rank;
    this.size = size;
    this.#cells = new Int32Array(buffer, 0, HEADER_BYTES / 4);
    this.#led = new Float64Array(buffer, HEADER_BYTES, 2);
    const row = (index: number) => new Float64Array(buffer, HEADER_BYTES + LEAD_BYTES + index * CAPACITY * 8, CAPACITY);
    this.#rows = [0, 1].map((turn) => Array.from({ length: size }, (_, member) => row(turn * size + member)));
  }

  /** The memory that the members of one team share beside their frames. */
  static memoryFor(size: number): SharedArrayBuffer {
    return new SharedArrayBuffer(HEADER_BYTES + LEAD_BYTES + 2 * size * CAPACITY * 8);
  }

  /** Ends every meeting of a team, now and later, with `Stopped`: a member failed, died or was stopped. */
  static breakUp(buffer: SharedArrayBuffer): void {
    const cells = new Int32Array(buffer);
    Atomics.store(cells, BROKEN, 1);
    Atomics.add(cells, TURN, 1);
    Atomics.notify(cells, TURN);
  }

  get waitSeconds(): number {
    return this.#waitSeconds;
  }

  #checkWhole(): void {
    if (Atomics.load(this.#cells, BROKEN) === 1) throw new Stopped();
  }

  meet(): void {
    const cells = this.#cells;
    const turn = Atomics.load(cells, TURN);
    this.#checkWhole();
    if (Atomics.add(cells, ARRIVED, 1) === this.size - 1) {
      Atomics.store(cells, ARRIVED, 0);
      Atomics.add(cells, TURN, 1);
      if (Atomics.load(cells, ASLEEP) > 0) Atomics.notify(cells, TURN);
    } else this.#awaitTurn(turn);
    this.#checkWhole();
  }

  #awaitTurn(turn: number): void {
    const cells = this.#cells;
    const started = performance.now();
    let now = started;
    while (now - started < SPIN_MILLISECONDS) {
      for (let look = 0; look < LOOKS; look++) {
        if (Atomics.load(cells, TURN) === turn) continue;
        this.#waitSeconds += (performance.now() - started) / 1000;
        return;
      }
      now = performance.now();
    }
    Atomics.add(cells, ASLEEP, 1);
    while (Atomics.load(cells, TURN) === turn) Atomics.wait(cells, TURN, turn);
    Atomics.sub(cells, ASLEEP, 1);
    this.#waitSeconds += (performance.now() - started) / 1000;
  }

  lead(act: () => number): number {
    const cell = this.#leads++ & 1;
    if (this.rank === 0) this.#led[cell] = act();
    this.meet();
    return this.#led[cell] ?? 0;
  }

  sum(values: Float64Array): void {
    for (let from = 0; from < values.length; from += CAPACITY) {
      const some = values.length <= CAPACITY ? values : values.subarray(from, from + CAPACITY);
      const rows = this.#rows[this.#sums++ & 1] ?? [];
      rows[this.rank]?.set(some);
      this.meet();
      for (const [member, row] of rows.entries()) addRow(some, row, member === 0);
    }
  }
}

function addRow(total: Float64Array, row: Float64Array, isFirst: boolean): void {
  if (isFirst) for (let i = 0; i < total.length; i++) total[i] = row[i] ?? 0;
  else for (let i = 0; i < total.length; i++) total[i] = (total[i] ?? 0) + (row[i] ?? 0);
}
