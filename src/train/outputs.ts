import type { NumericArray } from '../core/dtype.js';
import type { NamedArray, Provenance } from '../core/sink.js';
import { plainAxis } from '../core/stack.js';
import { writeNpz } from '../formats/npz-write.js';
import { writePage } from '../formats/page/index.js';
import { makeFolder, tryTarget, writeFile } from '../io/output.js';
import { inFolder } from '../io/path.js';
import { confusionCsv, confusionPage, historyCsv } from './describe.js';
import { exportOnnx } from './onnx/export.js';
import type { SamplePart } from './samples.js';
import type { Variant } from './variant.js';

/** Batches above this stay out: they are for a look from Python, not a second copy of the data. */
const LARGEST_BATCHES = 2 ** 29;

/** Everything a training leaves. */
export interface Trained {
  /** With and without statistics, the first one in files of plain names. */
  readonly variants: readonly Variant[];
  readonly classes: readonly string[];
  /** Accuracy of naming the largest class of the training part. */
  readonly majority: number;
  readonly channels: number;
  readonly pixels: number;
}

const named = (name: string, shape: readonly number[], data: NumericArray): NamedArray => ({
  name,
  shape,
  data,
  axes: shape.map((_, i) => plainAxis(i)),
  unit: '',
  label: '',
});

/** Arrays of a model by name: weights, and the mean and spread its statistics are scaled with. */
function modelArrays({ trained, scaler, statistics }: Variant): readonly NamedArray[] {
  const scales =
    statistics > 0
      ? [named('statistics.mean', [statistics], scaler.mean), named('statistics.spread', [statistics], scaler.spread)]
      : [];
  if (trained.kind === 'network')
    return [...Object.entries(trained.weights).map(([name, { shape, data }]) => named(name, shape, data)), ...scales];
  const { mean, spread, weights, bias } = trained.ridge;
  return [
    named('mean', [mean.length], mean),
    named('spread', [mean.length], spread),
    named('weights', [mean.length, bias.length], weights),
    named('bias', [bias.length], bias),
    ...scales,
  ];
}

/** A whole part, in the order its batches come in; null when it is too large. */
async function partArrays(part: SamplePart, { channels, pixels }: Trained): Promise<readonly NamedArray[] | null> {
  const image = channels * pixels * pixels;
  if (8 * image * part.count > LARGEST_BATCHES) return null;
  const [sum, diff] = [new Float32Array(part.count * image), new Float32Array(part.count * image)];
  const y = new Int32Array(part.count);
  const statistics: number[] = [];
  let done = 0;
  for await (const samples of part.batches(0)) {
    sum.set(samples.sum, done * image);
    diff.set(samples.diff, done * image);
    y.set(samples.y, done);
    statistics.push(...samples.statistics);
    done += samples.count;
  }
  const shape = [part.count, channels, pixels, pixels];
  const width = statistics.length / part.count;
  return [
    named('x_sum', shape, sum),
    named('x_diff', shape, diff),
    named('y', [part.count], y),
    ...(width > 0 ? [named('statistics', [part.count, width], Float32Array.from(statistics))] : []),
  ];
}

const suffixOf = (variant: Variant, { variants }: Trained): string =>
  variants.length > 1 && variant.statistics === 0 ? '-images' : '';

/** Names of all files, so that one in the way is found before anything is trained. */
function filesOf(isNetwork: boolean, hasBoth: boolean, hasTest: boolean): readonly string[] {
  const each = ['confusion.csv', 'confusion.png', 'model.npz', ...(isNetwork ? ['model.onnx'] : [])];
  const both = hasBoth ? each.map((name) => name.replace('.', '-images.')) : [];
  const batches = ['batches.npz', ...(hasTest ? ['batches-test.npz'] : [])];
  return ['history.csv', ...each, ...both, ...batches, 'recipe.json'];
}

/** Makes the folder and tries every file. @throws SinkError for one that exists, without `overwrite`, or cannot be written */
export function checkFolder(
  folder: string,
  overwrite: boolean,
  kinds: { readonly isNetwork: boolean; readonly hasBoth: boolean; readonly hasTest: boolean },
): void {
  makeFolder(folder);
  for (const name of filesOf(kinds.isNetwork, kinds.hasBoth, kinds.hasTest))
    tryTarget(inFolder(folder, name), overwrite);
}

/**
 * Writes history, confusion matrices, models (NPZ, and ONNX of networks) and the batches they were trained on.
 *
 * @returns the files, and what was left out
 * @throws SinkError
 */
export async function writeTrained(
  folder: string,
  trained: Trained,
  parts: { readonly train: SamplePart; readonly test?: SamplePart },
  provenance: Provenance,
  overwrite: boolean,
): Promise<{ readonly files: readonly string[]; readonly remarks: readonly string[] }> {
  // Again: another training that was stopped may have removed it while it was empty.
  makeFolder(folder);
  const files: string[] = [];
  const remarks: string[] = [];
  const place = (name: string): string => {
    const path = inFolder(folder, name);
    files.push(path);
    return path;
  };
  const write = (name: string, bytes: Uint8Array): void =>
    writeFile(place(name), overwrite, (file) => file.write(bytes, 0));
  const text = (name: string, content: string): void => write(name, new TextEncoder().encode(content));

  text('history.csv', historyCsv(trained.variants));
  for (const variant of trained.variants) {
    const suffix = suffixOf(variant, trained);
    text(`confusion${suffix}.csv`, confusionCsv(variant.score.confusion, trained.classes));
    const page = confusionPage(variant, trained.classes, trained.majority);
    await writePage(place(`confusion${suffix}.png`), page, provenance, overwrite);
    writeNpz(place(`model${suffix}.npz`), modelArrays(variant), provenance, overwrite);
    if (variant.trained.kind === 'network')
      write(`model${suffix}.onnx`, exportOnnx(variant.trained.shape, variant.trained.weights, variant.scaler));
  }
  const batches = { batches: parts.train, ...(parts.test ? { 'batches-test': parts.test } : {}) };
  for (const [name, part] of Object.entries(batches)) {
    const arrays = await partArrays(part, trained);
    if (arrays) writeNpz(place(`${name}.npz`), arrays, provenance, overwrite);
    else remarks.push(`${name}.npz was left out: above 512 MiB. fanfold run gaf writes images of any number.`);
  }
  text('recipe.json', `${JSON.stringify(JSON.parse(provenance.recipe), null, 1)}\n`);
  return { files, remarks };
}
