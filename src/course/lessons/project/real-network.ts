import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { ImageProcessor, LayoutError, openArray } from 'fanfold';
import { measure } from '../../measure.js';
import type { Outcome, Row, Setting } from '../../outcome.js';

const EXAMPLES = new URL('../../../../examples/', import.meta.url);
const PIXELS = 32;

type MakeShapes = (count: number, seed: number) => { readonly images: Uint8Array; readonly labels: Int32Array };

/** The project with a real network: workers that keep it open, batches of 32, answers in order, one after another as they come. */
export default async function realNetwork({ size, signal }: Setting): Promise<Outcome> {
  const count = size === 'full' ? 4800 : 60;
  const { makeShapes }: { makeShapes: MakeShapes } = await import(new URL('shapes.mjs', EXAMPLES).href);
  const { images, labels } = makeShapes(count, 7);
  const stack = openArray([count, PIXELS, PIXELS], images);
  const subject = `${count} images, batches of 32, workers that have the network open; the value is the share that is right`;
  const rows: Row[] = [];
  let expected: readonly number[] = [];
  for (const numWorkers of new Set([1, Math.max(2, availableParallelism()), 4])) {
    let processor: ImageProcessor;
    try {
      processor = await ImageProcessor.loadModel(fileURLToPath(new URL('shapes.onnx', EXAMPLES)), {
        numWorkers,
        signal,
      });
    } catch (error) {
      if (!(error instanceof LayoutError)) throw error;
      return {
        subject,
        rows,
        remarks: ['Networks need a package: npm install onnxruntime-node@1.30 --ignore-scripts'],
      };
    }
    try {
      const all = () => processor.parallelProcess(stack, { batchSize: 32, numWorkers, top: 1 }).all();
      const { seconds, value } = await measure(all, 3);
      const isInOrder = value.every(({ index }, i) => index === i);
      const found = value.map(({ top }) => top[0]?.class ?? -1);
      if (expected.length === 0) expected = found;
      const different = found.filter((kind, i) => kind !== expected[i]).length;
      const right = found.filter((kind, i) => kind === labels[i]).length;
      rows.push({
        what: numWorkers === 1 ? 'one worker' : `${numWorkers} workers`,
        seconds,
        value: right / count,
        difference: isInOrder ? different : Number.POSITIVE_INFINITY,
      });
    } finally {
      await processor.close();
    }
  }
  return { subject, rows };
}
