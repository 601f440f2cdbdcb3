import { makeDecoder, scratchBytes } from '../../codecs/pipeline.js';
import { makeTakeSamples } from '../../codecs/samples.js';
import { ARENA_BASE, Arena, makeMemory } from '../../core/arena.js';
import { type Channel, elementsOf } from '../../core/channel.js';
import { FanfoldError, SourceError } from '../../core/errors.js';
import type { Filter } from '../../core/storage.js';
import { readWhole } from '../../io/file.js';
import { decodeWithSharp } from '../../io/picture-decode.js';
import type { ImageHeader } from './header.js';
import { bytesInMemory } from './header-bytes.js';
import { readImageHeader } from './read-header.js';

/** One image in memory: shape (rows, columns), or (rows, columns, 3) where all colours were asked for. */
export interface DecodedImage {
  readonly shape: readonly number[];
  readonly dtype: 'uint8' | 'uint16';
  readonly data: Uint8Array | Uint16Array;
}

/** What decoders align their buffers with. */
const SPARE = 65536;

function decodePng(file: Uint8Array, header: ImageHeader, channel: Channel, location: string): Uint8Array {
  const { height, width, elementBytes, samples } = header;
  const pipeline: readonly Filter[] = [
    { name: 'image', height, width, elementBytes, channel, samples, isForeign: false },
  ];
  const bytes = height * width * elementsOf(channel) * elementBytes;
  const memory = makeMemory(file.length + bytes + scratchBytes(pipeline, bytes) + SPARE);
  const arena = new Arena(memory, ARENA_BASE, memory.buffer.byteLength - ARENA_BASE);
  const [input, output] = [arena.bytes(file.length), arena.bytes(bytes)];
  input.set(file);
  try {
    makeDecoder(pipeline, bytes, elementBytes, arena, 'wasm').decode(input, 0, output);
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    throw new SourceError(error.code, `${location} ${error.message}.`, { ...error.fields, path: location });
  }
  return Uint8Array.from(output);
}

async function decodePicture(file: Uint8Array, header: ImageHeader, channel: Channel, location: string) {
  const picture = await decodeWithSharp(file).catch((error: unknown) => {
    if (!(error instanceof Error) || error instanceof FanfoldError) throw error;
    const [why = ''] = error.message.split('\n');
    throw new SourceError('bad-chunk', `${location} does not decode: ${why}.`, { path: location }, { cause: error });
  });
  const { samples, data, width, height } = picture;
  if (width !== header.width || height !== header.height)
    throw new SourceError('bad-chunk', `${location} does not decode to the pixels its header says.`, {
      path: location,
    });
  const elements = elementsOf(channel);
  if (samples === elements) return data;
  const memory = makeMemory(data.length + width * height * elements + SPARE);
  const arena = new Arena(memory, ARENA_BASE, memory.buffer.byteLength - ARENA_BASE);
  const [from, into] = [arena.bytes(data.length), arena.bytes(width * height * elements)];
  from.set(data);
  const take = makeTakeSamples(channel, memory, 'wasm');
  take(from, into, width * height, { samples, elementBytes: 1, order: 'little' }, elements);
  return Uint8Array.from(into);
}

/**
 * Decodes one PNG, JPEG or WebP image, as frames of such files are: 16 bits stay 16 bits, JPEG and WebP are turned upright, opacity
 * and colour profiles are left out.
 *
 * @param source a path, or the bytes of a file
 * @param channel what is made of colours; `all` gives (rows, columns, 3) for every image, grey ones too
 * @throws SourceError for a file that is missing, damaged or of a kind that is not decoded; LayoutError for JPEG and WebP when sharp is
 *   not installed
 */
export async function decodeImage(source: string | Uint8Array, channel: Channel = 'grey'): Promise<DecodedImage> {
  const file = typeof source === 'string' ? readWhole(source) : source;
  const location = typeof source === 'string' ? source : 'The image';
  const header = readImageHeader(bytesInMemory(file, location));
  const { height, width, elementBytes, kind } = header;
  const bytes =
    kind === 'PNG' ? decodePng(file, header, channel, location) : await decodePicture(file, header, channel, location);
  return {
    shape: channel === 'all' ? [height, width, 3] : [height, width],
    dtype: elementBytes === 2 ? 'uint16' : 'uint8',
    data: elementBytes === 2 ? new Uint16Array(bytes.buffer, 0, bytes.length / 2) : bytes,
  };
}
