import { dtypeOfArray, viewOf } from '../core/dtype.js';
import { SourceError, UsageError } from '../core/errors.js';
import type { OpenOptions, Source } from '../core/source.js';
import { frameBytes, frameCount } from '../core/stack.js';
import { naturalOrder } from '../formats/numbering.js';
import { FORMATS } from '../formats/registry.js';
import { isDirectory } from '../io/file.js';
import { namesIn } from '../io/folder.js';
import { absolutePath, extensionOf, inFolder } from '../io/path.js';
import { onSharedMemory } from '../layouts/threads/share.js';
import type { Image } from './image.js';
import type { Items, SourceOrder } from './messages.js';
import { openForNetwork } from './open.js';
import { readingBytes } from './read-image.js';

/** Images to look at: a folder, a file or pattern, files, a source, or images in memory one after the other. */
export type Images = string | readonly string[] | Source | Iterable<Image> | AsyncIterable<Image>;

/** Some of the images, and what they are called. */
export interface Portion {
  readonly items: Items;
  readonly names: readonly string[];
}

/** Images in their order. */
export interface Listing {
  /** Null where nobody knows before the end. */
  readonly total: number | null;
  /** Things worth knowing. */
  readonly notes: readonly string[];
  /** @param share makes frames of a source known to the workers */
  portions(size: number, share: (source: Omit<SourceOrder, 'number'>) => number): AsyncIterable<Portion>;
}

/** Frames are read in blocks of at most so many bytes. */
const BLOCK_BYTES = 2 ** 20;

function* runs(total: number, size: number): Generator<readonly [first: number, count: number]> {
  for (let first = 0; first < total; first += size) yield [first, Math.min(size, total - first)];
}

function filesListing(
  names: readonly string[],
  paths: readonly string[],
  options: OpenOptions,
  notes: string[],
): Listing {
  return {
    total: paths.length,
    notes,
    async *portions(size) {
      for (const [first, count] of runs(paths.length, size)) {
        const some = paths.slice(first, first + count);
        yield { items: { kind: 'files', paths: some, options }, names: names.slice(first, first + count) };
      }
    },
  };
}

/** @throws SourceError for a folder without images */
function folderListing(path: string, options: OpenOptions): Listing {
  const { files, folders } = namesIn(path);
  const extensions = FORMATS.filter((one) => one.fillsFolders).flatMap((one) => one.extensions);
  const known = new Set(extensions);
  const names = files.filter((name) => known.has(extensionOf(name).slice(1))).sort(naturalOrder);
  if (names.length === 0) {
    const what = files.length + folders.length === 0 ? 'is empty' : 'holds no images';
    throw new SourceError(
      'no-images',
      `The folder ${path} ${what}: images are files of ${extensions.map((one) => `.${one}`).join(' ')}.`,
      { path },
    );
  }
  const passed = files.length - names.length + folders.length;
  const notes = passed > 0 ? [`passed over in the folder ${path}: ${passed} that are no images`] : [];
  const paths = names.map((name) => absolutePath(inFolder(path, name)));
  return filesListing(names, paths, options, notes);
}

function sourceListing({ handle, notes, location }: Source): Listing {
  const { stack } = handle;
  const total = frameCount(stack);
  if (total === 0) throw new SourceError('no-images', `${location} holds no frames.`, { path: location });
  if (handle.kind === 'fed')
    throw new UsageError('not-readable', 'Frames that a function gives can be read by a loader alone.');
  return {
    total,
    notes,
    async *portions(size, share) {
      const blockFrames = Math.max(1, Math.min(size, Math.floor(BLOCK_BYTES / frameBytes(stack))));
      const shared = onSharedMemory(handle);
      const source = share({ handle: shared, blockFrames, readingBytes: readingBytes(handle, blockFrames) });
      for (const [first, count] of runs(total, size)) {
        const names = Array.from({ length: count }, (_, i) => `frame ${first + i}`);
        yield { items: { kind: 'frames', source, first, count }, names };
      }
    },
  };
}

/** The image alone: a part of a larger buffer would take all of that with it to the worker. */
function onItsOwn(image: Image): Image {
  const { data } = image;
  if (!ArrayBuffer.isView(data)) return image;
  const { buffer, byteOffset, byteLength, length } = data;
  if (!(buffer instanceof ArrayBuffer) || byteLength === buffer.byteLength) return image;
  return { ...image, data: viewOf(dtypeOfArray(data), buffer.slice(byteOffset, byteOffset + byteLength), 0, length) };
}

function imagesListing(images: Iterable<Image> | AsyncIterable<Image>): Listing {
  return {
    total: Array.isArray(images) ? images.length : null,
    notes: [],
    async *portions(size) {
      let some: Image[] = [];
      let first = 0;
      const portion = (): Portion => {
        const names = some.map(({ name }, i) => name ?? `image ${first + i}`);
        first += some.length;
        return { items: { kind: 'images', images: some }, names };
      };
      for await (const image of images) {
        some.push(onItsOwn(image));
        if (some.length < size) continue;
        yield portion();
        some = [];
      }
      if (some.length > 0) yield portion();
    },
  };
}

/**
 * What there is to look at. Files of a folder are one image each, of any size, and are opened by the workers; a file or pattern is one
 * stack of frames.
 *
 * @throws SourceError when there is nothing; UsageError for what is no image
 */
export async function listingOf(images: Images, options: OpenOptions = {}): Promise<Listing> {
  if (typeof images === 'string')
    return isDirectory(images) ? folderListing(images, options) : sourceListing(await openForNetwork(images, options));
  if (typeof images !== 'object' || images === null)
    throw new UsageError(
      'bad-images',
      'Images are a folder, a file, a list of files, a source, or { data, shape } in a list.',
    );
  if ('handle' in images) return sourceListing(images);
  if (!(Symbol.iterator in images || Symbol.asyncIterator in images))
    throw new UsageError(
      'bad-images',
      'Images are a folder, a file, a list of files, a source, or { data, shape } in a list.',
    );
  if (Array.isArray(images) && images.length === 0) throw new UsageError('no-images', 'The list holds no images.');
  if (isPaths(images)) return filesListing(images, images.map(absolutePath), options, []);
  return imagesListing(images as Iterable<Image> | AsyncIterable<Image>);
}

function isPaths(images: Exclude<Images, string | Source>): images is readonly string[] {
  return Array.isArray(images) && images.every((one) => typeof one === 'string');
}
