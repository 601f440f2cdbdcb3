/** Numbers of one piece of a list: 4 MiB. */
const PIECE = 2 ** 20;

/** A list of numbers that grows piece by piece, because one array that doubles stands in memory three times over. */
class Grow<T extends Uint32Array | Float32Array> {
  readonly #make: (length: number) => T;
  #full: T[] = [];
  #piece: T;
  #used = 0;

  constructor(make: (length: number) => T) {
    this.#make = make;
    this.#piece = make(PIECE);
  }

  get length(): number {
    return this.#full.length * PIECE + this.#used;
  }

  push(value: number): void {
    if (this.#used === PIECE) {
      this.#full.push(this.#piece);
      this.#piece = this.#make(PIECE);
      this.#used = 0;
    }
    this.#piece[this.#used++] = value;
  }

  /** The numbers pushed so far; the list is empty then. */
  done(): T {
    const all = this.#make(this.length);
    all.set(this.#piece.subarray(0, this.#used), this.#full.length * PIECE);
    // Each piece can go as soon as it is copied.
    for (let at = this.#full.length - 1; at >= 0; at--) all.set(this.#full.pop() ?? [], at * PIECE);
    this.#used = 0;
    return all;
  }
}

const integers = () => new Grow((length) => new Uint32Array(length));

/** Pixels that feed several bins, in ascending order, with the bins and the parts of each. */
export class SpreadList {
  readonly #pixel = integers();
  readonly #end = integers();
  readonly #bin = integers();
  readonly #weight = new Grow((length) => new Float32Array(length));

  entry(bin: number, weight: number): void {
    this.#bin.push(bin);
    this.#weight.push(weight);
  }

  /** Ends the entries of a pixel. */
  close(pixel: number): void {
    this.#pixel.push(pixel);
    this.#end.push(this.#bin.length);
  }

  done() {
    return {
      spreadPixel: this.#pixel.done(),
      spreadEnd: this.#end.done(),
      entryBin: this.#bin.done(),
      entryWeight: this.#weight.done(),
    };
  }
}
