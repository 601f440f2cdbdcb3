/** One line for the person at the terminal. Results go to stdout, everything else here. */
export function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}

export const isTerminal = (): boolean => process.stderr.isTTY === true;
