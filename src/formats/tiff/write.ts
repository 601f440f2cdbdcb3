import { SinkError, UsageError } from '../../core/errors.js';
import type { NamedArray, Provenance } from '../../core/sink.js';
import { formatShape, product } from '../../core/stack.js';
import { writeFile } from '../../io/output.js';
import { ByteWriter } from '../byte-writer.js';
import { TAG } from './tags.js';

/** Offsets in a TIFF are 32 bits wide. */
const TIFF_LIMIT = 2 ** 32 - 65536;

interface Page {
  readonly width: number;
  readonly height: number;
  readonly data: number;
  readonly description: string;
  readonly software: string;
  /** Pixels per unit of length, as numerator of a fraction over a million. */
  readonly resolution: readonly [x: number, y: number];
}

type Entry = readonly [tag: number, value: number | string | { readonly millionths: number }];

/** One image file directory and what does not fit into its entries. */
function directory(page: Page, at: number, isLast: boolean): Uint8Array {
  const entries: Entry[] = [
    [TAG.width, page.width],
    [TAG.height, page.height],
    [TAG.bitsPerSample, 32],
    [TAG.compression, 1],
    [TAG.photometric, 1],
    [TAG.description, page.description],
    [TAG.stripOffsets, page.data],
    [TAG.samplesPerPixel, 1],
    [TAG.rowsPerStrip, page.height],
    [TAG.stripByteCounts, page.width * page.height * 4],
    [TAG.xResolution, { millionths: page.resolution[0] }],
    [TAG.yResolution, { millionths: page.resolution[1] }],
    [TAG.resolutionUnit, 1],
    [TAG.software, page.software],
    [TAG.sampleFormat, 3],
  ];
  const head = new ByteWriter().u16(entries.length);
  const tail = new ByteWriter();
  const tailAt = at + 2 + entries.length * 12 + 4;
  for (const [tag, value] of entries) {
    head.u16(tag);
    if (typeof value === 'number') {
      head.u16(4).u32(1).u32(value);
    } else if (typeof value === 'string') {
      const bytes = new TextEncoder().encode(`${value}\0`);
      head.u16(2).u32(bytes.length);
      if (bytes.length <= 4) head.bytes(bytes).zeros(4 - bytes.length);
      else {
        head.u32(tailAt + tail.length);
        tail.bytes(bytes).pad(2);
      }
    } else {
      head
        .u16(5)
        .u32(1)
        .u32(tailAt + tail.length);
      tail.u32(value.millionths).u32(1_000_000);
    }
  }
  tail.pad(4);
  return head
    .u32(isLast ? 0 : tailAt + tail.length)
    .bytes(tail.done())
    .done();
}

/** What ImageJ reads from the description: size of the stack, unit, display range. */
function imagejDescription(array: NamedArray, pages: number, range: readonly [number, number]): string {
  const unit = array.axes.at(-1)?.unit || 'pixel';
  const lines = [
    'ImageJ=1.11a',
    ...(pages > 1 ? [`images=${pages}`, `slices=${pages}`] : []),
    `unit=${unit.replace('µ', '\\u00B5')}`,
  ];
  return `${[...lines, 'loop=false', `min=${range[0]}`, `max=${range[1]}`].join('\n')}\n`;
}

/**
 * Writes an image, or a stack of images page by page, as little-endian float32 TIFF with scale and unit the way ImageJ
 * writes them. Data of all pages lie one behind the other in front of the directories.
 *
 * @throws UsageError for fewer than two dimensions; SinkError above 4 GiB
 */
export function writeTiff(path: string, array: NamedArray, provenance: Provenance, overwrite: boolean): void {
  if (array.shape.length < 2) {
    throw new UsageError(
      'not-an-image',
      `${path}: ${array.name} is ${formatShape(array.shape)}, a TIFF holds images. Write .csv, .npz or .h5.`,
    );
  }
  const [height = 1, width = 1] = array.shape.slice(-2);
  const pages = product(array.shape.slice(0, -2));
  if (pages * width * height * 4 > TIFF_LIMIT) {
    throw new SinkError('tiff-too-large', `${path} would exceed 4 GiB, the most a TIFF can have. Write .h5.`, { path });
  }
  const pixels = Float32Array.from(array.data);
  let range: [number, number] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of pixels)
    if (Number.isFinite(value)) range = [Math.min(range[0], value), Math.max(range[1], value)];
  if (range[0] > range[1]) range = [0, 1];
  const perUnit = (step: number | undefined) => Math.min(0xffffffff, Math.round(1e6 / Math.abs(step || 1)));
  const description = imagejDescription(array, pages, range);
  writeFile(path, overwrite, (file) => {
    const start = 8 + pixels.byteLength;
    file.write(new ByteWriter().ascii('II').u16(42).u32(start).done(), 0);
    file.write(pixels, 8);
    let at = start;
    for (let page = 0; page < pages; page++) {
      const bytes = directory(
        {
          width,
          height,
          data: 8 + page * width * height * 4,
          description: page === 0 ? description : array.name,
          software: `${provenance.program} ${provenance.version} ${provenance.recipe}`,
          resolution: [perUnit(array.axes.at(-1)?.step), perUnit(array.axes.at(-2)?.step)],
        },
        at,
        page === pages - 1,
      );
      file.write(bytes, at);
      at += bytes.length;
    }
  });
}
