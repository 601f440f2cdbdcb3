import { elementsOf } from '../core/channel.js';
import type { Filter } from '../core/storage.js';
import { decodePicture } from '../io/picture.js';
import { badChunk, type Codec, type CodecContext } from './codec.js';
import { makePng, PNG_SCRATCH, pngRowsBytes } from './png.js';
import { PNG_SIGNATURE } from './png-chunks.js';
import { makeTakeSamples } from './samples.js';

type ImageFilter = Extract<Filter, { readonly name: 'image' }>;

/** JPEG and WebP are decoded to three samples a pixel, unless they are grey. */
const COLOURS = 3;

function rowsBytes(filter: ImageFilter): number {
  return pngRowsBytes(filter, filter.isForeign ? Math.max(filter.samples, COLOURS) : filter.samples);
}

/**
 * Sizes of the buffers that `makeImage` takes of the arena, and, so that plans count it, of what the library takes elsewhere: the
 * samples once while they are decoded and once as they are handed over.
 */
export function imageScratch(filter: ImageFilter): readonly number[] {
  const foreign = filter.isForeign ? [2 * filter.height * filter.width * COLOURS] : [];
  return [rowsBytes(filter), ...PNG_SCRATCH, ...foreign];
}

/**
 * Decodes a whole file, PNG, JPEG or WebP, to the elements of one frame. PNG is decoded here; JPEG and WebP in a thread beside
 * this one, for which it waits.
 */
export function makeImage(filter: ImageFilter, { arena, kernel }: CodecContext): Codec {
  const rows = arena.bytes(rowsBytes(filter));
  const png = makePng(filter, rows, arena, kernel);
  const take = makeTakeSamples(filter.channel, arena.memory, kernel);
  const { height, width } = filter;
  return (input, output) => {
    if (PNG_SIGNATURE.every((byte, i) => input[i] === byte)) return png(input, output);
    const picture = decodePicture(input, rows);
    if (typeof picture === 'string') throw badChunk(`does not decode: ${picture}`, { filter: 'image' });
    const { samples } = picture;
    if (picture.width !== width || picture.height !== height || filter.elementBytes !== 1) {
      const found = `${picture.height} x ${picture.width}`;
      throw badChunk(`decodes to ${found} pixels instead of ${height} x ${width}`, { filter: 'image' });
    }
    take(rows, output, width * height, { samples, elementBytes: 1, order: 'little' }, elementsOf(filter.channel));
    return output;
  };
}
