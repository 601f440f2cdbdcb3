import { Stopped, UsageError } from '../core/errors.js';
import { checkValues, type Params, type Values } from '../core/params.js';
import type { Provenance } from '../core/sink.js';
import { formatSeconds } from '../core/size.js';
import { INFER, PARAMS } from '../infer/declaration.js';
import { ImageProcessor, type ModelOptions, type Prediction } from '../infer/index.js';
import type { Spent } from '../infer/messages.js';
import { checkTargets, predictionsJson, writePredictions } from '../infer/write-predictions.js';
import { withPart } from '../io/path.js';
import { version } from '../version.js';
import { OUTPUT_PARAMS, openOptionsOf, SOURCE_PARAMS } from './common.js';
import { parseFlags } from './flags.js';
import { verbHelp } from './help.js';
import { makeProgress } from './progress.js';
import { tell } from './terminal.js';

const OUT = {
  out: { kind: 'texts', help: 'output file: .csv, .npy or .json; repeatable' },
  overwrite: { kind: 'flag', help: 'replace an output that exists' },
} as const satisfies Params;

const ALL = { ...PARAMS, ...OUT, ...OUTPUT_PARAMS, ...SOURCE_PARAMS } as const satisfies Params;

/** Exit code of a run that was stopped. */
const INTERRUPTED = 130;

interface Command {
  readonly source: string;
  readonly model: string;
  readonly values: Values<typeof ALL>;
}

function parse(args: readonly string[]): Command {
  const owner = 'fanfold run infer';
  const { positionals, raw } = parseFlags(args, ALL, owner);
  const values = checkValues(ALL, raw, owner);
  const [source, ...more] = positionals;
  if (source === undefined)
    throw new UsageError('no-source', `${owner} needs a source: a folder of images, or a file of frames.`);
  if (more.length > 0)
    throw new UsageError(
      'too-many',
      `${owner} takes one source, not ${positionals.length}: a folder, or a pattern in quotes.`,
    );
  if (values.model === undefined) throw new UsageError('no-model', `${owner} needs a network: --model net.onnx.`);
  return { source, model: values.model, values };
}

const given = <K extends string, T>(key: K, value: T | undefined): { [key in K]?: T } =>
  value === undefined ? {} : ({ [key]: value } as { [key in K]: T });

function cropOf(crop: readonly number[] | undefined): ModelOptions['crop'] | undefined {
  if (crop === undefined) return undefined;
  const [rows, columns = rows] = crop;
  if (rows !== undefined && columns !== undefined && crop.length <= 2) return [rows, columns];
  throw new UsageError('bad-value', `--crop takes one number or two, such as 224,224, not ${crop.join(',')}.`);
}

function modelOptionsOf({ values }: Command, signal: AbortSignal): ModelOptions {
  const { resize, range, workers } = values;
  return {
    ...{ signal, threads: values.threads, device: values.device, preset: values.preset },
    ...given('sha256', values.sha256),
    ...given('labels', values.labels),
    ...given('output', values.output),
    ...given('memory', values.memory),
    ...given('resize', resize === 0 ? ('none' as const) : resize),
    ...given('crop', cropOf(values.crop)),
    ...given('mean', values.mean),
    ...given('std', values.std),
    ...given('range', range === undefined ? undefined : ([range[0] ?? 0, range[1] ?? 1] as const)),
    ...given('numWorkers', workers > 0 ? workers : undefined),
  };
}

/** Flags that decide the numbers, for the recipe. */
function recipeOf({ source, model, values }: Command): string {
  const decisive = [
    'sha256',
    'labels',
    'preset',
    'resize',
    'crop',
    'mean',
    'std',
    'range',
    'output',
    'activation',
  ] as const;
  const own = Object.fromEntries(
    decisive.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]]])),
  );
  return JSON.stringify({ operators: 'infer', source, values: { model, ...own } });
}

const provenanceOf = (command: Command): Provenance => ({ program: 'fanfold', version, recipe: recipeOf(command) });

/** Writes what was finished before a run failed or was stopped beside its outputs. @returns the files */
function keep(command: Command, predictions: readonly Prediction[]): readonly string[] {
  if (predictions.length === 0) return [];
  const files = command.values.out.map((path) => withPart(path, 'partial'));
  for (const path of files) {
    writePredictions(path, predictions, provenanceOf(command), true);
    tell(`the ${predictions.length} images before are in ${path}`);
  }
  return files;
}

function describe(predictions: readonly Prediction[], seconds: number, spent: Spent): string[] {
  const good = predictions.filter(({ error }) => error === null);
  const counts = new Map<string, number>();
  for (const { top } of good) if (top[0]) counts.set(top[0].label, (counts.get(top[0].label) ?? 0) + 1);
  const most = [...counts].sort(([, a], [, b]) => b - a).slice(0, 5);
  const all = spent.read + spent.prepare + spent.run || 1;
  const share = (part: number): string => `${Math.round((100 * part) / all)} %`;
  return [
    `${good.length} images in ${formatSeconds(seconds)}, ${(good.length / seconds).toFixed(1)} images/s; of the workers' time ${share(spent.read)} reading, ${share(spent.prepare)} preparing, ${share(spent.run)} in the network`,
    ...(most.length > 0 ? [`likeliest: ${most.map(([label, count]) => `${label} ${count}`).join(', ')}`] : []),
  ];
}

export async function run(args: readonly string[], signal: AbortSignal): Promise<number> {
  const command = parse(args);
  const { source, model, values } = command;
  checkTargets(values.out, values.overwrite);
  const say = (line: string): void => {
    if (!values.quiet) tell(line);
  };
  const processor = await ImageProcessor.loadModel(model, modelOptionsOf(command, signal));
  const { wanted, preparation } = processor;
  for (const note of processor.notes) say(`note: ${note}`);
  if (values.verbose) {
    say(`network: ${JSON.stringify(wanted)}`);
    say(`images: ${JSON.stringify(preparation)}`);
    const why = processor.deviceReason === null ? '' : ` (${processor.deviceReason})`;
    say(
      `${processor.workers} workers on ${processor.device}${why}, ${processor.batchOf(values.batch)} images at a time`,
    );
  }
  const [rows, columns] = preparation.crop ?? [wanted.height ?? 1, wanted.width ?? 1];
  const progress = makeProgress(values.quiet ? 'none' : values.progress, 4 * wanted.channels * rows * columns);
  const spent = { read: 0, prepare: 0, run: 0 };
  const predictions: Prediction[] = [];
  const start = performance.now();
  try {
    const results = processor.parallelProcess(source, {
      ...{ batchSize: values.batch, top: values.top, activation: values.activation, signal },
      onError: values.onBadFrame === 'skip' ? 'skip' : 'throw',
      open: openOptionsOf(values),
      onProgress: (images, total) => progress.update(images, total ?? images),
      onNote: (note) => say(`note: ${note}`),
      onSpent: ({ read, prepare, run: ran }) => {
        spent.read += read;
        spent.prepare += prepare;
        spent.run += ran;
      },
    });
    for await (const prediction of results) predictions.push(prediction);
  } catch (error) {
    progress.end();
    const kept = keep(command, predictions);
    if (!(error instanceof Stopped) || kept.length === 0) throw error;
    tell(`fanfold: stopped after ${predictions.length} of ${error.total} images.`);
    return INTERRUPTED;
  } finally {
    progress.end();
    await processor.close();
  }
  const seconds = (performance.now() - start) / 1000;
  const provenance = provenanceOf(command);
  for (const path of values.out) writePredictions(path, predictions, provenance, values.overwrite);
  show(command, predictions, describe(predictions, seconds, spent));
  return 0;
}

function show({ values }: Command, predictions: readonly Prediction[], lines: readonly string[]): void {
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ images: predictionsJson(predictions), outputs: values.out })}\n`);
    return;
  }
  for (const { error } of predictions) if (error) tell(`left out: ${error.message}`);
  if (values.quiet) return;
  for (const line of lines) tell(line);
  if (values.out.length === 0)
    for (const { name, top } of predictions) {
      const ranked = top.map(({ label, probability }) => `${label} ${probability.toFixed(3)}`).join('  ');
      process.stdout.write(`${name}  ${ranked}\n`);
    }
  for (const path of values.out) tell(`wrote ${path}`);
}

export function help(): string {
  return verbHelp('run infer SOURCE --model NET.onnx [options]', `${INFER.summary}.`, [
    ['infer options', PARAMS],
    ['output', { ...OUT, ...OUTPUT_PARAMS }],
    ['source', SOURCE_PARAMS],
  ]);
}
