import { run as runWork } from '../api/run.js';
import { Stopped, UsageError } from '../core/errors.js';
import type { OperatorRef } from '../core/layout.js';
import { checkValues, type Params, type Values } from '../core/params.js';
import { formatBytes, formatRate, formatSeconds } from '../core/size.js';
import { fetchAll } from '../fetch/fetch-all.js';
import type { FetchedFile, FetchOutcome, SavedFile } from '../fetch/outcome.js';
import { listFolder, textAt, urlsIn } from '../io/http/listing.js';
import { settingsFrom } from '../io/http/settings.js';
import { isUrl, shownUrl } from '../io/http/url.js';
import { extensionOf, withPart } from '../io/path.js';
import { readText } from '../io/text.js';
import { parseFlags } from './flags.js';
import { verbHelp } from './help.js';
import { readRecipe } from './job.js';
import { findOperators } from './operators.js';
import { describeArrays } from './results.js';
import { isTerminal, tell } from './terminal.js';

const PARAMS = {
  out: { kind: 'text', help: 'folder the files go to; made when it does not exist' },
  name: {
    kind: 'text',
    default: 'file_{i}{ext}',
    help: 'what files are called: {i} is the number of the address from 0 on, {i:4} with zeros in front, {name} and {ext} its name and extension (.txt where it has none)',
  },
  concurrency: { kind: 'number', default: 8, min: 1, max: 1000, integer: true, help: 'downloads at the same time' },
  retries: {
    kind: 'number',
    default: 4,
    min: 0,
    max: 100,
    integer: true,
    help: 'further tries after a failure that may pass',
  },
  timeout: { kind: 'number', default: 30, min: 0.001, unit: 's', help: 'without a byte until a try is given up' },
  maxBytes: { kind: 'size', help: 'a file larger than this is not kept, such as 2GiB' },
  sha256: { kind: 'flag', help: 'work out the SHA-256 of every file' },
  resume: { kind: 'flag', help: 'pass over what an earlier call has saved and the server has not changed since' },
  overwrite: { kind: 'flag', help: 'replace files that exist' },
} as const satisfies Params;

const PROCESS_PARAMS = {
  process: {
    kind: 'text',
    help: 'operator, or RECIPE.json with its values, that is run over every file as soon as it is saved; file_0.tif gives file_0.sum.npy',
  },
  wait: { kind: 'flag', help: 'process only when all files are saved, for comparing' },
} as const satisfies Params;

const TOLD_PARAMS = {
  quiet: { kind: 'flag', help: 'say nothing but errors' },
  json: { kind: 'flag', help: 'what came of every address as JSON on stdout' },
} as const satisfies Params;

const ALL = { ...PARAMS, ...PROCESS_PARAMS, ...TOLD_PARAMS };
type FetchValues = Values<typeof ALL>;

/** Some addresses failed; those of the others are saved. */
const SOME_FAILED = 3;
/** Stopped, and can be gone on with; sysexits.h calls it a temporary failure. */
const RESUMABLE = 75;

/** The addresses behind one argument: itself, what a listing shows, or the lines of a text file. */
async function expand(text: string, signal: AbortSignal): Promise<string[]> {
  const name = text.startsWith('@') ? text.slice(1) : text;
  if (!isUrl(name)) return urlsIn(readText(name), name);
  const options = { settings: settingsFrom(), signal };
  if (text.startsWith('@')) {
    const list = await textAt(name, options);
    return urlsIn(list.text, shownUrl(name), list.url);
  }
  return URL.canParse(name) && new URL(name).pathname.endsWith('/') && new URL(name).search === ''
    ? listOr(name, options)
    : [name];
}

/** The files of a folder; an address that ends in / but lists none is a page. */
async function listOr(url: string, options: Parameters<typeof listFolder>[1]): Promise<string[]> {
  return new URL(url).pathname === '/' ? [url] : listFolder(url, options);
}

/** What an operator made of a file. */
interface Processed {
  readonly files: readonly string[];
  readonly results: readonly string[];
}

/** Runs the operators over one saved file, in this thread: the next downloads go on meanwhile. */
function processor(refs: readonly OperatorRef[], values: FetchValues, signal: AbortSignal) {
  const part = refs.map(({ name }) => name).join('+');
  return async ({ path }: SavedFile): Promise<Processed> => {
    const output = withPart(`${path.slice(0, path.length - extensionOf(path).length)}.npy`, part);
    const { arrays, files } = await runWork(refs, path, {
      layout: 'serial',
      outputs: [output],
      overwrite: values.overwrite || values.resume,
      signal,
    });
    return { files, results: describeArrays(arrays) };
  };
}

async function processOf(values: FetchValues, signal: AbortSignal): Promise<ReturnType<typeof processor> | null> {
  const spec = values.process;
  if (spec === undefined) return null;
  const recipe = spec.endsWith('.json') ? readRecipe(spec) : null;
  const set = await findOperators(recipe?.operators ?? spec);
  const own = Object.fromEntries(Object.entries(recipe?.values ?? {}).filter(([name]) => name in set.params));
  return processor(set.bind(own), values, signal);
}

/** A line for every address that failed, and at a terminal one that shows how far it is. */
function teller(quiet: boolean) {
  const isShown = isTerminal() && !quiet;
  return (file: FetchedFile, done: number, total: number): void => {
    if (isShown) process.stderr.write(`\r\u001b[2K${done}/${total}`);
    if (file.error) tell(`${isShown ? '\r\u001b[2K' : ''}${file.index}: ${file.error.message}`);
  };
}

function summary({ files, saved, failed, bytes, seconds }: FetchOutcome, folder: string): string {
  const count = (outcome: FetchedFile['outcome']): number => files.filter((file) => file.outcome === outcome).length;
  const [resumed, duplicates] = [count('resumed'), count('duplicate')];
  const notes = [
    resumed > 0 ? `${resumed} of an earlier call` : '',
    duplicates > 0 ? `${duplicates} named twice and downloaded once` : '',
    failed > 0 ? `${failed} failed` : '',
  ].filter((note) => note !== '');
  const more = notes.length > 0 ? ` (${notes.join(', ')})` : '';
  return `saved ${saved} of ${files.length} in ${folder}${more}: ${formatBytes(bytes)} in ${formatSeconds(seconds)}, ${formatRate(bytes / Math.max(1e-3, seconds))}`;
}

export async function run(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { positionals, raw } = parseFlags(args, ALL, 'fanfold fetch');
  const values = checkValues(ALL, raw, 'fanfold fetch');
  if (positionals.length === 0)
    throw new UsageError(
      'no-source',
      'fanfold fetch needs addresses: a text file with one to a line, or the addresses themselves.',
    );
  if (values.out === undefined)
    throw new UsageError('no-output', 'fanfold fetch needs a folder for the files: -o folder/.');
  const operate = await processOf(values, signal);
  const urls: string[] = [];
  for (const text of positionals) urls.push(...(await expand(text, signal)));
  try {
    const outcome = await fetchAll<Processed>(urls, {
      folder: values.out,
      name: values.name,
      concurrency: values.concurrency,
      retries: values.retries,
      timeout: values.timeout,
      sha256: values.sha256,
      resume: values.resume,
      overwrite: values.overwrite,
      waitForAll: values.wait,
      onFile: teller(values.quiet || values.json),
      signal,
      ...(values.maxBytes === undefined ? {} : { maxBytes: values.maxBytes }),
      ...(operate ? { process: operate, processConcurrency: 1 } : {}),
    });
    if (isTerminal() && !values.quiet) process.stderr.write('\r\u001b[2K');
    if (values.json) process.stdout.write(`${JSON.stringify(outcome)}\n`);
    else if (!values.quiet) tellOutcome(outcome, values.out);
    return outcome.failed > 0 ? SOME_FAILED : 0;
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    tell(
      `fanfold: stopped with ${error.frames} of ${error.total} files saved in ${values.out}. --resume goes on from there.`,
    );
    return RESUMABLE;
  }
}

function tellOutcome(outcome: FetchOutcome<Processed>, folder: string): void {
  for (const { index, result, error, path } of outcome.files) {
    for (const line of result?.results ?? []) process.stdout.write(`${index} ${line}\n`);
    if (error && path !== null) tell(`${path} could not be processed: ${error.message}`);
  }
  tell(summary(outcome, folder));
}

export function help(): string {
  return verbHelp(
    'fetch URLS.txt|URL... -o FOLDER [options]',
    'Downloads addresses to a folder, some at a time; each file is processed as soon as it is saved. One that fails leaves no file and does not hold up the others; the same address twice is downloaded once.',
    [
      ['files', PARAMS],
      ['processing', PROCESS_PARAMS],
      ['output', TOLD_PARAMS],
    ],
  );
}
