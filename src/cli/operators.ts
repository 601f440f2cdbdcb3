import { pathToFileURL } from 'node:url';
import { UsageError } from '../core/errors.js';
import type { OperatorRef } from '../core/layout.js';
import type { AnyOperator } from '../core/operator.js';
import type { Param, Params, RawValues } from '../core/params.js';
import { exists } from '../io/folder.js';
import { loadOperator } from '../operators/load.js';

/** One or several operators for one pass, with the parameters the command line offers for them. */
export interface OperatorSet {
  readonly title: string;
  readonly operators: readonly AnyOperator[];
  readonly params: Params;
  /** Gives every operator its own values. @throws UsageError for a bare name that several operators have */
  bind(raw: RawValues): OperatorRef[];
}

const isModule = (name: string): boolean => /\.(m?js)$/.test(name);

function moduleUrl(path: string): string {
  if (exists(path)) return pathToFileURL(path).href;
  throw new UsageError('unknown-operator', `There is no operator file ${path}. Check the path.`, { operator: path });
}

/**
 * `mask`, `mask+com+sum`, or the path of a module with the user's own operator.
 *
 * @throws UsageError for an unknown name or an operator named twice
 */
export async function findOperators(spec: string): Promise<OperatorSet> {
  if (spec.split('+').includes('infer')) {
    const what = 'infer runs a network in workers of its own, beside no other operator and without a plan.';
    throw new UsageError('alone', `${what} Write fanfold run infer SOURCE --model NET.onnx.`, { operator: 'infer' });
  }
  const refs = spec.split('+').map((name) => (isModule(name) ? { name, module: moduleUrl(name) } : { name }));
  const operators = await Promise.all(refs.map(loadOperator));
  const names = operators.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new UsageError('operator-twice', `Operator ${twice} is named twice in ${spec}.`);
  const params: Record<string, Param> = {};
  const owners = new Map<string, number[]>();
  for (const [i, operator] of operators.entries()) {
    for (const [name, param] of Object.entries(operator.params)) {
      owners.set(name, [...(owners.get(name) ?? []), i]);
      params[name] = param;
      if (operators.length > 1) params[`${operator.name}.${name}`] = param;
    }
  }
  const bind = (raw: RawValues): OperatorRef[] => {
    const values = operators.map((): Record<string, unknown> => ({}));
    for (const [key, value] of Object.entries(raw)) {
      const [owner, name] = key.includes('.') ? key.split('.') : [undefined, key];
      const holders = owner === undefined ? (owners.get(key) ?? []) : [names.indexOf(owner)];
      if (holders.length > 1) {
        const choices = holders.map((i) => `--${names[i]}.${key}`).join(' or ');
        throw new UsageError('ambiguous-option', `--${key} could mean ${choices}: write the one you mean.`);
      }
      const target = values[holders[0] ?? -1];
      if (target && name !== undefined) target[name] = value;
    }
    return refs.map((ref, i) => ({ ...ref, values: values[i] ?? {} }));
  };
  return { title: names.join('+'), operators, params, bind };
}

/** Splits off the operator, wherever it stands among the arguments: the first word that is no flag and no flag's value. */
export function takeOperator(args: readonly string[], common: Params): { spec: string | undefined; rest: string[] } {
  const flags = new Set(
    Object.entries(common)
      .filter(([, param]) => param.kind === 'flag')
      .map(([name]) => name),
  );
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (!arg.startsWith('-')) return { spec: arg, rest: [...args.slice(0, i), ...args.slice(i + 1)] };
    const name = arg.replace(/^--?/, '').replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const alone = flags.has(name) || ['q', 'v', 'h', 'help'].includes(name) || arg.includes('=');
    if (!alone) i++;
  }
  return { spec: undefined, rest: [...args] };
}
