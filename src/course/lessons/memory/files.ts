import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { difference, sampleNumbers } from '../../measure.js';
import type { Outcome, Setting } from '../../outcome.js';

const CHUNK = 1000;
const PROGRAM = fileURLToPath(new URL('./sum-file.js', import.meta.url));

interface Job {
  readonly total: number;
  readonly seconds: number;
  readonly bytes: number;
}

/** Each way in a process of its own: memory that one way took, the next cannot be blamed for. */
async function sumInProcess(way: string, path: string, signal: AbortSignal): Promise<Job> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, way, path], { signal });
  return JSON.parse(stdout);
}

/** The array is never whole in memory here, either: a generator gives it to the file piece by piece. */
function* pieces(count: number): Generator<Uint8Array> {
  for (let chunk = 0; chunk < count; chunk++) yield new Uint8Array(sampleNumbers(CHUNK, chunk).buffer);
}

/** An array on disk added up in three ways, and what each takes at its peak. */
export default async function files({ size, folder, signal }: Setting): Promise<Outcome> {
  const chunks = size === 'full' ? 32_000 : 1000;
  const path = join(folder, 'numbers.raw');
  await pipeline(pieces(chunks), createWriteStream(path), { signal });

  const [nothing, whole, chunked, fanfold] = [
    await sumInProcess('nothing', path, signal),
    await sumInProcess('whole', path, signal),
    await sumInProcess('chunks', path, signal),
    await sumInProcess('fanfold', path, signal),
  ];
  return {
    subject: `sum of a file of ${chunks * CHUNK} float64, ${chunks * CHUNK * 8} bytes; peak memory of the process`,
    rows: [
      { what: 'Node alone, nothing read', bytes: nothing.bytes },
      { what: 'whole file, then a loop', ...measured(whole), isBase: true },
      {
        what: `chunks of ${CHUNK} numbers`,
        ...measured(chunked),
        difference: difference([whole.total], [chunked.total]),
      },
      { what: 'fanfold run sum', ...measured(fanfold), difference: difference([whole.total], [fanfold.total]) },
    ],
    tolerance: 1e-12,
  };
}

const measured = ({ seconds, bytes }: Job) => ({ seconds, bytes });
