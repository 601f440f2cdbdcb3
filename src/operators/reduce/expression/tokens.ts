import { UsageError } from '../../../core/errors.js';

/** A piece of an expression; columns count from 1. */
export type Token =
  | { readonly kind: 'number'; readonly value: number; readonly column: number }
  | { readonly kind: 'name'; readonly text: string; readonly column: number }
  | { readonly kind: 'sign'; readonly text: string; readonly column: number }
  | { readonly kind: 'end'; readonly text: 'the end'; readonly column: number };

/** Characters of the longest expression. */
const LONGEST = 1000;

const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const NAME = /[A-Za-z_]\w*/y;
const SIGN = /\*\*|<=|>=|==|!=|[-+*/^()<>,]/y;

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** What an expression cannot be, and where. */
export function refuse(message: string, column: number): UsageError {
  return new UsageError('bad-expression', `--expr: ${message} (column ${column}).`, { column });
}

/**
 * Cuts an expression into numbers, names and signs.
 *
 * @throws UsageError naming the column of a character that means nothing, and for more than 1000 characters
 */
export function tokenize(text: string): Token[] {
  if (text.length > LONGEST)
    throw new UsageError('bad-expression', `--expr has ${text.length} characters; ${LONGEST} is the limit.`);
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; ) {
    const column = at + 1;
    if (/\s/.test(text.charAt(at))) {
      at++;
      continue;
    }
    const number = match(NUMBER, text, at);
    const name = number === undefined ? match(NAME, text, at) : undefined;
    const sign = number === undefined && name === undefined ? match(SIGN, text, at) : undefined;
    const found = number ?? name ?? sign;
    if (found === undefined)
      throw refuse(`'${String.fromCodePoint(text.codePointAt(at) ?? 0)}' means nothing here`, column);
    if (number !== undefined) tokens.push({ kind: 'number', value: Number(number), column });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name, column });
    else tokens.push({ kind: 'sign', text: found === '**' ? '^' : found, column });
    at += found.length;
  }
  tokens.push({ kind: 'end', text: 'the end', column: text.length + 1 });
  return tokens;
}
