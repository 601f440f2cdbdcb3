import { UsageError } from '../../../core/errors.js';

/** The lines of a PONI file: keys in lower case with their last values, and the name of the file for messages. */
export interface PoniFields {
  readonly values: ReadonlyMap<string, string>;
  readonly name: string;
}

/** Ends reading a PONI file with a message that names it. */
export function failPoni(code: string, name: string, text: string): never {
  throw new UsageError(code, `${name}: ${text}`, { poni: name });
}

/** Splits the text into `key: value` lines; lines that start with # or have no colon say nothing. */
export function poniFields(text: string, name: string): PoniFields {
  const values = new Map<string, string>();
  for (const line of text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)) {
    const colon = line.indexOf(':');
    if (line.trimStart().startsWith('#') || colon < 0) continue;
    values.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return { values, name };
}

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A decimal number, up to a comment. @throws UsageError for anything else, and for what no float64 holds */
export function toNumber(text: string, what: string, name: string): number {
  const digits = text.replace(/#.*$/, '').trim();
  const number = DECIMAL.test(digits) ? Number(digits) : Number.NaN;
  if (Number.isFinite(number)) return number;
  return failPoni('bad-poni', name, `${what} is '${text.slice(0, 80)}', which is not a finite number.`);
}
