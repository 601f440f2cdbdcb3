import { UsageError } from '../core/errors.js';
import { checkValues, type Params, type RawValues } from '../core/params.js';
import { describeReport } from '../core/report.js';
import type { NamedArray, Provenance, StreamOptions } from '../core/sink.js';
import type { SourceHandle } from '../core/source.js';
import { frameBytes } from '../core/stack.js';
import { checkOutputs, createStream, writeOutput } from '../formats/outputs.js';
import { findGenerator, GENERATORS, openSynthetic, syntheticTruth } from '../formats/synthetic/index.js';
import { isSameFile } from '../io/path.js';
import { runLocal } from '../layouts/local.js';
import { version } from '../version.js';
import { OUTPUT_PARAMS, parseShape } from './common.js';
import { parseFlags } from './flags.js';
import { verbHelp } from './help.js';
import { besideOf, checkBeside, writeBeside } from './make-beside.js';
import { KNOWN_DETECTOR, withDetector } from './make-detector.js';
import { isSeriesTarget, writeSeries } from './make-series.js';
import { makeProgress } from './progress.js';
import { tell } from './terminal.js';

const KINDS = GENERATORS.map(({ name }) => name);

const PARAMS = {
  kind: { kind: 'choice', choices: KINDS, default: 'random', help: 'what the frames show' },
  dtype: { kind: 'text', help: 'element type (default: the usual one of the kind)' },
  codec: {
    kind: 'text',
    default: 'none',
    help: 'none; HDF5 only, a frame to a chunk: bslz4, lz4, gzip:LEVEL, zstd:LEVEL',
  },
  contiguous: { kind: 'flag', help: 'HDF5: one block instead of one chunk a frame' },
  seed: {
    kind: 'number',
    default: 1,
    min: 0,
    integer: true,
    help: 'equal seeds give equal bytes, for any number of workers',
  },
  truth: {
    kind: 'text',
    help: 'also write what is known exactly about the stack (kind stem: ADF and centre of mass; rings: positions; fmri: motion; series: classes)',
  },
  layout: { kind: 'text', default: 'auto', help: 'auto, serial or threads' },
  workers: { kind: 'number', default: -1, min: -1, integer: true, help: 'worker threads; -1 automatic' },
  memory: { kind: 'size', help: 'memory for everything together, such as 1GiB' },
  overwrite: { kind: 'flag', help: 'replace a file that exists' },
  ...OUTPUT_PARAMS,
} as const satisfies Params;

function parseCodec(text: string): StreamOptions['codec'] {
  if (text === 'none' || text === 'lz4' || text === 'bslz4') return { name: text };
  const match = /^(gzip|deflate)(?::(\d))?$/.exec(text);
  if (match) return { name: 'gzip', level: Number(match[2] ?? 4) };
  const [, level = '3'] = /^zstd(?::(\d\d?))?$/.exec(text) ?? [];
  if (text.startsWith('zstd') && Number(level) >= 1 && Number(level) <= 22)
    return { name: 'zstd', level: Number(level) };
  throw new UsageError(
    'bad-codec',
    `--codec takes none, bslz4, lz4, gzip:0 to gzip:9, or zstd:1 to zstd:22, not '${text}'.`,
  );
}

/** The kind decides which further flags exist, so it is looked for first. */
function kindOf(args: readonly string[]): string {
  const at = args.findIndex((arg) => arg === '--kind' || arg.startsWith('--kind='));
  const arg = args[at] ?? '';
  return at < 0 ? 'random' : (arg.split('=')[1] ?? args[at + 1] ?? '');
}

/** Flags of a kind: its own, and for detectors with a geometry their name. */
function paramsOf(generator: ReturnType<typeof findGenerator>): Params {
  return 'modules' in generator.params ? { ...KNOWN_DETECTOR, ...generator.params } : generator.params;
}

interface Command {
  readonly shape: readonly number[];
  readonly out: string;
  readonly values: ReturnType<typeof checkValues<typeof PARAMS>>;
  readonly own: RawValues;
}

function parse(args: readonly string[]): Command {
  const generator = findGenerator(kindOf(args));
  const params = paramsOf(generator);
  const { positionals, raw } = parseFlags(args, { ...PARAMS, ...params }, `fanfold make --kind ${generator.name}`);
  const [shape, out, ...more] = positionals;
  if (shape === undefined || out === undefined || more.length > 0) {
    throw new UsageError('no-target', 'fanfold make needs a shape and a file: fanfold make 64x64x128x128 scan.h5.');
  }
  const own = Object.fromEntries(Object.entries(raw).filter(([name]) => name in params));
  const common = Object.fromEntries(Object.entries(raw).filter(([name]) => !(name in params)));
  const values = checkValues(PARAMS, common, 'fanfold make');
  return { ...withDetector(parseShape(shape), own), out, values };
}

export async function run(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { shape, out, values, own } = parse(args);
  const source = openSynthetic(values.kind, shape, values.dtype, values.seed, own);
  const { handle } = source;
  const codec = parseCodec(values.codec);
  const truth = values.truth === undefined ? [] : truthOf(handle);
  const recipe = { make: values.kind, shape, seed: values.seed, codec: values.codec, values: own };
  const provenance: Provenance = { program: 'fanfold', version, recipe: JSON.stringify(recipe) };
  if (values.truth !== undefined) {
    checkOutputs([values.truth], truth, values.overwrite, []);
    if (isSameFile(values.truth, out)) throw new UsageError('output-twice', `${out} cannot be stack and truth in one.`);
  }
  if (isSeriesTarget(handle, out)) {
    const files = await writeSeries(out, handle, provenance, values.overwrite);
    if (values.truth !== undefined) files.push(...(await writeOutput(values.truth, truth, provenance, values)));
    if (values.json) process.stdout.write(`${JSON.stringify({ files })}\n`);
    else if (!values.quiet)
      tell(files.length > 2 ? `wrote ${files.length} files to ${out}` : `wrote ${files.join(' and ')}`);
    return 0;
  }
  const beside = besideOf(out, handle);
  if (beside) checkBeside(beside, values.overwrite);
  const sink = await createStream(out, handle.stack, {
    codec,
    chunked: !values.contiguous,
    overwrite: values.overwrite,
    ...(source.affine ? { affine: source.affine } : {}),
  });
  const progress = makeProgress(values.quiet ? 'none' : values.progress, frameBytes(handle.stack));
  const options = {
    layout: values.layout,
    workers: values.workers,
    signal,
    onProgress: progress.update,
    ...(values.memory === undefined ? {} : { memory: values.memory }),
  };
  try {
    const stream = { slot: 'frames', sink, provenance };
    const { report } = await runLocal(source, [{ name: 'copy', values: {} }], options, [stream]);
    progress.end();
    if (values.json) process.stdout.write(`${JSON.stringify({ report, output: out })}\n`);
    else if (!values.quiet) for (const line of describeReport(report)) tell(line);
  } catch (error) {
    progress.end();
    sink.abort();
    throw error;
  }
  if (!values.quiet) tell(`wrote ${out}`);
  const files = beside ? await writeBeside(beside, provenance, values.overwrite) : [];
  if (!values.quiet) for (const file of files) tell(`wrote ${file}`);
  if (values.truth !== undefined) {
    const files = await writeOutput(values.truth, truth, provenance, { overwrite: values.overwrite });
    if (!values.quiet) for (const file of files) tell(`wrote ${file}`);
  }
  return 0;
}

/** What is known exactly about the stack. @throws UsageError when that is nothing */
function truthOf(handle: SourceHandle): readonly NamedArray[] {
  const truth = handle.kind === 'generated' ? syntheticTruth(handle) : [];
  if (handle.kind !== 'generated' || truth.length > 0) return truth;
  throw new UsageError(
    'no-truth',
    `Nothing is known exactly about a stack of kind ${handle.generator}; leave out --truth.`,
  );
}

export function help(args: readonly string[]): string {
  const kinds = GENERATORS.map(({ name, summary }) => `${name}: ${summary}`).join('; ');
  const generator = GENERATORS.find(({ name }) => name === kindOf(args));
  const groups: [string, Params][] = [['options', PARAMS]];
  if (generator) groups.push([`kind ${generator.name}`, paramsOf(generator)]);
  return verbHelp(
    'make SHAPE OUT [options]',
    `Writes a generated stack, however large, without holding it. Kinds: ${kinds}.`,
    groups,
  );
}
