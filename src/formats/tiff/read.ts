import { describeStored, dtypeOf } from '../../core/dtype.js';
import type { OpenOptions, Source } from '../../core/source.js';
import { makeStack, product } from '../../core/stack.js';
import { InputFile } from '../../io/file.js';
import { absolutePath } from '../../io/path.js';
import { channelNote, colourAxis } from '../colours.js';
import { readDetectorText } from '../detector-text.js';
import { printable } from '../printable.js';
import { badTiff, TiffBytes } from './bytes.js';
import { type Directory, directoriesOf } from './directory.js';
import { unsupportedTiff } from './encoding.js';
import { storageOf } from './layout.js';
import { type Page, readPage, startOf } from './page.js';
import { arrangementOf } from './positions.js';
import { TAG } from './tags.js';

/** Bits of the subfile type that mark an image beside the frames: a thumbnail, a transparency mask. */
const BESIDE = 1 | 4;

interface Images {
  readonly pages: readonly Page[];
  /** Directory of the first frame. */
  readonly first: Directory;
  /** Thumbnails and masks that were passed over. */
  readonly beside: number;
}

function readImages(bytes: TiffBytes): Images {
  const pages: Page[] = [];
  let first: Directory | undefined;
  let [beside, pieces] = [0, 0];
  for (const directory of directoriesOf(bytes)) {
    if (((directory.number(TAG.subfileType) ?? 0) & BESIDE) !== 0) {
      beside++;
      continue;
    }
    first ??= directory;
    const page = readPage(bytes, directory);
    pages.push(page);
    pieces += page.offsets.length;
    // The place of a piece takes two bytes at least; directories that share theirs to look larger are no images.
    if (pieces * 2 > bytes.size)
      throw badTiff(bytes.location, 'its images have more strips than the file has room for');
  }
  if (!first) throw badTiff(bytes.location, 'it holds no image');
  return { pages, first, beside };
}

/** @throws SourceError when the file ends before the frames that its description counts */
function checkFollowers(bytes: TiffBytes, page: Page, frames: number): void {
  const start = startOf(page);
  const needed = frames * page.height * page.width * page.samples * page.type.bytes;
  if (start !== null && start + needed <= bytes.size) return;
  const why = start === null ? 'they do not follow the first in one piece' : `${needed} bytes do not fit the file`;
  throw badTiff(bytes.location, `its description counts ${frames} images, but ${why}`);
}

function notesOf({ pages, first, beside }: Images, description: string, by: string): string[] {
  const [page] = pages;
  const notes = [
    `TIFF ${page ? describeStored(page.type) : ''}, ${pages.length === 1 ? 'one image' : `${pages.length} images`}`,
  ];
  const maker = [TAG.make, TAG.model, TAG.software]
    .map((tag) => printable(first.text(tag)))
    .filter((text) => text !== '');
  if (maker.length > 0) notes.push(`written by ${maker.join(', ')}`);
  if (by !== '') notes.push(`arranged as ${by} describes it`);
  if (description.includes('<OME'))
    notes.push('OME-TIFF: images in the order of the file, its dimensions are not read');
  if (beside > 0) notes.push(`${beside} thumbnails or masks passed over`);
  if ((first.number(TAG.photometric) ?? 1) === 0) notes.push('white is zero: values are as stored');
  const orientation = first.number(TAG.orientation) ?? 1;
  if (orientation !== 1) notes.push(`orientation ${orientation}: rows and columns are as stored`);
  return notes;
}

/**
 * Opens a TIFF or BigTIFF of images, all of one kind; nothing but its directories is read. One image is a frame, more
 * are a stack in the order of the file, or on the grid that ImageJ and tifffile describe.
 *
 * @param options.frameRank dimensions of a frame, 2 unless told
 * @throws SourceError when the file is missing, truncated or damaged, or holds palette, bilevel or JPEG images, by name
 */
export function openTiff(path: string, options: OpenOptions = {}): Source {
  const file = InputFile.open(path);
  try {
    const bytes = new TiffBytes(file, path);
    const images = readImages(bytes);
    const { pages, first } = images;
    const page = pages[0] ?? readPage(bytes, first);
    if ((first.count(TAG.metamorphPlanes) ?? 0) > 1) {
      throw unsupportedTiff(path, 0, 'the first plane of a MetaMorph stack', 'Save the planes as an ordinary TIFF.');
    }
    const description = first.text(TAG.description);
    const resolution = [first.number(TAG.yResolution) ?? 0, first.number(TAG.xResolution) ?? 0] as const;
    const { positions, axes, by } = arrangementOf(description, pages.length, [page.height, page.width], resolution);
    const frames = product(positions);
    if (frames !== pages.length) checkFollowers(bytes, page, frames);
    const isColour = page.samples > 1;
    const { channel = 'grey' } = options;
    const all = isColour && channel === 'all';
    const frameRank = options.frameRank ?? (all ? 3 : 2);
    const storage = storageOf(absolutePath(path), path, pages, positions, channel, frameRank);
    const text = readDetectorText(description);
    const model = printable(first.text(TAG.model));
    return {
      format: 'tiff',
      location: path,
      notes: [
        ...notesOf(images, description, by),
        ...(isColour ? [channelNote(channel)] : []),
        ...(page.samples > 3 ? ['opacity is left out'] : []),
        ...(text?.shown ?? []),
      ],
      ...(isColour && channel !== 'grey' ? { openedWith: { channel } } : {}),
      ...(text ? { detector: { ...(model ? { name: model } : {}), ...text.facts } } : {}),
      handle: {
        kind: 'stored',
        stack: makeStack(storage.shape, dtypeOf(storage.type), frameRank, all ? [...axes, colourAxis] : axes),
        storage,
      },
    };
  } finally {
    file.close();
  }
}
