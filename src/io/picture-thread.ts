import { parentPort } from 'node:worker_threads';
import { FanfoldError } from '../core/errors.js';
import type { PictureAnswer, PictureQuestion } from './picture.js';
import { decodeWithSharp } from './picture-decode.js';

const port = parentPort;
if (!port) throw new Error('This file is the entry of a thread that decodes pictures; it does nothing on its own.');

async function answer({ file, into }: PictureQuestion): Promise<PictureAnswer> {
  try {
    const { data, ...picture } = await decodeWithSharp(file);
    if (data.length > into.length) return { failure: `it has ${data.length} bytes of pixels, more than expected` };
    into.set(data);
    return { picture };
  } catch (error) {
    if (error instanceof FanfoldError) return { error: error.toWire() };
    return { failure: (error as Error).message.split('\n')[0] ?? 'it is damaged' };
  }
}

port.on('message', async (question: PictureQuestion) => {
  const { cell, replies } = question;
  replies.postMessage(await answer(question));
  Atomics.store(cell, 0, 1);
  Atomics.notify(cell, 0);
});
