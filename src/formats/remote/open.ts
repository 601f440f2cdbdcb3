import { FanfoldError, fromWire } from '../../core/errors.js';
import type { OpenOptions, Source } from '../../core/source.js';
import { runAside } from '../../io/http/aside.js';
import { eachOf, type Reached, reach } from '../../io/http/reach.js';
import { settingsFrom } from '../../io/http/settings.js';
import { splitDataset } from '../location.js';
import type { OpenJob } from './job.js';
import type { RemoteFiles } from './list.js';

/** Files asked about at a time. */
const WIDTH = 8;

/** A text that names copies, with the addresses they are of instead. */
function renamed(text: string, reached: readonly Reached[]): string {
  return reached.reduce((all, { path, shown }) => (path === shown ? all : all.replaceAll(path, shown)), text);
}

function renamedError(error: unknown, reached: readonly Reached[]): unknown {
  if (!(error instanceof FanfoldError)) return error;
  return fromWire({ ...error.toWire(), message: renamed(error.message, reached) });
}

/** What opening copies would do, done here; files in ranges are opened in a thread that may wait for them. */
async function inThread<R extends object>(
  kind: OpenJob['kind'],
  texts: readonly string[],
  options: OpenOptions,
  locally: (paths: readonly string[]) => Promise<R>,
): Promise<{ value: R; reached: readonly Reached[] }> {
  const { signal, ...plain } = options;
  const parts = texts.map(splitDataset);
  const reached = await eachOf(parts, WIDTH, ({ path }) => reach(path, { settings: settingsFrom(), signal }));
  const paths = reached.map(({ path }, i) => {
    const { dataset } = parts[i] ?? {};
    return dataset === undefined ? path : `${path}:${dataset}`;
  });
  const targets = reached.flatMap(({ target }) => target ?? []);
  try {
    const value =
      targets.length === 0
        ? await locally(paths)
        : await runAside<R>(
            new URL('./entry.js', import.meta.url),
            { kind, paths, targets, options: plain } satisfies OpenJob,
            signal,
          );
    return { value, reached };
  } catch (error) {
    throw renamedError(error, reached);
  }
}

/** Location and notes of what was opened from copies, with the addresses they are of. */
function withAddresses<S extends Pick<Source, 'location' | 'notes'>>(
  opened: S,
  reached: readonly Reached[],
  called: string | undefined,
): S {
  const copies = reached.filter(({ target }) => target === null);
  const why = 'they are read whole, or their server sends no ranges';
  const said =
    copies.length > 1
      ? [`${copies.length} files were downloaded to a scratch folder: ${why}`]
      : copies.map(
          ({ shown }) => `${shown} was downloaded to a scratch file: it is read whole, or its server sends no ranges`,
        );
  return {
    ...opened,
    location: called ?? renamed(opened.location, copies),
    notes: [...opened.notes.map((note) => renamed(note, copies)), ...said],
  };
}

/**
 * Opens a file on a server, or several as one stack. Headers are read in a thread aside, frames later by the workers, each the
 * ranges it needs.
 *
 * @param openLocal opens copies of files that could only be had whole
 * @throws SourceError; UsageError; Stopped when `options.signal` aborts
 */
export async function openRemote(
  { texts, called }: RemoteFiles,
  options: OpenOptions,
  openLocal: (paths: readonly string[]) => Promise<Source>,
): Promise<Source> {
  const { value, reached } = await inThread('open', texts, options, openLocal);
  return withAddresses(value, reached, called);
}

/** What `info` shows of files on servers. @throws as `openRemote` */
export async function describeRemote<S extends Pick<Source, 'location' | 'notes'>>(
  { texts, called }: RemoteFiles,
  options: OpenOptions,
  describeLocal: (paths: readonly string[]) => Promise<S>,
): Promise<S> {
  const { value, reached } = await inThread('describe', texts, options, describeLocal);
  return withAddresses(value, reached, called);
}

/** The array a file on a server is. @throws as `openRemote` */
export async function loadRemote<A extends object>(
  text: string,
  loadLocal: (paths: readonly string[]) => Promise<A>,
): Promise<A> {
  return (await inThread('array', [text], {}, loadLocal)).value;
}
