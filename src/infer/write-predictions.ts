import { UsageError } from '../core/errors.js';
import type { Provenance } from '../core/sink.js';
import { formatShape, plainAxis } from '../core/stack.js';
import { writeNpy } from '../formats/npy-write.js';
import { formatNumber } from '../formats/number-text.js';
import { provenanceLines } from '../formats/provenance-lines.js';
import { tryTarget, writeFile } from '../io/output.js';
import { extensionOf } from '../io/path.js';
import type { Prediction } from './options.js';

const EXTENSIONS = ['.csv', '.npy', '.json'];

/** Refuses, before anything is computed, what could not be written in the end. @throws UsageError, SinkError */
export function checkTargets(paths: readonly string[], overwrite: boolean): void {
  for (const path of paths) {
    if (!EXTENSIONS.includes(extensionOf(path)))
      throw new UsageError('unknown-output', `${path}: predictions are written as ${EXTENSIONS.join(', ')}.`, { path });
    tryTarget(path, overwrite);
  }
}

const cell = (text: string): string => (/[",\r\n#]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

function csvLines(predictions: readonly Prediction[], provenance: Provenance): string[] {
  const notes = provenanceLines(provenance).map((line) => `# ${line}`);
  const rows = predictions.flatMap(({ index, name, top }) =>
    top.map(({ class: number, label, probability }, rank) =>
      [index, cell(name), rank + 1, number, cell(label), formatNumber(probability, true)].join(','),
    ),
  );
  const left = predictions.flatMap(({ error }) =>
    error ? [`# left out: ${error.message.replaceAll(/\s+/g, ' ')}`] : [],
  );
  return [...notes, ...left, 'frame,file,rank,class,label,probability', ...rows];
}

/** The same as JSON: what was left out says why. */
export function predictionsJson(predictions: readonly Prediction[]): unknown[] {
  return predictions.map(({ index, name, top, error }) => ({
    ...{ frame: index, file: name, top },
    ...(error ? { error: error.message } : {}),
  }));
}

/** Probabilities of all images, (images, classes). @throws UsageError where images have different numbers of them */
function table(path: string, predictions: readonly Prediction[]) {
  const classes = predictions.find(({ probabilities }) => probabilities)?.probabilities?.length ?? 0;
  const data = new Float32Array(predictions.length * classes).fill(Number.NaN);
  for (const { index, name, probabilities } of predictions) {
    if (!probabilities) continue;
    if (probabilities.length !== classes) {
      const what = `${name} has ${probabilities.length} scores, others ${classes}`;
      throw new UsageError('not-a-table', `${path}: ${what}, which makes no table. Give --crop, or write .csv.`, {
        path,
      });
    }
    data.set(probabilities, index * classes);
  }
  return { data, shape: [predictions.length, classes] };
}

/** Writes predictions in the format that the extension names. @throws UsageError, SinkError */
export function writePredictions(
  path: string,
  predictions: readonly Prediction[],
  provenance: Provenance,
  overwrite: boolean,
): void {
  const text = (content: string): void =>
    writeFile(path, overwrite, (file) => file.write(new TextEncoder().encode(content), 0));
  const extension = extensionOf(path);
  if (extension === '.npy') {
    const { data, shape } = table(path, predictions);
    const axes = shape.map((_, i) => ({ ...plainAxis(i), name: i === 0 ? 'image' : 'class' }));
    const label = `probabilities, ${formatShape(shape)}`;
    writeNpy(path, { name: 'probabilities', shape, data, axes, unit: '', label }, overwrite);
  } else if (extension === '.json') {
    const { program, version, recipe } = provenance;
    const whole = { program, version, recipe: JSON.parse(recipe), images: predictionsJson(predictions) };
    text(`${JSON.stringify(whole, null, 1)}\n`);
  } else text(`${csvLines(predictions, provenance).join('\n')}\n`);
}
