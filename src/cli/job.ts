import type { Recipe } from '../api/recipe.js';
import { UsageError } from '../core/errors.js';
import type { OperatorRef } from '../core/layout.js';
import { checkValues, type Params, type RawValues, type Values } from '../core/params.js';
import { reachOf } from '../core/selection.js';
import type { Source } from '../core/source.js';
import { looksRemote, severalOf, splitDataset } from '../formats/location.js';
import { openSource } from '../formats/registry.js';
import { exists } from '../io/folder.js';
import { readText } from '../io/text.js';
import { runNames } from '../loader/names.js';
import { OUTPUT_PARAMS, openOptionsOf, RUN_PARAMS, SELECT_PARAMS, SOURCE_PARAMS } from './common.js';
import { parseFlags } from './flags.js';
import { verbHelp } from './help.js';
import { findOperators, type OperatorSet, takeOperator } from './operators.js';

const COMMON = { ...SOURCE_PARAMS, ...SELECT_PARAMS, ...RUN_PARAMS, ...OUTPUT_PARAMS } as const satisfies Params;

/** A `run` or `plan` command, parsed and with its source open. */
export interface JobCommand<X extends Params> {
  readonly set: OperatorSet;
  readonly refs: readonly OperatorRef[];
  readonly source: Source;
  readonly values: Values<typeof COMMON & X>;
}

/** A recipe as a person may have written it. */
type WrittenRecipe = Pick<Recipe, 'operators' | 'values'> & Partial<Recipe>;

export function readRecipe(path: string): WrittenRecipe {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readText(path));
  } catch (error) {
    if (error instanceof SyntaxError) throw new UsageError('bad-recipe', `${path} is not JSON: ${error.message}.`);
    throw error;
  }
  if (
    typeof parsed !== 'object' ||
    parsed === null ||
    !('operators' in parsed) ||
    typeof parsed.operators !== 'string'
  ) {
    throw new UsageError('bad-recipe', `${path} is no recipe: it needs "operators", such as "mask+com", and "values".`);
  }
  const { operators, source, values } = parsed as WrittenRecipe;
  return { operators, values: values ?? {}, ...(source === undefined ? {} : { source }) };
}

/** Several paths are one source; a forgotten -o looks like that too. @throws UsageError for one that does not exist */
function checkPaths(texts: readonly string[]): void {
  const absent = texts.find(
    (text) => !looksRemote(text) && severalOf(text) === null && !exists(splitDataset(text).path),
  );
  if (absent === undefined) return;
  const all = texts.length === 2 ? 'Both paths' : `All ${texts.length} paths`;
  const what = `${absent} does not exist. ${all} are taken as one source: outputs are named with -o.`;
  throw new UsageError('not-found', what, { path: absent });
}

/** Beside an operator with a `dtype` of its own, that of headerless files is `--source-dtype`. */
function flagsBeside(own: Params, { dtype, ...others }: typeof SOURCE_PARAMS & Params): Params {
  return 'dtype' in own ? { ...others, sourceDtype: dtype } : { ...others, dtype };
}

/** @param extra flags only this verb has */
export async function parseJob<X extends Params>(
  verb: string,
  args: readonly string[],
  extra: X,
  signal?: AbortSignal,
): Promise<JobCommand<X>> {
  const common = { ...COMMON, ...extra };
  const { spec, rest } = takeOperator(runNames(args), common);
  if (spec === undefined)
    throw new UsageError('no-operator', `fanfold ${verb} needs an operator and a source. See fanfold ops.`);
  const recipe = spec.endsWith('.json') ? readRecipe(spec) : null;
  const set = await findOperators(recipe?.operators ?? spec);
  const flags = flagsBeside(set.params, common);
  const clash = Object.keys(set.params).find((name) => name in flags);
  if (clash !== undefined)
    throw new UsageError('reserved-option', `Operator ${set.title} declares --${clash}, which fanfold uses itself.`);
  const { positionals, raw } = parseFlags(rest, { ...flags, ...set.params }, `fanfold ${verb} ${set.title}`);
  const merged: RawValues = { ...recipe?.values, ...raw };
  const own = Object.fromEntries(Object.entries(merged).filter(([name]) => name in set.params));
  const { sourceDtype, ...others } = Object.fromEntries(
    Object.entries(merged).filter(([name]) => !(name in set.params)),
  );
  if (sourceDtype !== undefined) others.dtype = sourceDtype;
  const values = checkValues(common, others, `fanfold ${verb}`) as Values<typeof COMMON & X>;
  const sourceText = positionals.length > 1 ? positionals : (positionals[0] ?? recipe?.source);
  if (sourceText === undefined)
    throw new UsageError('no-source', `fanfold ${verb} ${set.title} needs a source: a file name.`);
  if (positionals.length > 1) checkPaths(positionals);
  const onBadFrame = RUN_PARAMS.onBadFrame.choices.find((one) => one === values.onBadFrame);
  const reach = reachOf(values.frames);
  const source = await openSource(sourceText, { ...openOptionsOf(values), ...reach, onBadFrame, signal });
  return { set, refs: set.bind(own), source, values };
}

/** Help of `run` and `plan`: with an operator, its own parameters come first. */
export async function jobHelp(verb: string, args: readonly string[], text: string, extra: Params): Promise<string> {
  const { spec } = takeOperator(args, { ...COMMON, ...extra });
  const set = spec === undefined ? null : await findOperators(spec);
  const groups: [string, Params][] = set ? [[`${set.title} options`, set.params]] : [];
  groups.push(
    ['output', { ...extra, ...OUTPUT_PARAMS }],
    ['frames', SELECT_PARAMS],
    ['source', set ? flagsBeside(set.params, SOURCE_PARAMS) : SOURCE_PARAMS],
    ['how it runs', RUN_PARAMS],
  );
  const summary = set ? set.operators.map((operator) => operator.summary).join('; ') : text;
  return verbHelp(`${verb} ${set?.title ?? 'OPERATOR'} SOURCE [options]`, summary, groups);
}
