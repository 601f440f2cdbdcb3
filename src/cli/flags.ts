import { parseArgs } from 'node:util';
import { UsageError } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import { flagOf, type Param, type Params, type RawValues } from '../core/params.js';

/** Short forms of flags. */
const SHORTS: Readonly<Record<string, string>> = { out: 'o', workers: 'w', quiet: 'q', verbose: 'v' };

const takesMany = (param: Param): boolean => param.kind === 'arrays' || param.kind === 'texts';

/** Command line arguments split into positionals and raw values of declared flags, by parameter name. */
export interface Parsed {
  readonly positionals: readonly string[];
  readonly raw: RawValues;
}

type Options = Readonly<Record<string, { readonly type: 'string' | 'boolean'; readonly short?: string }>>;

/** A negative number behind a flag that takes a value is that value, though it looks like a flag of its own. */
function joinNegative(args: readonly string[], options: Options): string[] {
  const long = new Map(Object.entries(options).flatMap(([flag, { short }]) => (short ? [[`-${short}`, flag]] : [])));
  const joined: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '--') return [...joined, ...args.slice(i)];
    const flag = long.get(arg) ?? (arg.startsWith('--') ? arg.slice(2) : '');
    const next = args[i + 1] ?? '';
    if (options[flag]?.type === 'string' && /^-\.?\d/.test(next)) {
      joined.push(`--${flag}=${next}`);
      i++;
    } else joined.push(arg);
  }
  return joined;
}

/** @throws UsageError for an unknown flag, with the nearest one, or a missing value */
export function parseFlags(args: readonly string[], params: Params, owner: string): Parsed {
  const names = new Map(Object.keys(params).map((name) => [flagOf(name), name]));
  const options = Object.fromEntries(
    Object.entries(params).map(([name, param]) => {
      const short = SHORTS[name];
      const type = param.kind === 'flag' ? ('boolean' as const) : ('string' as const);
      return [flagOf(name), { type, multiple: takesMany(param), ...(short ? { short } : {}) }];
    }),
  );
  let values: Record<string, unknown>;
  let positionals: string[];
  try {
    ({ values, positionals } = parseArgs({
      args: joinNegative(args, options),
      options,
      allowPositionals: true,
      strict: true,
    }));
  } catch (error) {
    throw describe(error, args, [...names.keys()], owner);
  }
  const raw = Object.fromEntries(Object.entries(values).map(([flag, value]) => [names.get(flag) ?? flag, value]));
  return { positionals, raw };
}

function describe(error: unknown, args: readonly string[], flags: readonly string[], owner: string): UsageError {
  const unknown = args.find((arg) => arg.startsWith('--') && !flags.includes(arg.slice(2).replace(/=.*/, '')));
  if (unknown !== undefined) {
    const flag = unknown.slice(2).replace(/=.*/, '');
    const guess = nearest(flag, flags);
    return new UsageError(
      'unknown-option',
      `${owner} has no option --${flag}.${guess ? ` Did you mean --${guess}?` : ''}`,
      { flag },
    );
  }
  const { code } = error as { readonly code?: unknown };
  const named = /--[a-z][\w.-]*/.exec(error instanceof Error ? error.message : '')?.[0];
  if (code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE' && named !== undefined) {
    const flag = named.slice(2);
    if (args.some((arg) => arg.startsWith(`${named}=`)))
      return new UsageError('no-value', `${named} takes no value. See ${helpOf(owner)}.`, { flag });
    return new UsageError('no-value', `${named} needs a value: ${named}=VALUE. See ${helpOf(owner)}.`, { flag });
  }
  const text = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  return new UsageError(
    'bad-option',
    `${text.replace(/\.$/, '').replace(/\. To specify.*/, '')}. See ${helpOf(owner)}.`,
  );
}

function helpOf(owner: string): string {
  return `${owner} --help`;
}
