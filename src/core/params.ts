import { UsageError } from './errors.js';
import { nearest } from './nearest.js';
import { parseSize } from './size.js';

interface Described {
  readonly help: string;
  readonly unit?: string;
}

/** An array given as the path of a file, or directly by a program. */
export type ArrayInput = string | { readonly shape: readonly number[]; readonly data: ArrayLike<number> };

/** One declared parameter: it becomes a flag, a line of help, a check, a viewer control and a row of the docs page. */
export type Param =
  | (Described & {
      readonly kind: 'number';
      readonly default?: number;
      readonly min?: number;
      readonly max?: number;
      readonly integer?: boolean;
    })
  | (Described & {
      readonly kind: 'numbers';
      readonly default?: readonly number[];
      readonly length?: number;
      readonly example: string;
    })
  | (Described & { readonly kind: 'choice'; readonly choices: readonly string[]; readonly default?: string })
  | (Described & { readonly kind: 'text'; readonly default?: string })
  | (Described & { readonly kind: 'texts' })
  | (Described & { readonly kind: 'size' })
  | (Described & { readonly kind: 'flag' })
  | (Described & { readonly kind: 'arrays' });

export type Params = Readonly<Record<string, Param>>;

type Given<P extends Param, T> = P extends { readonly default: unknown } ? T : T | undefined;

/** The checked value of one parameter. */
export type ValueOf<P extends Param> = P extends { kind: 'number' }
  ? Given<P, number>
  : P extends { kind: 'numbers' }
    ? Given<P, readonly number[]>
    : P extends { kind: 'choice'; choices: readonly (infer C)[] }
      ? Given<P, C>
      : P extends { kind: 'text' }
        ? Given<P, string>
        : P extends { kind: 'texts' }
          ? readonly string[]
          : P extends { kind: 'size' }
            ? number | undefined
            : P extends { kind: 'flag' }
              ? boolean
              : P extends { kind: 'arrays' }
                ? readonly ArrayInput[]
                : never;

export type Values<P extends Params> = { readonly [K in keyof P]: ValueOf<P[K]> };

/** What a caller may hand in: text from a command line, or values from a program. */
export type RawValues = Readonly<Record<string, unknown>>;

function asNumber(flag: string, raw: unknown): number {
  const text = typeof raw === 'string' ? raw.trim() : raw;
  const value = typeof text === 'string' && text !== '' ? Number(text) : text;
  if (typeof value !== 'number' || Number.isNaN(value)) {
    throw new UsageError('bad-value', `--${flag} takes a number, not '${String(raw)}'.`, { flag });
  }
  return value;
}

function checkNumber(flag: string, param: Extract<Param, { kind: 'number' }>, raw: unknown): number {
  const value = asNumber(flag, raw);
  if (param.integer && !Number.isInteger(value)) {
    throw new UsageError('bad-value', `--${flag} takes a whole number, not ${value}.`, { flag });
  }
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = param;
  if (value < min || value > max) {
    const range = param.max === undefined ? `at least ${min}` : `between ${min} and ${max}`;
    throw new UsageError('bad-value', `--${flag} must be ${range}, not ${value}.`, { flag });
  }
  return value;
}

function checkNumbers(flag: string, param: Extract<Param, { kind: 'numbers' }>, raw: unknown): readonly number[] {
  const list = typeof raw === 'string' ? raw.split(/[,;\s]+/) : Array.isArray(raw) ? raw : [raw];
  const values = list.map((item) => asNumber(flag, item));
  if (param.length !== undefined && values.length !== param.length) {
    throw new UsageError(
      'bad-value',
      `--${flag} takes ${param.length} numbers such as ${param.example}, not ${values.length}.`,
      { flag },
    );
  }
  return values;
}

function checkChoice(flag: string, param: Extract<Param, { kind: 'choice' }>, raw: unknown): string {
  if (typeof raw === 'string' && param.choices.includes(raw)) return raw;
  const guess = nearest(String(raw), param.choices);
  throw new UsageError(
    'bad-value',
    `--${flag} takes ${param.choices.join(', ')}, not '${String(raw)}'.${guess ? ` Did you mean ${guess}?` : ''}`,
    { flag },
  );
}

function checkArrays(flag: string, raw: unknown): readonly ArrayInput[] {
  const list: readonly unknown[] = Array.isArray(raw) ? raw : [raw];
  return list.map((item) => {
    if (typeof item === 'string') return item;
    if (typeof item === 'object' && item !== null && 'shape' in item && 'data' in item) return item as ArrayInput;
    throw new UsageError('bad-value', `--${flag} takes a file name, or { shape, data }.`, { flag });
  });
}

function checkOne(flag: string, param: Param, raw: unknown): unknown {
  switch (param.kind) {
    case 'number':
      return checkNumber(flag, param, raw);
    case 'numbers':
      return checkNumbers(flag, param, raw);
    case 'choice':
      return checkChoice(flag, param, raw);
    case 'text':
      return String(raw);
    case 'texts':
      return Array.isArray(raw) ? raw.map(String) : [String(raw)];
    case 'size':
      return typeof raw === 'number' ? raw : parseSize(String(raw), flag);
    case 'flag':
      return raw === true || raw === 'true';
    case 'arrays':
      return checkArrays(flag, raw);
  }
}

/** `onBadFrame` is `--on-bad-frame` on the command line. */
export function flagOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function absent(param: Param): unknown {
  if (param.kind === 'flag') return false;
  if (param.kind === 'arrays' || param.kind === 'texts') return [];
  return param.kind === 'size' ? undefined : param.default;
}

/**
 * Checks raw values against a declaration and fills in defaults.
 *
 * @throws UsageError for an unknown name (with the nearest one) or a value out of range
 */
export function checkValues<P extends Params>(params: P, raw: RawValues, owner: string): Values<P> {
  for (const name of Object.keys(raw)) {
    if (name in params) continue;
    const guess = nearest(name, Object.keys(params));
    throw new UsageError(
      'unknown-option',
      `${owner} has no option --${flagOf(name)}.${guess ? ` Did you mean --${flagOf(guess)}?` : ''}`,
      {
        option: name,
      },
    );
  }
  const values: Record<string, unknown> = {};
  for (const [name, param] of Object.entries(params)) {
    const given = raw[name];
    values[name] = given === undefined ? absent(param) : checkOne(flagOf(name), param, given);
  }
  return values as Values<P>;
}
