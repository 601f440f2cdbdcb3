import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { type Answer, type Model, postprocess, predict, preprocess } from './steps.js';

/** Loads a model and applies it to pictures: one by one, or in batches on worker threads. */
export class ImageProcessor {
  readonly #model: Model;

  private constructor(model: Model) {
    this.#model = model;
  }

  /** @param path JSON with `weights` and `offsets` */
  static async loadModel(path: string): Promise<ImageProcessor> {
    return new ImageProcessor(JSON.parse(await readFile(path, 'utf8')));
  }

  process(pixels: Uint8Array): Answer {
    return postprocess(predict(this.#model, preprocess(pixels)));
  }

  processBatch(pictures: readonly Uint8Array[]): Answer[] {
    return pictures.map((pixels) => this.process(pixels));
  }

  /** Answers in the order of the pictures, whichever worker is ready first. */
  async parallelProcess(pictures: readonly Uint8Array[], { batchSize = 32, numWorkers = 4 } = {}): Promise<Answer[]> {
    const batches = Array.from({ length: Math.ceil(pictures.length / batchSize) }, (_, b) =>
      pictures.slice(b * batchSize, (b + 1) * batchSize),
    );
    const results: Answer[][] = [];
    let next = 0;
    // No more workers than batches: a worker without work costs its start all the same.
    const crew = Array.from({ length: Math.min(numWorkers, batches.length) }, async () => {
      const worker = new Worker(new URL('./batch-worker.js', import.meta.url), { workerData: this.#model });
      try {
        for (let number = next++; number < batches.length; number = next++) {
          const pixels = join(batches[number] ?? []);
          // The batch is moved there, not copied: its buffer is empty here afterwards.
          worker.postMessage({ number, pixels }, [pixels.buffer]);
          const [answer] = await once(worker, 'message');
          results[answer.number] = answer.answers;
        }
      } finally {
        await worker.terminate();
      }
    });
    await Promise.all(crew);
    return results.flat();
  }
}

/** One array of several, for a single message. */
function join(pictures: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(pictures.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const pixels of pictures) {
    joined.set(pixels, at);
    at += pixels.length;
  }
  return joined;
}
