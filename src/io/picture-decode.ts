import { loadSharp } from './sharp.js';

/** Samples of a picture in bytes, interleaved: 1 (grey) or 3 (red, green, blue) a pixel, upright. */
export interface DecodedPicture {
  readonly width: number;
  readonly height: number;
  readonly samples: 1 | 3;
  readonly data: Uint8Array;
}

/**
 * Decodes a JPEG or WebP file: turned upright as its EXIF orientation says, values as stored (no colour profile is applied),
 * opacity left out, the first image of an animation.
 *
 * @throws Error of sharp for a file that is damaged or cut off, or LayoutError when sharp is not installed
 */
export async function decodeWithSharp(file: Uint8Array): Promise<DecodedPicture> {
  const sharp = await loadSharp();
  const { data, info } = await sharp(file, { failOn: 'warning', ignoreIcc: true })
    .autoOrient()
    .removeAlpha()
    // Without a name for the colours, grey stays grey or not as the library likes.
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const samples = info.channels;
  if (samples !== 1 && samples !== 3) throw new Error(`it has ${samples} channels`);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.length);
  return { width: info.width, height: info.height, samples, data: bytes };
}
