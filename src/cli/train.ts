import { UsageError } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import { checkValues, type Params, type Values } from '../core/params.js';
import type { Source } from '../core/source.js';
import { openSource } from '../formats/registry.js';
import { removeIfEmpty } from '../io/output.js';
import { LOADER_PARAMS, loaderOptionsOf, plainNames, TRAIN_NAMES } from '../loader/names.js';
import type { Split } from '../loader/options.js';
import { AUGMENTS } from '../train/augment.js';
import { openData } from '../train/data.js';
import { describeEpoch, describeVariant, variantName } from '../train/describe.js';
import { majorityAccuracy } from '../train/metrics.js';
import { checkFolder, type Trained, writeTrained } from '../train/outputs.js';
import { trainVariant, type Variant } from '../train/variant.js';
import { version } from '../version.js';
import { openOptionsOf, SOURCE_PARAMS } from './common.js';
import { parseFlags } from './flags.js';
import { verbHelp } from './help.js';
import { tell } from './terminal.js';

const MODELS = ['dual-gaf'] as const;

const PARAMS = {
  ...TRAIN_NAMES,
  data: { kind: 'text', help: 'samples with classes: TRAIN, or TRAIN,TEST; also given as SOURCEs' },
  model: {
    kind: 'choice',
    choices: ['small', 'source', 'ridge'],
    default: 'small',
    help: 'small trains in minutes; source has the published widths and takes far longer; ridge is a closed-form head on pooled images',
  },
  fusion: {
    kind: 'choice',
    choices: ['adaptive', 'concat', 'add'],
    default: 'adaptive',
    help: 'how summation and difference come together: a learned gate, side by side, added',
  },
  pooling: {
    kind: 'choice',
    choices: ['places', 'whole'],
    default: 'places',
    help: 'what an image ends as in the small network: means of its parts in their order, or mean and maximum over all of it, for classes that do not depend on when something happens',
  },
  size: { kind: 'number', default: 32, min: 8, integer: true, help: 'height and width of the images, a multiple of 8' },
  useStatisticalFeatures: {
    kind: 'flag',
    help: 'one training, with the statistics branch (default: one with it and one without)',
  },
  imagesOnly: { kind: 'flag', help: 'one training, without the statistics branch' },
  learningRate: {
    kind: 'number',
    default: 0.002,
    min: 0,
    help: 'first step of Adam; it falls to nothing along half a cosine',
  },
  augment: {
    kind: 'choice',
    choices: AUGMENTS,
    default: 'none',
    help: 'training windows begin anywhere, around their end, and half of them backwards; for classes that do not depend on where in a window something happens',
  },
  seed: { kind: 'number', default: 1, min: 0, integer: true, help: 'decides weights, order and split' },
  split: {
    kind: 'choice',
    choices: ['group', 'time'],
    default: 'group',
    help: 'without TEST: whole recordings to each part, or blocks of the time order',
  },
  shares: {
    kind: 'numbers',
    default: [0.6, 0.2],
    length: 2,
    example: '0.6,0.2',
    help: 'without TEST: parts for training and validation; what is left is the test',
  },
  out: { kind: 'texts', help: 'folder for history, confusion matrix, model and batches' },
  overwrite: { kind: 'flag', help: 'replace files that exist' },
  quiet: { kind: 'flag', help: 'say nothing but errors' },
  verbose: { kind: 'flag', help: 'say how batches are made, and why' },
  json: { kind: 'flag', help: 'the result as JSON on stdout' },
} as const satisfies Params;

const ALL = { ...PARAMS, ...LOADER_PARAMS, ...SOURCE_PARAMS } as const satisfies Params;

interface Command {
  readonly values: Values<typeof ALL>;
  readonly train: string;
  readonly test?: string;
  readonly folder?: string;
}

function parse(args: readonly string[]): Command {
  const { positionals, raw } = parseFlags(plainNames(args), ALL, 'fanfold train dual-gaf');
  const [network, ...sources] = positionals;
  if (network === undefined || !MODELS.includes(network as 'dual-gaf')) {
    const guess = network === undefined ? undefined : nearest(network, MODELS);
    const what = network === undefined ? 'needs a network' : `knows no network '${network}'`;
    throw new UsageError(
      'no-network',
      `fanfold train ${what}: fanfold train dual-gaf TRAIN [TEST] -o FOLDER.${guess ? ` Did you mean ${guess}?` : ''}`,
    );
  }
  const values = checkValues(ALL, raw, 'fanfold train dual-gaf');
  const [train, test, ...more] = [...(values.data?.split(',') ?? []), ...sources];
  if (train === undefined || more.length > 0) {
    const what = train === undefined ? 'needs samples' : 'takes training and test samples';
    throw new UsageError('no-data', `fanfold train dual-gaf ${what}: --data TRAIN or --data TRAIN,TEST.`);
  }
  const [folder, ...others] = values.out;
  if (others.length > 0) throw new UsageError('output-twice', 'Results of training go to one folder: give one -o.');
  if (values.useStatisticalFeatures && values.imagesOnly)
    throw new UsageError('bad-option', '--use-statistical-features and --images-only contradict each other.');
  return { values, train, ...(test === undefined ? {} : { test }), ...(folder === undefined ? {} : { folder }) };
}

function splitOf({ shares, split, seed }: Values<typeof ALL>): Split {
  const [train = 0, validation = 0] = shares;
  return { by: split, train, validation, seed };
}

/** Flags that decide the numbers, for the recipe. */
function recipeOf({ values, train, test }: Command): string {
  const { model, fusion, pooling, size, trainEpochs, learningRate, augment, seed, batch, split, shares, window, step } =
    values;
  const data = {
    data: test === undefined ? train : `${train},${test}`,
    ...(test === undefined ? { split, shares } : {}),
  };
  const windows = { ...(window === undefined ? {} : { window }), ...(step === undefined ? {} : { step }) };
  return JSON.stringify({
    train: 'dual-gaf',
    ...{ ...data, model, fusion, pooling, size, trainEpochs, learningRate, augment, seed, batch, ...windows },
    useStatisticalFeatures: !values.imagesOnly,
  });
}

const summaryOf = ({ statistics, parameters, score, judgedOn, best, seconds }: Variant) => ({
  ...{ statistics, weights: parameters, judgedOn, accuracy: score.accuracy, macroF1: score.macroF1, seconds },
  ...(best ? { loss: score.loss, epoch: best.epoch } : {}),
});

async function train(command: Command, sources: readonly [Source, Source | undefined], signal: AbortSignal) {
  const { values, folder } = command;
  const { model, fusion, pooling, size: pixels, trainEpochs: epochs, learningRate, augment, seed, batch } = values;
  const say = (line: string): void => {
    if (!values.quiet) tell(line);
  };
  const data = openData(...sources, {
    ...{ pixels, seed, statistics: !values.imagesOnly },
    ...(sources[1] ? {} : { split: splitOf(values) }),
    loader: { ...loaderOptionsOf(values), epochs: values.trainEpochs, signal, ...(values.verbose ? { log: say } : {}) },
  });
  try {
    for (const remark of data.remarks) say(remark);
    const { parts, classes, channels } = data;
    const widths = [
      ...(values.imagesOnly ? [] : [data.statistics.length]),
      ...(values.useStatisticalFeatures ? [] : [0]),
    ];
    if (folder !== undefined) {
      const kinds = { isNetwork: model !== 'ridge', hasBoth: widths.length > 1, hasTest: parts.test !== undefined };
      checkFolder(folder, values.overwrite, kinds);
    }
    const held = parts.test ?? parts.validation ?? parts.train;
    const majority = majorityAccuracy(parts.train.y, held.y, classes.length);
    const variants: Variant[] = [];
    for (const statistics of widths) {
      if (model !== 'ridge') say(`training ${variantName(statistics)}`);
      const onEpoch = (epoch: Variant['history'][number]) => say(describeEpoch(epoch, epochs));
      const options = {
        model,
        fusion,
        pooling,
        channels,
        pixels,
        classes: classes.length,
        batch,
        epochs,
        learningRate,
        augment,
        seed,
      };
      variants.push(await trainVariant(parts, statistics, { ...options, signal, onEpoch }));
    }
    const trained: Trained = { variants, classes, majority, channels, pixels };
    const provenance = { program: 'fanfold', version, recipe: recipeOf(command) };
    const written =
      folder === undefined
        ? { files: [], remarks: [] }
        : await writeTrained(folder, trained, parts, provenance, values.overwrite);
    return { trained, ...written };
  } catch (error) {
    if (folder !== undefined) removeIfEmpty(folder);
    throw error;
  } finally {
    await data.close();
  }
}

export async function run(args: readonly string[], signal: AbortSignal): Promise<number> {
  const command = parse(args);
  const { values } = command;
  const options = openOptionsOf(values);
  const source = await openSource(command.train, options);
  const test = command.test === undefined ? undefined : await openSource(command.test, options);
  const { trained, files, remarks } = await train(command, [source, test], signal);
  if (values.json) {
    const { classes, majority } = trained;
    process.stdout.write(`${JSON.stringify({ classes, majority, models: trained.variants.map(summaryOf), files })}\n`);
    return 0;
  }
  for (const variant of trained.variants) process.stdout.write(`${describeVariant(variant, trained.majority)}\n`);
  if (!values.quiet) for (const line of [...remarks, ...files.map((file) => `wrote ${file}`)]) tell(line);
  return 0;
}

export function help(): string {
  return verbHelp(
    'train dual-gaf TRAIN [TEST] [options]',
    'Trains a network on Gramian angular fields of time series: one convolutional branch for summation images, one for difference images, statistics beside them. In JavaScript, on one core: see docs/train.md for what that costs. Needs @jax-js/jax (npm install @jax-js/jax@0.1); --model ridge does not.',
    [
      ['training', PARAMS],
      ['batches', LOADER_PARAMS],
      ['source', SOURCE_PARAMS],
    ],
  );
}
