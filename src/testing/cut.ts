import { runPlanned } from '../core/engine.js';
import { type Job, planJob, slotLabel } from '../core/job.js';
import type { Layout, OperatorRef } from '../core/layout.js';
import type { Slot } from '../core/operator.js';
import { cutParts } from '../core/plan.js';
import type { NamedArray } from '../core/sink.js';
import type { Source } from '../core/source.js';
import { frameBytes, frameCount } from '../core/stack.js';
import { localHost, makeJob } from '../layouts/local.js';

/** One way to cut the same work: none of these choices may change a result. */
export interface Cut {
  readonly layout: Layout;
  readonly kernel: 'wasm' | 'ts';
  readonly workers: number;
  /** Workers that share each frame; absent: 1. */
  readonly team?: number;
  /** Frames of a part, rounded up to whole rows of chunks. */
  readonly partFrames: number;
  /** Frames of a tile and of a block read at a time. */
  readonly tileFrames: number;
  readonly blockFrames: number;
  /** Merge in part order. */
  readonly deterministic: boolean;
}

/** A result with what a comparison must know of it. */
export interface CutResult {
  readonly arrays: readonly NamedArray[];
  /** By array name. */
  readonly kinds: ReadonlyMap<string, Slot['kind']>;
  readonly tolerances: ReadonlyMap<string, number>;
  /** Of slots with a tolerance of their own. */
  readonly loose: ReadonlyMap<string, number>;
}

export function describeCut(cut: Cut): string {
  return (
    `${cut.layout.name}, ${cut.kernel} kernel, ${cut.workers} workers${cut.team === undefined ? '' : ` in teams of ${cut.team}`}, parts of ${cut.partFrames}, ` +
    `tiles of ${cut.tileFrames}, blocks of ${cut.blockFrames}${cut.deterministic ? ', deterministic' : ''}`
  );
}

/** Everything at once, in one thread: what all other cuts are compared with. */
export function wholeCut(layout: Layout, source: Source, kernel: Cut['kernel']): Cut {
  const frames = frameCount(source.handle.stack);
  return {
    layout,
    kernel,
    workers: 1,
    partFrames: frames,
    tileFrames: frames,
    blockFrames: frames,
    deterministic: false,
  };
}

/** Runs operators over a source, cut as asked, however small the source is. */
export async function runCut(
  source: Source,
  operators: readonly OperatorRef[],
  cut: Cut,
  signal?: AbortSignal,
): Promise<CutResult> {
  const { job } = await makeJob(source, operators, {
    layout: 'serial',
    kernel: cut.kernel,
    deterministic: cut.deterministic,
    ...(signal ? { signal } : {}),
  });
  const bytes = frameBytes(source.handle.stack);
  const { workers, team = 1 } = cut;
  const limits = {
    ...job.limits,
    workers,
    team,
    tileBytes: cut.tileFrames * bytes,
    blockBytes: cut.blockFrames * bytes,
  };
  const wanted: Job = { ...job, layout: cut.layout, limits };
  const planned = await planJob(wanted, localHost);
  // A plan makes parts of megabytes; small test stacks are cut finer, by the same rule.
  const parts = cutParts(source.handle, cut.partFrames);
  const plan = { ...planned.plan, parts, workers: team * Math.min(Math.floor(workers / team), parts.length - 1) };
  const { arrays } = await runPlanned(wanted, { ...planned, plan }, localHost);
  const named = planned.slots.map((slot) => [slotLabel(slot, planned.bound), slot] as const);
  return {
    arrays,
    kinds: new Map(named.map(([name, { slot }]) => [name, slot.kind])),
    tolerances: new Map(named.map(([name, { operator }]) => [name, planned.bound[operator]?.operator.tolerance ?? 0])),
    loose: new Map(named.flatMap(([name, { slot }]) => (slot.tolerance === undefined ? [] : [[name, slot.tolerance]]))),
  };
}
