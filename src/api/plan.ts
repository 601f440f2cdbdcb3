import type { Plan } from '../core/plan.js';
import { reachOf } from '../core/selection.js';
import type { Source } from '../core/source.js';
import { openSource } from '../formats/registry.js';
import { planLocal } from '../layouts/local.js';
import { type RunRequest, refsOf, type Work } from './work.js';

/** What `run` would do, and why. */
export interface PlanOutcome {
  readonly plan: Plan;
  readonly layout: string;
  readonly kernel: 'wasm' | 'ts';
  /** In the order the decisions were made. */
  readonly reasons: readonly string[];
  readonly fallbacks: readonly string[];
}

/**
 * Plans the same run without reading a frame.
 *
 * @throws PlanError when it does not fit the memory it is given
 */
export async function plan(work: Work, source: Source | string, request: RunRequest = {}): Promise<PlanOutcome> {
  const { values, ...options } = request;
  const opened =
    typeof source === 'string'
      ? await openSource(source, { ...reachOf(options.frames), onBadFrame: options.onBadFrame })
      : source;
  const { planned, local } = await planLocal(opened, refsOf(work, values), options);
  return {
    plan: planned.plan,
    layout: local.job.layout.name,
    kernel: local.job.kernel,
    reasons: [...local.reasons, ...planned.plan.reasons],
    fallbacks: local.job.fallbacks,
  };
}
