import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { measure } from '../../measure.js';
import type { Outcome, Setting } from '../../outcome.js';
import { CLASSES, makePictures } from './pictures.js';
import { ImageProcessor } from './processor.js';
import { type Answer, preprocess, train } from './steps.js';

/** The project, small: a model is trained and saved, loaded again, and applied to pictures it has not seen. */
export default async function ownProcessor({ size, folder }: Setting): Promise<Outcome> {
  const count = size === 'full' ? 1000 : 60;
  const known = makePictures(150, 1);
  const model = train(
    known.map(({ pixels }) => preprocess(pixels)),
    known.map(({ shows }) => shows),
  );
  const path = join(folder, 'model.json');
  await writeFile(path, JSON.stringify(model));

  const unknown = makePictures(count, 5_000_000);
  const pictures = unknown.map(({ pixels }) => pixels);
  const processor = await ImageProcessor.loadModel(path);
  const alone = await measure(() => processor.processBatch(pictures), 3);
  const crew = await measure(() => processor.parallelProcess(pictures, { batchSize: 32, numWorkers: 4 }), 3);
  const right = alone.value.filter(({ name }, i) => name === CLASSES[unknown[i]?.shows ?? 0]).length;
  return {
    subject: `${count} pictures of three shapes, none of them seen before; the value is the share that is right`,
    rows: [
      { what: 'one thread', seconds: alone.seconds, value: right / count },
      {
        what: 'batches of 32, 4 workers started for it',
        seconds: crew.seconds,
        difference: countDifferent(alone.value, crew.value),
      },
    ],
  };
}

/** How many answers are not the same, in the same order. */
function countDifferent(expected: readonly Answer[], found: readonly Answer[]): number {
  return expected.filter(({ name, probability }, i) => found[i]?.name !== name || found[i]?.probability !== probability)
    .length;
}
