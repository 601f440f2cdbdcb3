import type { NumericArray } from '../core/dtype.js';
import { SourceError, UsageError } from '../core/errors.js';
import type { Source } from '../core/source.js';
import { formatShape } from '../core/stack.js';
import { type Batch, dataLoader, type LoaderOptions, type Split } from '../loader/index.js';
import { splitSamples } from '../loader/split.js';
import type { Parts, SamplePart, Samples } from './samples.js';

/** What batches for the network are made of. */
export interface DataOptions {
  /** Height and width of the images. */
  readonly pixels: number;
  /** Whether statistics of the windows come beside the images. */
  readonly statistics: boolean;
  readonly seed: number;
  /** How one source is divided; without it all of it trains. */
  readonly split?: Split;
  /** Batch size, workers, layout, memory. Every sample counts: one that fails ends the training. */
  readonly loader: Omit<LoaderOptions, 'map' | 'split' | 'part' | 'shuffle' | 'onError' | 'dropLast'>;
}

/** The parts of the data, and what is the same for all of them. */
export interface Data {
  readonly parts: Parts;
  readonly classes: readonly string[];
  readonly channels: number;
  /** Names of the statistics of a sample in their order; empty without. */
  readonly statistics: readonly string[];
  /** Things worth knowing before training. */
  readonly remarks: readonly string[];
  /** Ends all workers. */
  close(): Promise<void>;
}

const FEATURES = ['mean', 'std', 'max', 'min', 'median'] as const;

/** The statistics of a sample, in the order `samplesOf` puts them. */
function statisticNames(channels: number): string[] {
  const each = Array.from({ length: channels }, (_, c) => FEATURES.map((name) => `${name} ${c}`)).flat();
  const pairs = Array.from({ length: channels }, (_, i) =>
    Array.from({ length: channels - i - 1 }, (_, k) => `correlation ${i} ${i + k + 1}`),
  ).flat();
  return [...each, ...pairs];
}

const asFloats = (data: NumericArray | undefined): Float32Array =>
  data instanceof Float32Array ? data : Float32Array.from(data ?? []);

function samplesOf({ x, y, count }: Batch, classOf: Int32Array): Samples {
  const features = x['features.features'] ?? [];
  const pairs = x['features.correlations'] ?? [];
  const [width, beside] = [features.length / count, pairs.length / count];
  const statistics = new Float32Array(features.length + pairs.length);
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < width; k++) statistics[i * (width + beside) + k] = features[i * width + k] ?? 0;
    for (let k = 0; k < beside; k++) statistics[i * (width + beside) + width + k] = pairs[i * beside + k] ?? 0;
  }
  return {
    count,
    sum: asFloats(x.sum ?? x['gaf.sum']),
    diff: asFloats(x.diff ?? x['gaf.diff']),
    statistics,
    y: y.map((label) => classOf[label] ?? -1),
  };
}

/** Number in `classes` of every class of a source. @throws UsageError without labels, or for a class that is not known */
function classNumbers(source: Source, classes: readonly string[]): Int32Array {
  const labels = labelsOf(source);
  return Int32Array.from(labels.classes, (name, number) => {
    const found = classes.indexOf(name);
    if (found < 0 && labels.of.includes(number)) {
      throw new UsageError(
        'unknown-class',
        `${source.location} has samples of class ${name}, which the training data (${classes.join(', ')}) has not.`,
      );
    }
    return found;
  });
}

function labelsOf({ labels, location }: Source): NonNullable<Source['labels']> {
  if (!labels) {
    throw new UsageError(
      'no-labels',
      `${location} says no classes, and training needs them. Name their column with --label, or --label file for a file of each class.`,
      { path: location },
    );
  }
  const none = labels.of.reduce((sum, label) => sum + Number(label < 0), 0);
  if (none === 0) return labels;
  throw new SourceError(
    'no-label',
    `${none} of ${labels.of.length} samples of ${location} have no class, the first is sample ${labels.of.indexOf(-1)}. Label them or leave them out.`,
    { path: location },
  );
}

function checkAlike(train: Source, test: Source): void {
  const [a, b] = [train.handle.stack.frameShape, test.handle.stack.frameShape];
  if (a.join() === b.join()) return;
  throw new UsageError(
    'unlike',
    `${test.location} has samples of ${formatShape(b)}, but ${train.location} of ${formatShape(a)}. They must be alike: see --window.`,
  );
}

const countsOf = (y: Int32Array, classes: number): number[] =>
  Array.from({ length: classes }, (_, c) => y.reduce((sum, label) => sum + Number(label === c), 0));

/**
 * Batches of images and statistics from a loader for every part.
 *
 * @param test samples of their own; without them, and with a split, those that are in neither other part
 * @throws UsageError without classes, for fewer than two of them among the training samples, or for sources that are not alike
 */
export function openData(train: Source, test: Source | undefined, options: DataOptions): Data {
  const { pixels, statistics, seed, split, loader } = options;
  const { classes } = labelsOf(train);
  const { frameShape } = train.handle.stack;
  const channels = frameShape.length > 1 ? (frameShape[0] ?? 1) : 1;
  if (test) checkAlike(train, test);
  const gaf = { name: 'gaf', values: { size: pixels, fields: 'sum,diff' } };
  const features = { name: 'features', values: { select: FEATURES.join(','), fill: 'zero' } };
  const map = statistics ? [gaf, features] : gaf;
  const closers: (() => Promise<void>)[] = [];

  const open = (source: Source, part: 'train' | 'validation' | 'test' | null, shuffled: boolean): SamplePart | null => {
    const of = classNumbers(source, classes);
    const positions = part && split ? splitSamples(source, split)[part] : null;
    const all = labelsOf(source).of;
    const y = (positions ? Int32Array.from(positions, (at) => all[at] ?? -1) : all).map((label) => of[label] ?? -1);
    if (y.length === 0) return null;
    const batches = dataLoader(source, {
      ...loader,
      map,
      ...(shuffled ? { shuffle: { seed } } : {}),
      ...(part && split ? { split, part } : {}),
    });
    closers.push(() => batches.close());
    return {
      count: y.length,
      y,
      async *batches(epoch) {
        for await (const batch of batches.epoch(epoch)) yield samplesOf(batch, of);
      },
    };
  };

  const first = open(train, split ? 'train' : null, true);
  if (!first)
    throw new UsageError(
      'no-samples',
      `${train.location} leaves no sample to train on. Use more, or give the training part a larger share with --shares.`,
    );
  const validation = split ? open(train, 'validation', false) : null;
  const last = test ? open(test, null, false) : split ? open(train, 'test', false) : null;
  const counts = countsOf(first.y, classes.length);
  const empty = classes.filter((_, c) => counts[c] === 0);
  if (classes.length - empty.length < 2) {
    throw new UsageError(
      'one-class',
      `The ${first.count} training samples of ${train.location} are all of one class: there is nothing to tell apart. Use more data, or another --split or --seed.`,
    );
  }
  const sizes = [
    `${first.count} training samples`,
    ...(validation ? [`${validation.count} for validation`] : []),
    ...(last ? [`${last.count} for test`] : []),
  ];
  return {
    parts: { train: first, ...(validation ? { validation } : {}), ...(last ? { test: last } : {}) },
    classes,
    channels,
    statistics: statistics ? statisticNames(channels) : [],
    remarks: [
      `${sizes.join(', ')}${split ? `, split by ${split.by}` : ''}; classes ${classes.join(', ')}`,
      ...empty.map((name) => `no training sample is of class ${name}: it cannot be learnt`),
    ],
    close: async () => {
      for (const close of closers) await close();
    },
  };
}
