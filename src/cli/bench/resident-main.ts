import { parseArgs } from 'node:util';
import { FanfoldError } from '../../core/errors.js';
import { selectFrames } from '../../core/selection.js';
import { frameBytes, frameCount, plainAxis } from '../../core/stack.js';
import { writeNpy } from '../../formats/npy-write.js';
import { openSource } from '../../formats/registry.js';
import { peakResidentBytes } from '../../io/machine.js';
import { runResident } from './resident.js';

// A process of its own for the control "everything in memory first": FILE --mask M.npy [--out O.npy] [--sample BYTES].
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { mask: { type: 'string' }, out: { type: 'string' }, sample: { type: 'string' } },
});

const SAMPLED_WORK = 2 ** 30;

async function main(): Promise<void> {
  const { handle } = await openSource(positionals[0] ?? '');
  const { stack } = handle;
  const most = values.sample === undefined ? frameCount(stack) : Math.floor(Number(values.sample) / frameBytes(stack));
  const part = most < frameCount(stack) ? selectFrames(handle, `0:${Math.max(1, most)}`) : handle;
  // A sample is gone over until it says something.
  const passes =
    values.sample === undefined ? 1 : Math.ceil(SAMPLED_WORK / (frameCount(part.stack) * frameBytes(stack)));
  const { seconds, bytes, memories, result } = await runResident(part, values.mask ?? '', passes);
  if (values.out !== undefined) {
    const shape = part.stack.stackShape;
    const axes = shape.map((_, i) => plainAxis(i));
    writeNpy(values.out, { name: 'image', shape, data: result, axes, unit: '', label: 'image' }, true);
  }
  process.stdout.write(`${JSON.stringify({ seconds, bytes, memories, peakBytes: peakResidentBytes() })}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof FanfoldError ? error.exitCode : 1;
});
