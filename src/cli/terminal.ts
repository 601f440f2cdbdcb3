/** One line for the person at the terminal. Results go to stdout, everything else here. */
export function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}

export const isTerminal = (): boolean => process.stderr.isTTY === true;

/** Colours are for terminals whose owner did not ask for none. */
export function colour(code: number, text: string): string {
  const plain = process.env.NO_COLOR !== undefined || !isTerminal();
  return plain ? text : `\u001b[${code}m${text}\u001b[0m`;
}
