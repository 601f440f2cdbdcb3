import { type Channel, elementsOf } from '../../core/channel.js';
import { dtypeOf, type StoredType } from '../../core/dtype.js';
import type { OpenOptions, Source } from '../../core/source.js';
import { type Axis, makeStack } from '../../core/stack.js';
import { makeChunkTable, type Storage } from '../../core/storage.js';
import { InputFile } from '../../io/file.js';
import { absolutePath } from '../../io/path.js';
import { channelNote, colourAxis } from '../colours.js';
import { imageAxes } from '../image-axes.js';
import type { ImageHeader } from './header.js';
import { bytesOfFile } from './header-bytes.js';
import { readImageHeader } from './read-header.js';

/** A file as the one chunk that its frame is decoded from. */
function storageOf(file: string, size: number, header: ImageHeader, channel: Channel): Storage {
  const { kind, height, width, elementBytes, samples } = header;
  const shape = channel === 'all' ? [height, width, elementsOf(channel)] : [height, width];
  const type: StoredType = { kind: 'u', bytes: elementBytes, order: 'little' };
  const table = makeChunkTable(shape.map(() => 1));
  table.offset[0] = 0;
  table.size[0] = size;
  return {
    files: [file],
    shape,
    type,
    layout: { kind: 'chunked', chunkShape: shape, table },
    pipeline: [{ name: 'image', height, width, elementBytes, channel, samples, isForeign: kind !== 'PNG' }],
    fill: new Uint8Array(elementBytes),
  };
}

/**
 * Opens a PNG, JPEG or WebP file, which of them its contents decide: one frame of uint8, or of uint16 for PNG of 16 bits. Nothing
 * but its header is read.
 *
 * @param options.channel what is read of colours: their luminance unless told
 * @throws SourceError when the file is missing, damaged or cut off in its header, too large, or of a kind that is not decoded
 */
export function openImage(path: string, options: OpenOptions = {}): Source {
  const { channel = 'grey' } = options;
  const file = InputFile.open(path);
  try {
    const header = readImageHeader(bytesOfFile(file, path));
    const storage = storageOf(absolutePath(path), file.size, header, channel);
    const axes: readonly Axis[] = [...imageAxes([]), ...(channel === 'all' ? [colourAxis] : [])];
    const frameRank = options.frameRank ?? storage.shape.length;
    return {
      format: 'images',
      location: path,
      notes: [
        ...(header.isColour ? [channelNote(channel)] : []),
        ...(header.hasOpacity ? ['opacity is left out'] : []),
        ...header.notes,
      ],
      ...(channel === 'grey' ? {} : { openedWith: { channel } }),
      handle: { kind: 'stored', stack: makeStack(storage.shape, dtypeOf(storage.type), frameRank, axes), storage },
    };
  } finally {
    file.close();
  }
}
