import { parentPort } from 'node:worker_threads';
import { asFanfoldError } from '../core/errors.js';
import { convertHere } from './kernel.js';
import type { ConvertAnswer, ConvertJob } from './messages.js';

const port = parentPort;
if (!port) throw new Error('This file is the entry of a worker thread; it does nothing on its own.');

function convertBlocks({ source, target, memory, by, block, next }: ConvertJob): boolean {
  let strange = false;
  for (;;) {
    const first = Atomics.add(next, 0, 1) * block;
    if (first >= source.length) return strange;
    const end = Math.min(source.length, first + block);
    if (convertHere(source.subarray(first, end), target.subarray(first, end), by, memory)) strange = true;
  }
}

port.on('message', (job: ConvertJob) => {
  let answer: ConvertAnswer;
  try {
    answer = { id: job.id, strange: convertBlocks(job) };
  } catch (error) {
    answer = { id: job.id, error: asFanfoldError(error, 'Converting').toWire() };
  }
  port.postMessage(answer);
});
