import { flagOf, type Param, type Params } from '../core/params.js';

const WIDTH = 100;

function wrap(text: string, indent: number): string {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1] ?? '';
    if (last.length + word.length + 1 > WIDTH - indent && last !== '') lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.join(`\n${' '.repeat(indent)}`);
}

/** What a value of this parameter looks like. */
function placeholder(param: Param): string {
  switch (param.kind) {
    case 'number':
      return param.integer ? 'N' : 'X';
    case 'numbers':
      return param.example;
    case 'choice':
      return param.choices.length <= 4 ? param.choices.join('|') : 'NAME';
    case 'text':
    case 'texts':
      return 'TEXT';
    case 'size':
      return 'SIZE';
    case 'arrays':
      return 'FILE';
    case 'flag':
      return '';
  }
}

function notes(param: Param): string {
  const parts: string[] = [];
  if (param.unit) parts.push(param.unit);
  if (param.kind === 'choice' && param.choices.length > 4) parts.push(param.choices.join(', '));
  if ('default' in param && param.default !== undefined) parts.push(`default ${String(param.default)}`);
  if (param.kind === 'arrays') parts.push('repeatable');
  return parts.length > 0 ? ` (${parts.join('; ')})` : '';
}

/** Aligned lines for a set of parameters. */
export function describeParams(params: Params): string {
  return Object.entries(params)
    .map(([name, param]) => {
      const left = `  --${flagOf(name)} ${placeholder(param)}`.trimEnd();
      const column = 30;
      const gap = left.length < column - 1 ? ' '.repeat(column - left.length) : `\n${' '.repeat(column)}`;
      return `${left}${gap}${wrap(`${param.help}${notes(param)}`, column)}`;
    })
    .join('\n');
}

/** Help of one verb: how it is called, and its flags in groups. */
export function verbHelp(synopsis: string, text: string, groups: readonly (readonly [string, Params])[]): string {
  const sections = groups
    .filter(([, params]) => Object.keys(params).length > 0)
    .map(([title, params]) => `\n${title}\n${describeParams(params)}\n`);
  return `fanfold ${synopsis}\n\n${wrap(text, 0)}\n${sections.join('')}`;
}
