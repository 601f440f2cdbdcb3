/** Runs asynchronous work, at most `width` at a time, in the order it comes. */
export class Lanes {
  readonly #width: number;
  readonly #waiting: (() => void)[] = [];
  #busy = 0;

  constructor(width: number) {
    this.#width = width;
  }

  /** Work that has not begun. */
  get waiting(): number {
    return this.#waiting.length;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#busy >= this.#width) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#busy++;
    try {
      return await work();
    } finally {
      // The place goes on to who waits for it.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#busy--;
    }
  }
}
