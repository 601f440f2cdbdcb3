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
  append(line: unknown): void {
    try {
      appendFileSync(this.path, `${JSON.stringify(line)}\n`);
    } catch (error) {
      throw describeWriteFailure(this.path, error);
    }
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
