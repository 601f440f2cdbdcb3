import type { BoundJob } from '../core/job.js';
import type { OperatorRef } from '../core/layout.js';
import type { Provenance } from '../core/sink.js';
import type { Source } from '../core/source.js';
import type { RunOptions } from '../layouts/local.js';
import { version } from '../version.js';

/** A saved job: every output carries one, and `fanfold run RECIPE.json` runs it again. */
export interface Recipe {
  /** Operators as the command line takes them, such as `mask+com`. */
  readonly operators: string;
  readonly source: string;
  /** Flags by name; `com.radius` where several operators run. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** Frames that were chosen, and whether sums ran inside them, which may show in the last bits. */
function selectionOf({ frames, roi, scan, split, team }: RunOptions): Record<string, string | number> {
  return {
    ...(split === 'inside' ? { split, ...(team === undefined ? {} : { team }) } : {}),
    ...(frames === undefined ? {} : { frames }),
    ...(roi === undefined ? {} : { roi }),
    ...(scan === undefined ? {} : { scan: scan.join('x') }),
  };
}

/** The recipe of a run: what decides its numbers, and nothing about how it was run. */
export function recipeOf(refs: readonly OperatorRef[], source: Source, options: RunOptions): Recipe {
  const values: Record<string, unknown> = { ...source.openedWith, ...selectionOf(options) };
  for (const ref of refs) {
    for (const [name, value] of Object.entries(ref.values))
      values[refs.length > 1 ? `${ref.name}.${name}` : name] = value;
  }
  return { operators: refs.map(({ name }) => name).join('+'), source: source.location, values };
}

/** What operators say of the run, by name; `azimuthal.geometry` where several run. */
function factsOf(bound: BoundJob['bound']): Record<string, string> {
  const facts = bound.flatMap(({ operator, prepared }) =>
    Object.entries(operator.facts?.(prepared) ?? {}).map(
      ([name, text]) => [bound.length > 1 ? `${operator.name}.${name}` : name, text] as const,
    ),
  );
  return Object.fromEntries(facts);
}

export function provenanceOf(
  refs: readonly OperatorRef[],
  source: Source,
  options: RunOptions,
  { bound }: BoundJob,
): Provenance {
  const recipe = JSON.stringify(recipeOf(refs, source, options));
  return { program: 'fanfold', version, recipe, facts: factsOf(bound) };
}
