import type { MessagePort, Worker } from 'node:worker_threads';
import { type ErrorWire, fromWire, LayoutError } from '../core/errors.js';
import type { DecodedPicture } from './picture-decode.js';

type Picture = Omit<DecodedPicture, 'data'>;

/** What the decoding thread is asked. */
export interface PictureQuestion {
  readonly file: Uint8Array;
  /** Where the samples go, on shared memory. */
  readonly into: Uint8Array;
  readonly replies: MessagePort;
  /** Becomes 1 when the answer can be received. */
  readonly cell: Int32Array;
}

/** What it answers: a picture, in words why the file cannot be decoded, or an error that has nothing to do with the file. */
export type PictureAnswer =
  | { readonly picture: Picture }
  | { readonly failure: string }
  | { readonly error: ErrorWire };

/** The largest picture takes seconds; a thread that is silent for so long has died. */
const PATIENCE = 120_000;

let thread: Worker | null = null;

/** Looked up when it is needed: codecs are loaded where there are no threads of Node, too. */
function threadsOfNode() {
  const threads = typeof process === 'undefined' ? undefined : process.getBuiltinModule?.('node:worker_threads');
  if (!threads) throw new LayoutError('no-picture', 'Reading JPEG and WebP images needs Node. Convert them to PNG.');
  return threads;
}

function decodingThread(): Worker {
  if (thread) return thread;
  const { Worker } = threadsOfNode();
  const started = new Worker(new URL('./picture-thread.js', import.meta.url));
  // It waits for questions as long as this thread lives, and keeps nobody from ending.
  started.unref();
  started.on('error', () => {
    if (thread === started) thread = null;
  });
  thread = started;
  return started;
}

/**
 * Decodes a JPEG or WebP file while this thread waits. The library decodes without blocking, in a thread of its own that is
 * started with the first file and kept.
 *
 * @param into on shared memory, with room for the samples
 * @returns the picture whose samples are in `into`, or in words why the file cannot be decoded
 * @throws LayoutError when the library is not installed or its thread dies
 */
export function decodePicture(file: Uint8Array, into: Uint8Array): Picture | string {
  const { MessageChannel, receiveMessageOnPort } = threadsOfNode();
  const cell = new Int32Array(new SharedArrayBuffer(4));
  const { port1, port2 } = new MessageChannel();
  const question: PictureQuestion = { file: Uint8Array.from(file), into, replies: port2, cell };
  const decoder = decodingThread();
  decoder.postMessage(question, [port2, question.file.buffer as ArrayBuffer]);
  Atomics.wait(cell, 0, 0, PATIENCE);
  const answer = receiveMessageOnPort(port1)?.message as PictureAnswer | undefined;
  port1.close();
  if (!answer) {
    // A late answer must not be written over what comes into this memory next.
    if (thread === decoder) thread = null;
    void decoder.terminate();
    throw new LayoutError('no-picture', 'The thread that decodes JPEG and WebP images does not answer.');
  }
  if ('error' in answer) throw fromWire(answer.error);
  return 'failure' in answer ? answer.failure : answer.picture;
}
