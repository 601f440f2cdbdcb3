import { SourceError } from '../core/errors.js';
import type { Provenance } from '../core/sink.js';
import { readText } from '../io/text.js';

/** Text of several lines, in full: a geometry given directly, or in a PONI file. */
function linesOf(value: string): readonly string[] {
  if (/[\r\n]/.test(value)) return value.split(/\r\n|\r|\n/);
  if (!/\.poni$/i.test(value)) return [];
  try {
    return readText(value).split(/\r\n|\r|\n/);
  } catch (error) {
    // The file is only quoted; that it was moved since does not matter for the numbers.
    if (error instanceof SourceError) return [];
    throw error;
  }
}

function describe(name: string, value: unknown): string[] {
  if (typeof value !== 'string') return [`${name}: ${JSON.stringify(value) ?? ''}`];
  const lines = linesOf(value).filter((line) => line.trim() !== '');
  const own = /[\r\n]/.test(value) ? [`${name}:`] : [`${name}: ${value}`];
  return [...own, ...lines.map((line) => `  ${line.trim().replace(/^#\s*/, '')}`)];
}

/**
 * How a file came to be, one fact a line: program, operators, source, every option, and the lines of a PONI file among
 * them; the recipe as one line of JSON at the end.
 */
export function provenanceLines({ program, version, recipe }: Provenance): string[] {
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
  return [...lines, `recipe: ${recipe}`];
}
