import type { OutputFile } from '../io/output.js';

/** Text is written in pieces of about this many characters. */
const PIECE = 2 ** 20;

/** Writes lines of text from the beginning of a file, a piece at a time. @throws SinkError */
export function writeLines(file: OutputFile, lines: Iterable<string>): void {
  const encoder = new TextEncoder();
  let [piece, end] = ['', 0];
  const flush = (): void => {
    const bytes = encoder.encode(piece);
    file.write(bytes, end);
    end += bytes.length;
    piece = '';
  };
  for (const line of lines) {
    // A name or unit from a file may hold anything; a line must stay one.
    piece += `${line.replaceAll(/[\r\n]/g, ' ')}\n`;
    if (piece.length >= PIECE) flush();
  }
  flush();
}
