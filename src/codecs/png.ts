import type { Arena } from '../core/arena.js';
import { type Channel, elementsOf } from '../core/channel.js';
import { instantiate } from '../core/wasm.js';
import { badChunk, type Codec, type Kernel } from './codec.js';
import { INFLATE_SCRATCH, makeInflate } from './deflate.js';
import { pngWasm } from './png.wasm.js';
import { type PngHeader, takePngApart } from './png-chunks.js';
import { makeTakeIndexed, makeTakeSamples, TABLE_BYTES, tableOf } from './samples.js';

/** The image that a file must hold. */
export interface ExpectedImage {
  readonly height: number;
  readonly width: number;
  readonly elementBytes: 1 | 2;
  readonly channel: Channel;
}

/** Rows and columns of an interlaced image that one pass gives: from, every. Without interlacing one pass gives all. */
interface Pass {
  readonly row: readonly [from: number, every: number];
  readonly column: readonly [from: number, every: number];
}

const WHOLE: readonly Pass[] = [{ row: [0, 1], column: [0, 1] }];

/** Adam7 (PNG specification, third edition, section 8). */
const ADAM7: readonly Pass[] = [
  { row: [0, 8], column: [0, 8] },
  { row: [0, 8], column: [4, 8] },
  { row: [4, 8], column: [0, 4] },
  { row: [0, 4], column: [2, 4] },
  { row: [2, 4], column: [0, 2] },
  { row: [0, 2], column: [1, 2] },
  { row: [1, 2], column: [0, 1] },
];

interface PassExtent extends Pass {
  readonly rows: number;
  readonly columns: number;
  /** Of a row, without the byte of its filter. */
  readonly rowBytes: number;
}

/** The passes of an image that have pixels. */
function passesOf({ width, height, bits, samples, isInterlaced }: PngHeader): PassExtent[] {
  return (isInterlaced ? ADAM7 : WHOLE).flatMap((pass) => {
    const rows = Math.ceil((height - pass.row[0]) / pass.row[1]);
    const columns = Math.ceil((width - pass.column[0]) / pass.column[1]);
    return rows > 0 && columns > 0
      ? [{ ...pass, rows, columns, rowBytes: Math.ceil((columns * samples * bits) / 8) }]
      : [];
  });
}

/** Undoes the filters of rows that lie one behind the other; gives -1, or the row whose filter there is none of. */
type Unfilter = (bytes: Uint8Array, rows: number, rowBytes: number, pixelBytes: number) => number;

/** The value PNG predicts of a byte from those at its left, above it, and above at the left. */
function predict(filter: number, left: number, above: number, corner: number): number {
  switch (filter) {
    case 1:
      return left;
    case 2:
      return above;
    case 3:
      return (left + above) >> 1;
    case 4: {
      const [a, b, c] = [Math.abs(above - corner), Math.abs(left - corner), Math.abs(left + above - 2 * corner)];
      return a <= b && a <= c ? left : b <= c ? above : corner;
    }
    default:
      return 0;
  }
}

/** The plain reference of the WebAssembly kernel. */
export const unfilter: Unfilter = (bytes, rows, rowBytes, pixelBytes) => {
  for (let r = 0; r < rows; r++) {
    const start = r * (rowBytes + 1) + 1;
    const filter = bytes[start - 1] ?? 0;
    if (filter > 4) return r;
    for (let i = 0; i < rowBytes; i++) {
      const at = start + i;
      const [hasLeft, hasAbove] = [i >= pixelBytes, r > 0];
      const left = hasLeft ? (bytes[at - pixelBytes] ?? 0) : 0;
      const above = hasAbove ? (bytes[at - rowBytes - 1] ?? 0) : 0;
      const corner = hasLeft && hasAbove ? (bytes[at - rowBytes - 1 - pixelBytes] ?? 0) : 0;
      bytes[at] = (bytes[at] ?? 0) + predict(filter, left, above, corner);
    }
  }
  return -1;
};

/** Bytes of inflated rows of the largest image of `samples` samples a pixel, interlaced or not. */
export function pngRowsBytes({ height, width, elementBytes }: ExpectedImage, samples: number): number {
  return height * width * samples * elementBytes + 4 * height + 64;
}

/** What `makePng` takes of the arena beside the rows it is given. */
export const PNG_SCRATCH = [INFLATE_SCRATCH, TABLE_BYTES] as const;

/** Grey values of numbers of few bits, spread over the whole range of a byte. */
function greyRamp(bits: number): Uint8Array {
  const most = 2 ** bits - 1;
  return Uint8Array.from({ length: (most + 1) * 3 }, (_, i) => Math.round((Math.floor(i / 3) * 255) / most));
}

function checkHeader({ width, height, bits }: PngHeader, expected: ExpectedImage): void {
  const found = `${height} x ${width} of ${bits > 8 ? 16 : 8} bits`;
  const wanted = `${expected.height} x ${expected.width} of ${expected.elementBytes * 8} bits`;
  if (found !== wanted) throw badChunk(`is now ${found} instead of ${wanted}: the file has changed`, { filter: 'png' });
}

/**
 * Decodes a whole PNG file of any kind to the elements of one frame, in native order: 16 bits stay 16 bits, fewer than 8 are
 * spread over 0 to 255, opacity is left out, colour profiles and gamma are not applied. Its check sum (Adler-32) is tested.
 *
 * @param rows of `pngRowsBytes` bytes, in the arena's memory
 */
export function makePng(expected: ExpectedImage, rows: Uint8Array, arena: Arena, kernel: Kernel): Codec {
  const { memory } = arena;
  const { channel, width, elementBytes } = expected;
  const inflate = makeInflate(arena, kernel);
  const table = arena.bytes(TABLE_BYTES);
  const takeSamples = makeTakeSamples(channel, memory, kernel);
  const takeIndexed = makeTakeIndexed(table, channel, memory, kernel);
  const exports = kernel === 'wasm' ? instantiate(pngWasm, memory) : null;
  const undo: Unfilter = exports
    ? (bytes, ...sizes) => exports.unfilterPng?.(bytes.byteOffset, ...sizes) ?? 0
    : unfilter;
  const pixelBytes = elementsOf(channel) * elementBytes;

  return (input, output) => {
    const { header, palette, stream } = takePngApart(input);
    checkHeader(header, expected);
    const { bits, samples, hasPalette } = header;
    const passes = passesOf(header);
    const size = passes.reduce((sum, { rows: count, rowBytes }) => sum + count * (rowBytes + 1), 0);
    if (size > rows.length) throw badChunk('has more samples a pixel than when it was opened', { filter: 'png' });
    const inflated = inflate(stream, rows.subarray(0, size));
    if (inflated.length !== size)
      throw badChunk(`inflates to ${inflated.length} bytes instead of ${size}`, { filter: 'png' });
    const isIndexed = hasPalette || bits < 8;
    if (isIndexed) tableOf(hasPalette ? palette : greyRamp(bits), channel, table);
    const sampled = { samples, elementBytes, order: 'big' } as const;
    let at = 0;
    for (const { rows: count, columns, rowBytes, row, column } of passes) {
      const bytes = inflated.subarray(at, at + count * (rowBytes + 1));
      at += bytes.length;
      const bad = undo(bytes, count, rowBytes, Math.max(1, (samples * bits) >> 3));
      if (bad >= 0) throw badChunk(`has a filter that PNG does not know in row ${bad}`, { filter: 'png' });
      const step = column[1] * pixelBytes;
      for (let r = 0; r < count; r++) {
        const source = bytes.subarray(r * (rowBytes + 1) + 1, (r + 1) * (rowBytes + 1));
        const target = output.subarray(((row[0] + r * row[1]) * width + column[0]) * pixelBytes);
        if (isIndexed) takeIndexed(source, target, columns, bits, step);
        else takeSamples(source, target, columns, sampled, step);
      }
    }
    return output;
  };
}
