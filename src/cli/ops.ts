import { UsageError } from '../core/errors.js';
import { checkValues, type Params } from '../core/params.js';
import { INFER } from '../infer/declaration.js';
import { type Outline, type OutputOutline, outlineOf } from '../operators/outline.js';
import { findOperator, operatorNames } from '../operators/registry.js';
import { parseFlags } from './flags.js';
import { describeParams, verbHelp } from './help.js';
import { findOperators } from './operators.js';

const PARAMS = { json: { kind: 'flag', help: 'the same as JSON on stdout' } } as const satisfies Params;

const KINDS: Readonly<Record<OutputOutline['kind'], string>> = {
  each: 'an entry for each frame',
  whole: 'one for the stack',
  derived: 'one for the stack, worked out at the end',
};

function describeOutput(output: OutputOutline): string {
  const unit = output.unit ? `, ${output.unit}` : '';
  return `  ${output.name.padEnd(12)} ${output.dtype} (${output.shape.join(', ')})${unit}: ${KINDS[output.kind]}`;
}

function describe(outline: Outline): string {
  const agreement =
    outline.kernels.length > 1
      ? `; they agree ${outline.tolerance > 0 ? `within ${outline.tolerance.toExponential()} of the result` : 'exactly'}`
      : '';
  return [
    `${outline.name}: ${outline.summary}`,
    '',
    'options',
    Object.keys(outline.params).length > 0 ? describeParams(outline.params) : '  none',
    '',
    'outputs',
    ...(outline.outputs.length > 0 ? outline.outputs.map(describeOutput) : ['  they depend on the options']),
    '',
    `kernels: ${outline.kernels.join(', ')}${agreement}`,
    ...(outline.details ? ['', outline.details] : []),
    '',
  ].join('\n');
}

async function showOne(spec: string, json: boolean): Promise<string> {
  if (spec === INFER.name) return json ? `${JSON.stringify(INFER)}\n` : describe(INFER);
  const { operators } = await findOperators(spec);
  const outlines = await Promise.all(operators.map(outlineOf));
  return json
    ? `${JSON.stringify(outlines.length === 1 ? outlines[0] : outlines)}\n`
    : outlines.map(describe).join('\n');
}

async function showAll(json: boolean): Promise<string> {
  const operators = [...(await Promise.all(operatorNames().map(findOperator))), INFER];
  if (json) return `${JSON.stringify(operators.map(({ name, summary }) => ({ name, summary })))}\n`;
  const lines = operators.map(({ name, summary }) => `  ${name.padEnd(12)} ${summary}`);
  return `${lines.join('\n')}\n\nfanfold ops NAME shows one of them. Several run in one pass as NAME+NAME, your own as ./file.js.\n`;
}

export async function run(args: readonly string[]): Promise<number> {
  const { positionals, raw } = parseFlags(args, PARAMS, 'fanfold ops');
  const { json } = checkValues(PARAMS, raw, 'fanfold ops');
  if (positionals.length > 1)
    throw new UsageError('too-many', `fanfold ops shows one operator, not ${positionals.length}. Join several with +.`);
  const [spec] = positionals;
  process.stdout.write(spec === undefined ? await showAll(json) : await showOne(spec, json));
  return 0;
}

export function help(): string {
  return verbHelp(
    'ops [OPERATOR] [options]',
    'Lists the operators, or shows one with its options, outputs and definitions. ./file.js shows your own.',
    [['output', PARAMS]],
  );
}
