import type { Params } from '../core/params.js';
import { formatBytes } from '../core/size.js';
import { frameBytes, frameCount, fullShape, stackBytes } from '../core/stack.js';
import { planLocal } from '../layouts/local.js';
import { runOptionsOf } from './common.js';
import { jobHelp, parseJob } from './job.js';

/** Those of `run`, so that a command can be planned by changing one word. */
const PARAMS = {
  out: { kind: 'texts', help: 'outputs of the run: nothing is written' },
  overwrite: { kind: 'flag', help: 'as of the run: nothing is written' },
  resume: { kind: 'flag', help: 'as of the run, which then keeps no results in memory, though they are counted here' },
  plotScale: { kind: 'text', help: 'as of the run: nothing is drawn' },
} as const satisfies Params;

export async function run(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { refs, source, values, set } = await parseJob('plan', args, PARAMS, signal);
  const { planned, local } = await planLocal(source, refs, runOptionsOf(values, signal));
  const { plan } = planned;
  const { job } = local;
  const { stack } = job.source.handle;
  const reasons = [...local.reasons, ...plan.reasons];
  if (values.json) {
    const { parts, ...rest } = plan;
    process.stdout.write(
      `${JSON.stringify({ ...rest, parts: parts.length - 1, layout: job.layout.name, kernel: job.kernel, direct: job.direct, reasons, fallbacks: job.fallbacks })}\n`,
    );
    return 0;
  }
  const size = frameBytes(stack);
  const lines = [
    `${set.title} over ${fullShape(stack).join(' x ')} ${stack.dtype}: ${frameCount(stack)} frames, ${formatBytes(stackBytes(stack))}`,
    `layout     ${job.layout.name}, ${plan.workers} worker${plan.workers === 1 ? '' : 's'}${plan.team > 1 ? ` in teams of ${plan.team}` : ''}, ${job.kernel} kernel${job.direct ? ', direct I/O' : ''}`,
    `parts      ${plan.parts.length - 1}`,
    `block      ${plan.blockFrames} frames (${formatBytes(plan.blockFrames * size)}) read and decoded at a time`,
    `tile       ${plan.tileFrames} frames (${formatBytes(plan.tileFrames * size)}) processed at a time`,
    `memory     ${formatBytes(plan.projectedBytes)} projected: ${formatBytes(plan.windowBytes)} a worker, ${plan.team > 1 ? `${formatBytes(plan.teamBytes)} a team, ` : ''}` +
      `${formatBytes(plan.resultBytes)} results, ${formatBytes(plan.sharedBytes)} prepared, runtime ${formatBytes(job.limits.hostBytes)}`,
    ...reasons.map((reason) => `because    ${reason}`),
    ...job.fallbacks.map((fallback) => `note       ${fallback}`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  return 0;
}

export function help(args: readonly string[]): Promise<string> {
  return jobHelp('plan', args, 'Shows how that run would go: parts, tiles, memory, layout. No pixel is read.', PARAMS);
}
