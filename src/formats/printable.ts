const LONGEST_TEXT = 80;

/** Text of a file on one line of a terminal: control characters and what is too long are cut off. */
export function printable(text: string): string {
  const line = text.replace(/\p{C}+/gu, ' ').trim();
  return line.length > LONGEST_TEXT ? `${line.slice(0, LONGEST_TEXT - 3)}...` : line;
}
