/** What may change from run to run in a line: numbers that stand alone, with their unit, and what is quoted. */
const CHANGING =
  /'[^']*'|NaN|undefined|-?Infinity|(?<![\w.^])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?!\w)(?: (?:us|ms|s|bytes|[KMGT]iB)\b(?:\/s)?)?/g;

/** A line with what may change replaced by `#`: the key of its translation. */
export function keyOf(line: string): string {
  return line.replace(CHANGING, '#');
}

/** The line in the words of a dictionary, which has one `#` for each number, in the same order; as it is when it is not in there. */
export function translate(line: string, dictionary: Readonly<Record<string, string>>): string {
  const template = dictionary[keyOf(line)];
  if (template === undefined) return line;
  const changing = line.match(CHANGING) ?? [];
  let next = 0;
  return template.replace(/#/g, () => changing[next++] ?? '#');
}
