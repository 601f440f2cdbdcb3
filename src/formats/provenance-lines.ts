import type { Provenance } from '../core/sink.js';

/** One fact: a number or a word beside its name, a text of several lines below it. */
function describe(name: string, value: unknown): string[] {
  if (typeof value !== 'string') return [`${name}: ${JSON.stringify(value) ?? ''}`];
  if (!/[\r\n]/.test(value)) return [`${name}: ${value}`];
  const lines = value.split(/\r\n|\r|\n/).filter((line) => line.trim() !== '');
  return [`${name}:`, ...lines.map((line) => `  ${line.trim().replace(/^#\s*/, '')}`)];
}

/**
 * How a file came to be, one fact a line: program, operators, source, every option, what the operators made of them, and the
 * recipe as one line of JSON at the end.
 */
export function provenanceLines({ program, version, recipe, facts = {} }: Provenance): string[] {
  const lines = [`${program} ${version}`];
  let parsed: unknown;
  try {
    parsed = JSON.parse(recipe);
  } catch {
    parsed = null;
  }
  if (typeof parsed === 'object' && parsed !== null) {
    for (const [name, value] of Object.entries(parsed)) {
      const isGroup = name === 'values' && typeof value === 'object' && value !== null;
      const facts: [string, unknown][] = isGroup ? Object.entries(value) : [[name, value]];
      for (const [key, one] of facts) lines.push(...describe(key, one));
    }
  }
  for (const [name, text] of Object.entries(facts)) lines.push(...describe(name, text));
  return [...lines, `recipe: ${recipe}`];
}
