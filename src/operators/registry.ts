import { UsageError } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import type { AnyOperator } from '../core/operator.js';

/** Every built-in operator, loaded when first asked for. */
const OPERATORS: Readonly<Record<string, () => Promise<{ default: AnyOperator }>>> = {
  copy: () => import('./copy.js'),
  mask: () => import('./mask/index.js'),
  com: () => import('./com/index.js'),
  azimuthal: () => import('./azimuthal/index.js'),
  register: () => import('./register/index.js'),
  gaf: () => import('./gaf/index.js'),
  sum: () => import('./statistics/sum.js'),
  mean: () => import('./statistics/mean.js'),
  max: () => import('./statistics/max.js'),
  min: () => import('./statistics/min.js'),
  std: () => import('./statistics/std.js'),
  mtf: () => import('./mtf/index.js'),
  recurrence: () => import('./recurrence/index.js'),
  features: () => import('./features/index.js'),
  scale: () => import('./scale/index.js'),
  fft2: () => import('./fft2/index.js'),
  correlate: () => import('./correlate/index.js'),
  matmul: () => import('./matmul/index.js'),
  reduce: () => import('./reduce/index.js'),
  astype: () => import('./astype/index.js'),
  thumbnail: () => import('./thumbnail/index.js'),
  filter: () => import('./filter/index.js'),
};

/** Other names that people look for. */
const ALIASES: Readonly<Record<string, string>> = { stats: 'features' };

/** Names of the built-in operators. */
export function operatorNames(): string[] {
  return Object.keys(OPERATORS);
}

/** Names of the built-in operators that can share a frame between workers. */
export async function insideOperators(): Promise<string[]> {
  const loaded = await Promise.all(Object.values(OPERATORS).map((load) => load()));
  return loaded.flatMap(({ default: { name, inside } }) => (inside ? [name] : []));
}

/** The built-in operator of that name, or of another name for it. @throws UsageError for an unknown name, with the nearest known one */
export async function findOperator(name: string): Promise<AnyOperator> {
  const own = Object.hasOwn(ALIASES, name) ? (ALIASES[name] ?? name) : name;
  const load = Object.hasOwn(OPERATORS, own) ? OPERATORS[own] : undefined;
  if (load) return (await load()).default;
  const guess = nearest(name, operatorNames());
  throw new UsageError(
    'unknown-operator',
    `There is no operator '${name}'. ${guess ? `Did you mean ${guess}?` : `Known are ${operatorNames().join(', ')}.`}`,
    { operator: name },
  );
}
