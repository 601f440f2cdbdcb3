import { SourceError, UsageError } from '../../core/errors.js';
import type { OpenOptions, Source, TimeSeriesOptions } from '../../core/source.js';
import { readHead } from '../../io/file.js';
import { namesIn } from '../../io/folder.js';
import { baseName, extensionOf, inFolder } from '../../io/path.js';
import { naturalOrder } from '../numbering.js';
import { expandSeries } from '../series.js';
import { readArff } from './arff.js';
import type { Recordings } from './recording.js';
import { cutSegments } from './segments.js';
import { looksLikeSeries, SERIES_EXTENSIONS } from './signature.js';
import { readSktime } from './sktime.js';
import { readTableRecording } from './table.js';
import { tryUcr } from './ucr.js';
import { openSeriesSet } from './windowed.js';

/** Tables, of which each file is one recording; a folder is of the first kind it has. */
const TABLES = ['.csv', '.tsv', '.txt'];

/** A file with a series and its class in every row; null for tables with a row for each time. @throws UsageError for options of tables */
function readArchive(path: string, options: TimeSeriesOptions): Recordings | null {
  const extension = extensionOf(path);
  const { label, time } = options;
  const byColumn = time !== undefined || !(label === undefined || label === 'none' || label === 'file');
  const inRows = extension === '.ts' ? readSktime : extension === '.arff' ? readArff : byColumn ? null : tryUcr;
  const found = inRows?.(path) ?? null;
  if (!found) return null;
  const meant = (['label', 'time', 'gap'] as const).find(
    (name) => options[name] !== undefined && options[name] !== 'none',
  );
  if (meant !== undefined) {
    throw new UsageError(
      'bad-option',
      `--${meant} is for tables with a row for each time; ${path} holds a series in each row, its class beside it.`,
      { path },
    );
  }
  if (label === undefined) return found;
  return { ...found, classes: null, recordings: found.recordings.map((one) => ({ ...one, label: null })) };
}

/** @param byName the class of a table is that of its name */
function read(path: string, options: TimeSeriesOptions, byName: boolean): Recordings {
  const archive = readArchive(path, options);
  if (archive) return archive;
  const found = readTableRecording(path, options);
  return byName
    ? { ...found, recordings: found.recordings.map((one) => ({ ...one, label: classOfName(path) })) }
    : found;
}

/**
 * The class that a file's name says: what stands before its last number, without the marks between (`valve-stuck_012.csv` is of
 * `valve-stuck`); the name without extension when nothing does.
 */
export function classOfName(path: string): string {
  const name = baseName(path);
  const stem = name.slice(0, name.length - extensionOf(name).length);
  return /^(.*?)[\s_.-]*\d+\D*$/.exec(stem)?.[1] || stem;
}

/** @throws SourceError naming two files whose channels differ */
function join(paths: readonly string[], files: readonly Recordings[]): Recordings {
  const [first] = files;
  const classes = files.map((one) => one.classes);
  for (const [i, { channels }] of files.entries()) {
    if (channels.length === first?.channels.length && channels.every((name, c) => name === first.channels[c])) continue;
    const odd = channels.findIndex((name, c) => name !== first?.channels[c]);
    throw new SourceError(
      'channels-differ',
      `${paths[i]} has ${channels.length} channels and ${paths[0]} ${first?.channels.length}` +
        `${odd < 0 ? '' : `; the first that differs is '${channels[odd]}' instead of '${first?.channels[odd] ?? 'none'}'`}. Files of one source have the same columns.`,
    );
  }
  const declared = classes.every((one) => one !== null) ? [...new Set(classes.flatMap((one) => one ?? []))] : null;
  return {
    channels: first?.channels ?? [],
    recordings: files.flatMap(({ recordings }) => recordings),
    classes: declared,
    notes: [...new Set(files.flatMap(({ notes }) => notes))],
  };
}

function checkRank({ frameRank }: OpenOptions): void {
  if (frameRank === undefined || frameRank === 2) return;
  throw new UsageError(
    'bad-option',
    `Frames of time series are of channels and time, two dimensions: --frame-rank ${frameRank} cannot be had.`,
  );
}

/**
 * Opens one file of series. All of it is read; windows are cut and put on shared memory.
 *
 * @param options.timeSeries windows, columns of times and classes, gaps and missing points
 * @throws SourceError and UsageError as the readers and `openSeriesSet`
 */
export function openTimeSeries(path: string, options: OpenOptions = {}): Source {
  checkRank(options);
  const { timeSeries = {} } = options;
  const { set, notes } = cutSegments(read(path, timeSeries, timeSeries.label === 'file'), timeSeries);
  return openSeriesSet(set, timeSeries, path, notes);
}

/**
 * Opens several files as one set of series, each table a recording. Without `label` the class of a table is that of its name.
 *
 * @param called what stands for all of them, such as a folder
 * @throws as `openTimeSeries`, and SourceError naming two files whose channels differ
 */
function openTimeSeriesFiles(paths: readonly string[], options: OpenOptions, called: string): Source {
  checkRank(options);
  const { timeSeries = {} } = options;
  const byName = timeSeries.label === undefined || timeSeries.label === 'file';
  const files = paths.map((path) => read(path, timeSeries, byName));
  const { set, notes } = cutSegments(join(paths, files), timeSeries);
  return openSeriesSet(set, timeSeries, called, [`${paths.length} file${paths.length === 1 ? '' : 's'}.`, ...notes]);
}

/** The tables of a folder in the order of their names: all .csv, or without any all .tsv, or all .txt. */
function tablesIn(folder: string): readonly string[] {
  const { files } = namesIn(folder);
  for (const extension of TABLES) {
    const found = files.filter((name) => extensionOf(name) === extension);
    if (found.length > 0) return found.sort(naturalOrder).map((name) => inFolder(folder, name));
  }
  return [];
}

/**
 * Opens a folder of tables, or files and patterns of the names of series, as one set.
 *
 * @returns null when they are none
 * @throws as `openTimeSeriesFiles`
 */
export function trySeriesFiles(texts: string | readonly string[], options: OpenOptions): Source | null {
  if (typeof texts === 'string') {
    const tables = tablesIn(texts);
    const [first] = tables;
    return first !== undefined && looksLikeSeries(readHead(first), first)
      ? openTimeSeriesFiles(tables, options, texts)
      : null;
  }
  if (texts.length === 0 || !texts.every((text) => SERIES_EXTENSIONS.includes(extensionOf(text)))) return null;
  return openTimeSeriesFiles(expandSeries(texts), options, texts.join(','));
}
