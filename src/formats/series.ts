import { SourceError, UsageError } from '../core/errors.js';
import type { DetectorFacts, OpenOptions, Source, SourceHandle } from '../core/source.js';
import { exists } from '../io/folder.js';
import { isUrl } from '../io/http/url.js';
import { isPattern, matchingFiles } from '../io/pattern.js';
import { joinStored, type StoredPart } from './join.js';
import { splitDataset } from './location.js';
import { gapsIn, listGap, naturalOrder } from './numbering.js';
import { sharedPlacement } from './placement.js';
import { standIn, tellsDamage } from './stand-in.js';

/** Opens one file of a series: `openSource` of the registry. */
type OpenFile = (text: string, options: OpenOptions) => Promise<Source>;

const SHOWN_NOTES = 8;
const ALLOW = 'Copy it there, or join what there is with --allow-gaps.';

function nameOf(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

/**
 * The files that texts mean: paths, patterns with `*`, `?` and `[...]`, each with an optional data set behind a colon.
 * Sorted so that `part2` comes before `part10`.
 *
 * @throws SourceError for a pattern that matches no file; UsageError for a file named twice
 */
export function expandSeries(texts: readonly string[]): readonly string[] {
  const found = texts.flatMap((text) => {
    const { path, dataset } = splitDataset(text);
    if (isUrl(path) || !isPattern(path) || exists(path)) return [text];
    const files = matchingFiles(path);
    if (files.length === 0) {
      const what = `No file matches ${path}. Patterns know *, ? and [0-9]; quote them, so that the shell leaves them alone.`;
      throw new SourceError('no-match', what, { pattern: path });
    }
    return dataset === undefined ? files : files.map((file) => `${file}:${dataset}`);
  });
  const sorted = found.sort(naturalOrder);
  const twice = sorted.find((text, i) => text === sorted[i + 1]);
  if (twice !== undefined) throw new UsageError('file-twice', `${twice} is named twice.`, { path: twice });
  return sorted;
}

/** What to say of files that a numbered series lacks. @throws SourceError naming them, unless gaps are allowed */
function checkGaps(texts: readonly string[], allowGaps: boolean): string[] {
  const gaps = gapsIn(texts.map((text) => splitDataset(text).path));
  const said = gaps.map((gap) => {
    const one = gap.count === 1;
    return `${listGap(gap)} ${one ? 'is' : 'are'} missing between ${nameOf(gap.before)} and ${nameOf(gap.after)}`;
  });
  if (said.length === 0 || allowGaps) return said.map((text) => `${text}.`);
  throw new SourceError('series-gap', `The series has a gap: ${said.slice(0, 3).join('; ')}. ${ALLOW}`, {
    missing: gaps.map((gap) => listGap(gap)).join(', '),
  });
}

/**
 * The parts in the order of their own frame numbers, where the files tell them and no two claim the same ones.
 *
 * @throws SourceError naming the frames that are missing between two files, unless gaps are allowed
 */
function inOrder(parts: readonly Source[], allowGaps: boolean, notes: string[]): readonly Source[] {
  const numbered = parts.flatMap((source) => (source.numbering ? [{ source, ...source.numbering }] : []));
  if (numbered.length < parts.length) return parts;
  numbered.sort((a, b) => a.first - b.first);
  const pairs = numbered.slice(1).map((after, i) => ({ before: numbered[i] ?? after, after }));
  if (pairs.some(({ before, after }) => after.first <= before.last)) return parts;
  for (const { before, after } of pairs) {
    if (after.first === before.last + 1) continue;
    const frames = `Frames ${before.last + 1} to ${after.first - 1}`;
    const text = `${frames} are missing between ${before.source.location} and ${after.source.location}`;
    if (!allowGaps) throw new SourceError('series-gap', `${text}, by the frame numbers in these files. ${ALLOW}`);
    notes.push(`${text}.`);
  }
  const [first, last] = [numbered[0]?.first ?? 0, numbered.at(-1)?.last ?? 0];
  const total = numbered[0]?.total;
  if (total !== undefined && last - first + 1 < total)
    notes.push(`Frames ${first} to ${last} of a series of ${total}, by the numbers in these files.`);
  return numbered.map(({ source }) => source);
}

/** Facts that all parts agree on, and a note on the others. The mask of the first part stands for all. */
function sharedFacts(parts: readonly Source[], notes: string[]): DetectorFacts | undefined {
  const first = parts[0]?.detector;
  if (first === undefined) return undefined;
  const agreed = Object.entries(first).filter(
    ([key, value]) =>
      key === 'mask' ||
      parts.every(({ detector }) => JSON.stringify(detector?.[key as keyof DetectorFacts]) === JSON.stringify(value)),
  );
  const lost = Object.keys(first).filter((key) => !agreed.some(([kept]) => kept === key));
  if (lost.length > 0) notes.push(`The files disagree on ${lost.join(', ')} of the detector, left out.`);
  return Object.fromEntries(agreed);
}

function storedPart({ handle, location, series }: Source): StoredPart {
  if (handle.kind === 'stored')
    return { name: location, stack: handle.stack, storage: handle.storage, ...(series ? { series } : {}) };
  const how = { library: 'read through the HDF5 library', selected: 'a selection' };
  const what = handle.kind in how ? how[handle.kind as keyof typeof how] : 'held in memory';
  throw new SourceError('not-stored', `${location} cannot be joined with others: it is ${what}. Convert it first.`, {
    path: location,
  });
}

function hasOwnScales(handle: SourceHandle): boolean {
  if (handle.kind === 'selected') return hasOwnScales(handle.base);
  return handle.kind === 'stored' && handle.storage.scales !== undefined;
}

/** A text that opens the same source again: `PATHS:/dataset` when all parts were read from data sets of one name. */
function locationOf(parts: readonly Source[], paths: string): string {
  const datasets = new Set(parts.map(({ location }) => splitDataset(location).dataset));
  const [dataset] = datasets;
  if (datasets.size > 1) return parts.map((part) => part.location).join(',');
  return dataset === undefined ? paths : `${paths}:${dataset}`;
}

/** All files, opened; with a policy for damaged frames others like them stand for those that do not open. */
async function openParts(
  paths: readonly string[],
  open: OpenFile,
  options: OpenOptions,
  notes: string[],
): Promise<readonly Source[]> {
  const { onBadFrame = 'fail' } = options;
  const tried: (Source | SourceError)[] = [];
  for (const path of paths) {
    try {
      tried.push(await open(path, options));
    } catch (error) {
      if (onBadFrame === 'fail' || !tellsDamage(error)) throw error;
      tried.push(error);
    }
  }
  const whole = tried.find((one) => !(one instanceof SourceError));
  return tried.map((one, i) => {
    if (!(one instanceof SourceError)) return one;
    const instead = whole instanceof SourceError || !whole ? null : standIn(whole, paths[i] ?? '');
    if (instead === null) throw one;
    notes.push(`Damaged: ${one.message}`);
    return instead;
  });
}

/**
 * Opens several files as one stack: parts of a scan, or one image each. Sorted by name (`part2` before `part10`), or by
 * the frame numbers the files carry; frames, elements, chunks and filters must be alike.
 *
 * @param texts paths and patterns, each with an optional data set behind a colon
 * @param open opens one file, such as `openSource`
 * @param options.onBadFrame with another policy than `fail`, images whose header is damaged are damaged frames
 * @param options.allowGaps join a numbered series although files of it are missing, which the notes then name
 * @param called the path that stands for all of them, such as a folder; the paths and patterns themselves by default
 * @throws SourceError naming missing files, or the two files that differ
 */
export async function openSeries(
  texts: readonly string[],
  open: OpenFile,
  options: OpenOptions = {},
  called: string = texts.map((text) => splitDataset(text).path).join(','),
): Promise<Source> {
  const { allowGaps = false } = options;
  const paths = expandSeries(texts);
  if (paths.length === 0) throw new UsageError('no-source', 'A series needs at least one file.');
  const notes = checkGaps(paths, allowGaps);
  // frames are counted through all files
  const { until: _, ...each } = options;
  const opened = paths.length === 1 ? [await open(paths[0] ?? '', options)] : await openParts(paths, open, each, notes);
  const [only] = opened;
  if (opened.length === 1 && only !== undefined) return only;
  const parts = inOrder(opened, allowGaps, notes);
  const affine = sharedPlacement(parts);
  const handle = joinStored(parts.map(storedPart));
  const detector = sharedFacts(parts, notes);
  if (hasOwnScales(handle)) notes.push('Every file has a scale of its own, which its frames are given.');
  const files = parts.map(({ location }) => splitDataset(location).path);
  const [first = '', last = ''] = [files[0], files.at(-1)];
  // what every part says of itself is said once, of the first
  const said = new Set(parts.flatMap(({ notes: own }, i) => own.map((note) => note.replaceAll(files[i] ?? '', first))));
  return {
    format: parts[0]?.format ?? '',
    location: locationOf(parts, called),
    handle,
    notes: [`${parts.length} files joined: ${first} to ${nameOf(last)}.`, ...notes, ...[...said].slice(0, SHOWN_NOTES)],
    ...(detector === undefined ? {} : { detector }),
    ...(affine === undefined ? {} : { affine }),
    ...(parts[0]?.openedWith === undefined ? {} : { openedWith: parts[0].openedWith }),
  };
}
