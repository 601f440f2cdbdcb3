/** A list of numbers that grows. */
class Grow<T extends Uint32Array | Float32Array> {
  #array: T;
  #length = 0;
  readonly #make: (length: number) => T;

  constructor(make: (length: number) => T) {
    this.#make = make;
    this.#array = make(1024);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#array.length) {
      const larger = this.#make(this.#length * 2);
      larger.set(this.#array);
      this.#array = larger;
    }
    this.#array[this.#length++] = value;
  }

  /** The numbers pushed so far. */
  done(): T {
    return this.#array.slice(0, this.#length) as T;
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
