import type { NumericArray } from '../../core/dtype.js';
import { SourceError, UsageError } from '../../core/errors.js';
import type { LoadedArray } from '../../core/operator.js';
import type { OpenOptions, Source, TimeSeriesOptions } from '../../core/source.js';
import { formatShape } from '../../core/stack.js';
import { InputFile } from '../../io/file.js';
import { readNpyArray } from '../loaded-array.js';
import { memberData, readZipDirectory, type ZipMember } from '../zip.js';
import type { Recording } from './recording.js';
import { cutSegments } from './segments.js';
import { readTexts } from './text-array.js';
import { openSeriesSet } from './windowed.js';

/** What arrays of series, and of their classes, are called. */
const SERIES_NAMES = ['X', 'x', 'series', 'data', 'frames'];
const CLASS_NAMES = ['y', 'Y', 'label', 'labels'];

/** A recipe has a few lines; what is larger is none. */
const RECIPE_LIMIT = 2 ** 24;

interface Archive {
  readonly names: readonly string[];
  /** Names of the classes, where fanfold wrote them. */
  readonly classes: readonly string[] | null;
}

function classNames(file: InputFile, member: ZipMember | undefined): readonly string[] | null {
  if (member?.compression !== 'stored' || member.size > RECIPE_LIMIT) return null;
  const bytes = new Uint8Array(member.size);
  file.read(bytes, memberData(file, member));
  try {
    const classes: unknown = JSON.parse(new TextDecoder().decode(bytes)).facts?.classes;
    return typeof classes === 'string' ? classes.split('\n') : null;
  } catch {
    return null;
  }
}

function readArchive(path: string): Archive {
  const file = InputFile.open(path);
  try {
    const members = readZipDirectory(file);
    const names = members.flatMap(({ name }) => (name.endsWith('.npy') ? [name.slice(0, -4)] : []));
    return {
      names,
      classes: classNames(
        file,
        members.find(({ name }) => name === 'recipe.json'),
      ),
    };
  } finally {
    file.close();
  }
}

/** Series of an array of shape (N, T), (N, C, T), or (T) for a single one. @throws SourceError for other shapes */
function recordingsOf(
  location: string,
  shape: readonly number[],
  data: NumericArray,
  labels: readonly (string | null)[] | null,
): Recording[] {
  const length = shape.at(-1) ?? 0;
  const channels = shape.length === 3 ? (shape[1] ?? 1) : 1;
  if (shape.length < 1 || shape.length > 3 || length === 0) {
    const what = `${location} is ${formatShape(shape)}, which holds no series: (series, points) or (series, channels, points) can be read.`;
    throw new SourceError('not-series', what, { path: location });
  }
  const size = channels * length;
  return Array.from({ length: data.length / size }, (_, n) => {
    const place = (channel: number, point: number): string =>
      `${location}: series ${n}, channel ${channel}, point ${point}`;
    return {
      name: `${location}: series ${n}`,
      values: Float64Array.from(data.subarray(n * size, (n + 1) * size)),
      length,
      times: null,
      label: labels?.[n] ?? null,
      place,
      placeOfTime: (point: number) => place(0, point),
    };
  });
}

function checkLabels(where: string, shape: readonly number[], count: number): void {
  if (shape.length === 1 && shape[0] === count) return;
  throw new SourceError(
    'labels-differ',
    `${where} is of shape ${formatShape(shape)}, but there are ${count} series: one class for each is needed.`,
    { path: where },
  );
}

/** Classes as an array holds them, whole numbers. @throws SourceError for as many as there are no series, or others */
export function labelsIn(
  where: string,
  { shape, data }: LoadedArray,
  count: number,
  classes: readonly string[] | null,
): (string | null)[] {
  checkLabels(where, shape, count);
  return Array.from(data, (value, i) => {
    if (!Number.isInteger(value))
      throw new SourceError(
        'bad-label',
        `${where}[${i}] is ${value}, no number of a class: whole numbers or texts are.`,
        { path: where },
      );
    return value < 0 ? null : (classes?.[value] ?? String(value));
  });
}

/** The same, or texts. @throws SourceError as `labelsIn` */
function labelsOf(path: string, name: string, count: number, classes: readonly string[] | null): (string | null)[] {
  const where = `${path}: ${name}`;
  const texts = readTexts(path, name);
  if (!texts) return labelsIn(where, readNpyArray(path, name), count, classes);
  checkLabels(where, [texts.length], count);
  return texts.map((text) => text || null);
}

/** Series that an array holds: one of shape (T), else along its first dimension. */
export const seriesIn = ({ shape }: LoadedArray): number => (shape.length === 1 ? 1 : (shape[0] ?? 0));

/**
 * Windows over the series of an array.
 *
 * @param labels class of each series; null without classes
 * @param classes in the order of their numbers, where it is known
 * @throws SourceError for arrays that are no series; as `openSeriesSet`
 */
export function openArraySeries(
  location: string,
  { shape, data }: LoadedArray,
  labels: readonly (string | null)[] | null,
  classes: readonly string[] | null,
  timeSeries: TimeSeriesOptions,
): Source {
  const recordings = recordingsOf(location, shape, data, labels);
  const channels = shape.length === 3 ? Array.from({ length: shape[1] ?? 1 }, (_, c) => `channel ${c}`) : ['value'];
  const { set, notes } = cutSegments({ channels, recordings, classes: labels && classes, notes: [] }, timeSeries);
  return openSeriesSet(set, timeSeries, location, notes);
}

/** True for arrays that are series with their classes, by their names. */
function isLabelled({ names }: Archive): boolean {
  return SERIES_NAMES.some((name) => names.includes(name)) && CLASS_NAMES.some((name) => names.includes(name));
}

/**
 * Opens arrays of series: `X` of shape (series, points) or (series, channels, points) with `y`, one class for each, in an archive; or any
 * array from which windows are asked for.
 *
 * @param options.timeSeries.label name of the array of classes
 * @returns null when the file is to be read as frames: no such pair of names, and no windows asked for
 * @throws SourceError for arrays that are no series; UsageError for an array that is not there
 */
export function openSeriesArrays(path: string, options: OpenOptions, isArchive: boolean): Source | null {
  const { timeSeries = {}, dataset } = options;
  const isAsked = timeSeries.length !== undefined || timeSeries.label !== undefined;
  if (!isAsked && (!isArchive || dataset !== undefined)) return null;
  const archive = isArchive ? readArchive(path) : { names: [], classes: null };
  if (!isAsked && !isLabelled(archive)) return null;
  const series = dataset ?? SERIES_NAMES.find((name) => archive.names.includes(name));
  const location = series === undefined ? path : `${path}:${series}`;
  const array = readNpyArray(path, series);
  const { label } = timeSeries;
  if (label !== undefined && label !== 'none' && !archive.names.includes(label)) {
    const names = archive.names.length > 0 ? `It holds ${archive.names.join(', ')}.` : 'An .npy file is one array.';
    throw new UsageError('no-such-column', `--label ${label}: ${path} has no array of classes of that name. ${names}`, {
      path,
    });
  }
  const found = label === 'none' ? undefined : (label ?? CLASS_NAMES.find((name) => archive.names.includes(name)));
  const labels = found === undefined ? null : labelsOf(path, found, seriesIn(array), archive.classes);
  return openArraySeries(location, array, labels, archive.classes, timeSeries);
}
