/** Parts for one worker process, asked for ahead so that it seldom waits. */
export class PartSupply {
  readonly #ask: () => void;
  readonly #low: number;
  readonly #stock: number[] = [];
  #asked = false;
  #ended: boolean;
  #arrived: (() => void) | null = null;
  #waitSeconds = 0;

  /**
   * @param fixed all parts this process will ever get, or null when it asks the coordinator
   * @param low parts in stock below which more are asked for
   */
  constructor(fixed: readonly number[] | null, low: number, ask: () => void) {
    this.#ask = ask;
    this.#low = low;
    this.#ended = fixed !== null;
    if (fixed) this.#stock.push(...fixed);
    else this.#request();
  }

  /** Time spent with nothing to do. */
  get waitSeconds(): number {
    return this.#waitSeconds;
  }

  #request(): void {
    if (this.#asked || this.#ended) return;
    this.#asked = true;
    this.#ask();
  }

  /** The coordinator's answer; an empty one is the last. */
  receive(parts: readonly number[]): void {
    this.#asked = false;
    if (parts.length === 0) this.#ended = true;
    this.#stock.push(...parts);
    this.#arrived?.();
    this.#arrived = null;
  }

  async next(max: number): Promise<readonly number[]> {
    const started = performance.now();
    while (this.#stock.length === 0 && !this.#ended) {
      this.#request();
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
    }
    this.#waitSeconds += (performance.now() - started) / 1000;
    const parts = this.#stock.splice(0, Math.min(max, this.#stock.length));
    if (this.#stock.length <= this.#low) this.#request();
    return parts;
  }
}
