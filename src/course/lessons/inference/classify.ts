import { fileURLToPath } from 'node:url';
import { ImageProcessor, LayoutError, openArray } from 'fanfold';
import { measure } from '../../measure.js';
import type { Outcome, Row, Setting } from '../../outcome.js';

const EXAMPLES = new URL('../../../../examples/', import.meta.url);
const PIXELS = 32;

/** The generator of images that the example network was trained on; another seed gives images that it has not seen. */
type MakeShapes = (count: number, seed: number) => { readonly images: Uint8Array; readonly labels: Int32Array };

/** Images a batch: one network, trained on drawn diffraction patterns, cells and the like, over images it has not seen. */
export default async function classify({ size, signal }: Setting): Promise<Outcome> {
  const count = size === 'full' ? 2400 : 60;
  const { makeShapes }: { makeShapes: MakeShapes } = await import(new URL('shapes.mjs', EXAMPLES).href);
  const { images, labels } = makeShapes(count, 2026);
  const stack = openArray([count, PIXELS, PIXELS], images);
  const subject = `${count} images of six kinds through a trained network, one worker; the value is the share that is right`;
  let processor: ImageProcessor;
  try {
    processor = await ImageProcessor.loadModel(fileURLToPath(new URL('shapes.onnx', EXAMPLES)), {
      numWorkers: 1,
      signal,
    });
  } catch (error) {
    // The runtime is an optional package; everything else is no reason to go on.
    if (!(error instanceof LayoutError)) throw error;
    return {
      subject,
      rows: [],
      remarks: ['Networks need a package: npm install onnxruntime-node@1.30 --ignore-scripts'],
    };
  }
  try {
    const rows: Row[] = [];
    let expected: readonly number[] = [];
    for (const batchSize of [1, 8, 32]) {
      const { seconds, value } = await measure(() => processor.parallelProcess(stack, { batchSize, top: 1 }).all(), 3);
      const found = value.map(({ top }) => top[0]?.class ?? -1);
      if (expected.length === 0) expected = found;
      const right = found.filter((kind, i) => kind === labels[i]).length;
      const different = found.filter((kind, i) => kind !== expected[i]).length;
      rows.push({ what: `batches of ${batchSize}`, seconds, value: right / count, difference: different });
    }
    return { subject, rows };
  } finally {
    await processor.close();
  }
}
