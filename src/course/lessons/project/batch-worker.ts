import { parentPort, workerData } from 'node:worker_threads';
import { EXTENT } from './pictures.js';
import { type Model, postprocess, predict, preprocess } from './steps.js';

const model: Model = workerData;
const BYTES = EXTENT * EXTENT * 3;

/** A batch of pictures, one behind the other, becomes a list of answers with the batch's number. */
parentPort?.on('message', ({ number, pixels }: { number: number; pixels: Uint8Array }) => {
  const answers = Array.from({ length: pixels.length / BYTES }, (_, i) =>
    postprocess(predict(model, preprocess(pixels.subarray(i * BYTES, (i + 1) * BYTES)))),
  );
  parentPort?.postMessage({ number, answers });
});
