import { type Channel, elementsOf } from '../../core/channel.js';
import { describeStored, type StoredType } from '../../core/dtype.js';
import { SourceError } from '../../core/errors.js';
import { formatShape, product } from '../../core/stack.js';
import { chunkGrid, type Filter, makeChunkTable, type Storage } from '../../core/storage.js';
import { type Page, startOf } from './page.js';

function describe({ height, width, type, samples, filters }: Page): string {
  const names = filters.map(({ name }) => name).join(', ');
  const colours = samples > 1 ? ` of ${samples} samples` : '';
  return `${height} x ${width} ${describeStored(type)}${colours}${names && ` (${names})`}`;
}

/** @throws SourceError naming the first image that cannot be a frame beside image 0 */
function checkAlike(pages: readonly Page[], location: string): void {
  const [first] = pages;
  if (!first) return;
  const wholes = pages.every((page) => startOf(page) !== null);
  const full = (page: Page): string =>
    `${describe(page)} in ${page.isTiled ? 'tiles' : 'strips'} of ${formatShape(page.chunk)}`;
  const key = wholes ? describe : full;
  const expected = key(first);
  const odd = pages.findIndex((page) => key(page) !== expected);
  const other = pages[odd];
  if (!other) return;
  throw new SourceError(
    'mixed-images',
    `The images in ${location} differ: the first is ${expected}, number ${odd} is ${key(other)}. ` +
      'Save images of one kind to a file of their own.',
    { location, image: odd },
  );
}

/** First bytes of the images, when each lies uncompressed in one piece. */
function startsOf(pages: readonly Page[]): number[] | null {
  const starts: number[] = [];
  for (const page of pages) {
    const start = startOf(page);
    if (start === null) return null;
    starts.push(start);
  }
  return starts;
}

/**
 * Distance from each image to the next when it is always the same and little lies between them. What a single image counts
 * as more frames follows it without gaps.
 */
function strideOf(starts: readonly number[], bytes: number): number | null {
  const stride = starts.length > 1 ? (starts[1] ?? 0) - (starts[0] ?? 0) : bytes;
  if (stride < bytes || stride > 2 * bytes) return null;
  return starts.every((start, i) => start === (starts[0] ?? 0) + i * stride) ? stride : null;
}

/** What makes values of frames out of the samples of a pixel; nothing where these are the values. */
function samplesFilter({ type, samples }: Page, channel: Channel): readonly Filter[] {
  if (samples === elementsOf(samples > 1 ? channel : 'grey') || type.bytes > 2) return [];
  return [{ name: 'samples', samples, elementBytes: type.bytes === 2 ? 2 : 1, order: type.order, channel }];
}

/**
 * How the images of one file are read as frames: in place when they lie at equal distances, by strips or tiles otherwise.
 *
 * @param channel what is read of colours; `all` gives images a dimension more
 * @param positions shape of the stack; as many as there are pages, or any number for one page that is followed by the rest
 * @throws SourceError when the images differ
 */
export function storageOf(
  file: string,
  location: string,
  pages: readonly Page[],
  positions: readonly number[],
  channel: Channel,
  frameRank: number,
): Storage {
  checkAlike(pages, location);
  const [first] = pages;
  if (!first) throw new SourceError('zero-frames', `${location} holds no image.`, { location });
  const { height, width, samples } = first;
  const colours = samples > 1 ? elementsOf(channel) : 1;
  const last = colours > 1 ? [colours] : [];
  const shape = [...positions, height, width, ...last];
  const taken = samplesFilter(first, channel);
  // Samples that are taken out of pixels come out in native order.
  const type: StoredType = taken.length > 0 ? { ...first.type, order: 'little' } : first.type;
  const bytes = height * width * colours * type.bytes;
  const pipeline = [...taken, ...first.filters];
  const rest = { files: [file], shape, type, pipeline, fill: new Uint8Array(type.bytes) };
  const starts = taken.length > 0 ? null : startsOf(pages);
  const stride = starts && strideOf(starts, bytes);
  if (starts && stride && (stride === bytes || frameRank === 2 + last.length)) {
    // Frames of other ranks lie behind one another only when nothing lies between the images.
    const frameStride = stride === bytes ? product(shape.slice(-frameRank)) * type.bytes : stride;
    return { ...rest, layout: { kind: 'contiguous', file: 0, offset: starts[0] ?? 0, frameStride } };
  }
  const chunk = [...(starts ? [height, width] : first.chunk), ...last];
  const chunkShape = [...positions.map(() => 1), ...chunk];
  const table = makeChunkTable(chunkGrid(shape, chunkShape));
  if (starts) {
    table.offset.set(starts);
    table.size.set(starts.map(() => bytes));
  } else {
    for (const [i, page] of pages.entries()) {
      table.offset.set(page.offsets, i * page.offsets.length);
      table.size.set(page.sizes, i * page.sizes.length);
    }
  }
  const isCut = !starts && !first.isTiled && height % first.chunk[0] !== 0;
  return {
    ...rest,
    layout: { kind: 'chunked', chunkShape, table, ...(isCut ? { rowsCut: last.length > 0 ? 3 : 2 } : {}) },
  };
}
