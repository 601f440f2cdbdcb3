import { asFanfoldError } from '../../core/errors.js';
import { plainAxis } from '../../core/stack.js';
import { writeNpy } from '../../formats/npy-write.js';
import { peakResidentBytes, residentBytes } from '../../io/machine.js';
import { convertJob } from './gaf/convert-job.js';
import type { GafJob, Repeatable } from './gaf/job.js';
import { loaderJob } from './gaf/loader-job.js';
import { runJob } from './gaf/run-job.js';
import { medianOf } from './spread.js';

// A process of its own for a row of the scenario: one job as JSON. Prints seconds of the first time and of later ones.

function start(job: GafJob): Repeatable | Promise<Repeatable> {
  const { what } = job;
  if (what === 'convert') return convertJob(job);
  return what === 'run' || what === 'into' ? runJob(job) : loaderJob({ ...job, what });
}

async function main(): Promise<void> {
  const job = JSON.parse(process.argv[2] ?? '{}') as GafJob;
  const idleBytes = residentBytes();
  const work = await start(job);
  const seconds: number[] = [];
  for (let i = 0; i < job.times; i++) {
    const started = performance.now();
    await work.once();
    seconds.push((performance.now() - started) / 1000);
  }
  const first = work.first();
  if (first)
    writeNpy(
      job.out,
      { name: 'first', shape: [first.length], data: first, axes: [plainAxis(0)], unit: '', label: 'first sample' },
      true,
    );
  await work.close();
  const [coldSeconds = Number.NaN, ...later] = seconds;
  const { bytes, frames } = work;
  const warm = later.length > 0 ? medianOf(later) : coldSeconds;
  const figures = { seconds: warm, coldSeconds, bytes, frames, peakBytes: peakResidentBytes(), idleBytes };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}

main().catch((error: unknown) => {
  const known = asFanfoldError(error, 'The row');
  process.stderr.write(`fanfold: ${known.message}\n`);
  process.exitCode = known.exitCode;
});
