import { appendFileSync, closeSync, fdatasyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { describeWriteFailure } from './output.js';

function sync(path: string): void {
  const fd = openSync(path, 'r+');
  try {
    fdatasyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** A file of JSON lines that only grows: what was done survives an interruption at any moment. */
export class JournalFile {
  readonly path: string;
  /** Null unless it is held open. */
  #fd: number | null = null;

  constructor(path: string) {
    this.path = path;
  }

  /** Starts again with these lines; killed meanwhile, it holds those before. @throws SinkError */
  restart(lines: readonly unknown[]): void {
    const next = `${this.path}.new`;
    try {
      writeFileSync(next, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      sync(next);
      renameSync(next, this.path);
    } catch (error) {
      throw describeWriteFailure(this.path, error);
    }
  }

  /** @throws SinkError */
  append(...lines: readonly unknown[]): void {
    try {
      appendFileSync(this.#fd ?? this.path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    } catch (error) {
      throw describeWriteFailure(this.path, error);
    }
  }

  /** Holds the file open until `close`, for many lines. @throws SinkError */
  hold(): void {
    try {
      this.#fd ??= openSync(this.path, 'a');
    } catch (error) {
      throw describeWriteFailure(this.path, error);
    }
  }

  close(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }

  /** Waits until what was appended is on the disk. @throws SinkError */
  sync(): void {
    try {
      sync(this.path);
    } catch (error) {
      throw describeWriteFailure(this.path, error);
    }
  }

  /** All whole lines; a last line that was cut off in writing is left out. Null when there is no file. */
  read(): unknown[] | null {
    let text: string;
    try {
      text = readFileSync(this.path, 'utf8');
    } catch {
      return null;
    }
    const lines: unknown[] = [];
    for (const line of text.split('\n')) {
      if (line === '') continue;
      try {
        lines.push(JSON.parse(line));
      } catch {
        break;
      }
    }
    return lines;
  }
}
