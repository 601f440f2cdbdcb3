import type { OperatorRef } from '../core/layout.js';
import type { RawValues } from '../core/params.js';
import type { Plan } from '../core/plan.js';
import type { ScaleKind } from '../formats/plot/scale.js';
import type { Resumption } from '../formats/resume/index.js';
import type { RunOptions } from '../layouts/local.js';

/**
 * What to run: the name of a built-in operator, an operator with its values, or several for one pass. An operator of
 * your own is `{ name, module, values }`, where `module` is the URL of a file whose default export comes from
 * `defineOperator`; workers load it from there.
 */
export type Work = string | OperatorRef | readonly OperatorRef[];

/** How to run, and where results go. */
export interface RunRequest extends RunOptions {
  /** Parameters of the operator when `work` is its name. */
  readonly values?: RawValues;
  /** Files to write the results to; the extension names the format. */
  readonly outputs?: readonly string[];
  /** Replace outputs that exist. */
  readonly overwrite?: boolean;
  /** Go on where an interrupted run of the same job stopped; and if this one is, leave what is needed to go on. */
  readonly resume?: boolean;
  /** How pictures of curves and cakes scale intensities; without it chosen from their spread. */
  readonly plotScale?: ScaleKind;
  /** Called once everything is checked and planned, before a frame is read. */
  onPlan?(plan: Plan, reasons: readonly string[]): void;
  /** With `resume`, called before a frame is read when an earlier run has done parts. */
  onResume?(found: Resumption): void;
  /** With `resume`, called when the run fails or is stopped, and leaves what the next one goes on with. */
  onKept?(kept: Resumption): void;
}

export function refsOf(work: Work, values: RawValues = {}): readonly OperatorRef[] {
  if (typeof work === 'string') return [{ name: work, values }];
  return 'name' in work
    ? [{ ...work, values: { ...work.values, ...values } }]
    : work.map((one) => ({ ...one, values: { ...one.values } }));
}
