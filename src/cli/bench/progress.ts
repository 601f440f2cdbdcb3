import { isTerminal, tell } from '../terminal.js';
import type { Configuration } from './record.js';
import type { Attempt } from './runner.js';

/** Tells on stderr how far a benchmark is: one line that changes on a terminal, else a line for every round. */
export class BenchProgress {
  readonly #quiet: boolean;
  readonly #runs: number;
  #last = '';
  #open = false;

  constructor(quiet: boolean, runs: number) {
    this.#quiet = quiet;
    this.#runs = runs;
  }

  tell(text: string): void {
    this.end();
    if (!this.#quiet) tell(text);
  }

  step(group: string, configuration: Configuration, repeat: number, attempt: Attempt): void {
    const place = repeat < 0 ? `${group}, warm-up` : `${group}, round ${repeat + 1} of ${this.#runs}`;
    if ('reason' in attempt) {
      this.tell(`${group}, ${configuration.label}: ${attempt.reason}`);
      return;
    }
    if (this.#quiet) return;
    if (isTerminal()) {
      const seconds = attempt.measurement.seconds.toFixed(3);
      process.stderr.write(`\r\u001b[2K${place}: ${configuration.label}, ${seconds} s`);
      this.#open = true;
    } else if (place !== this.#last) tell(place);
    this.#last = place;
  }

  end(): void {
    if (this.#open) process.stderr.write('\r\u001b[2K');
    this.#open = false;
  }
}
