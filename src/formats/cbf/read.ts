import { describeStored, dtypeOf, type StoredType } from '../../core/dtype.js';
import { SourceError } from '../../core/errors.js';
import type { OpenOptions, Source } from '../../core/source.js';
import { formatShape, makeStack, product } from '../../core/stack.js';
import { type ContiguousLayout, makeChunkTable, type Storage } from '../../core/storage.js';
import { InputFile } from '../../io/file.js';
import { absolutePath } from '../../io/path.js';
import { readDetectorText } from '../detector-text.js';
import { imageAxes } from '../image-axes.js';
import { badCbf, type CbfHeader, hasSectionAfter, readCbfHeader } from './header.js';

const LARGEST_SIDE = 2 ** 24;
const LARGEST_CHUNK = 2 ** 31;

function unsupported(location: string, what: string): SourceError {
  return new SourceError(
    'unsupported-cbf',
    `${location} is ${what}, which cannot be read. Convert it to byte offsets of integers, or to TIFF.`,
    { location },
  );
}

/** What the elements stand for, from texts such as `signed 32-bit integer` and `32-bit real IEEE`. */
function statedType(fields: CbfHeader['fields'], location: string): StoredType {
  const text = (fields.get('x-binary-element-type') ?? 'signed 32-bit integer').toLowerCase();
  const order = /big/i.test(fields.get('x-binary-element-byte-order') ?? '') ? 'big' : 'little';
  const integer = /^(un)?signed (8|16|32)-bit integer$/.exec(text);
  if (integer) {
    const bytes = ({ 8: 1, 16: 2, 32: 4 } as const)[integer[2] as '8' | '16' | '32'];
    return { kind: integer[1] ? 'u' : 'i', bytes, order };
  }
  const real = /^(?:signed )?(32|64)-bit real ieee$/.exec(text);
  if (real) return { kind: 'f', bytes: real[1] === '32' ? 4 : 8, order };
  throw unsupported(location, `made of elements of type '${text}'`);
}

function compressionOf(fields: CbfHeader['fields']): string {
  const found = /conversions\s*=\s*"?([\w-]+)"?/i.exec(fields.get('content-type') ?? '');
  return (found?.[1] ?? 'none').toLowerCase();
}

function wholeNumber(fields: CbfHeader['fields'], name: string, location: string): number | null {
  const text = fields.get(name.toLowerCase());
  if (text === undefined) return null;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw badCbf(location, `its ${name} is '${text}'`);
  return value;
}

/** Extents of the array, slowest first; of rank 2, or 3 for several frames in one section. */
function shapeOf(fields: CbfHeader['fields'], location: string): number[] {
  const sides = ['Fastest', 'Second', 'Third'].map((word) =>
    wholeNumber(fields, `X-Binary-Size-${word}-Dimension`, location),
  );
  const [width, height, depth] = sides;
  if (!width || !height || sides.some((side) => side !== null && side > LARGEST_SIDE)) {
    throw badCbf(location, `it has ${height ?? 0} rows and ${width ?? 0} columns`);
  }
  const shape = depth && depth > 1 ? [depth, height, width] : [height, width];
  const count = wholeNumber(fields, 'X-Binary-Number-of-Elements', location);
  if (count !== null && count !== product(shape)) {
    throw badCbf(location, `it counts ${count} elements, ${formatShape(shape)} have ${product(shape)}`);
  }
  return shape;
}

/** @throws SourceError when the bytes that the header states are not there, or are too few for its elements */
function checkSize(file: InputFile, location: string, offset: number, size: number, least: number): void {
  if (offset + size > file.size) {
    throw new SourceError(
      'truncated',
      `${location} is truncated: ${size} bytes are needed from byte ${offset} on, the file ends at ${file.size}.`,
      { location, offset, expected: size, found: file.size - offset },
    );
  }
  if (size < least) throw badCbf(location, `its ${size} bytes of data are too few, ${least} are the least`);
}

function storageOf(file: InputFile, location: string, { fields, offset }: CbfHeader): Storage {
  const shape = shapeOf(fields, location);
  const stated = statedType(fields, location);
  const pixels = product(shape);
  const compression = compressionOf(fields);
  const files = [absolutePath(location)];
  if (compression === 'none') {
    const bytes = pixels * stated.bytes;
    checkSize(file, location, offset, bytes, bytes);
    const layout: ContiguousLayout = {
      kind: 'contiguous',
      file: 0,
      offset,
      frameStride: product(shape.slice(-2)) * stated.bytes,
    };
    return { files, shape, type: stated, layout, pipeline: [], fill: new Uint8Array(stated.bytes) };
  }
  if (compression !== 'x-cbf_byte_offset') throw unsupported(location, `compressed with ${compression}`);
  if (stated.kind === 'f') throw unsupported(location, 'made of floats stored as byte offsets');
  if (pixels * 4 > LARGEST_CHUNK) throw badCbf(location, `it has ${formatShape(shape)} elements, more than 2 GiB`);
  const size = wholeNumber(fields, 'X-Binary-Size', location);
  if (size === null) throw badCbf(location, 'its header lacks X-Binary-Size');
  checkSize(file, location, offset, size, pixels);
  // Sums of the offsets have 32 bits, whatever the elements were; narrower ones fit either sign.
  const type: StoredType = { kind: stated.bytes === 4 ? stated.kind : 'i', bytes: 4, order: 'little' };
  const table = makeChunkTable(shape.map(() => 1));
  table.offset[0] = offset;
  table.size[0] = size;
  return {
    files,
    shape,
    type,
    layout: { kind: 'chunked', chunkShape: shape, table },
    pipeline: [{ name: 'byte-offset' }],
    fill: new Uint8Array(4),
  };
}

/**
 * Opens a crystallographic binary file, as DECTRIS detectors and CBFlib write it; nothing but its header is read. The
 * checksum in it (Content-MD5) is not computed: a damaged section is found where it does not decode to its pixels.
 *
 * @param options.frameRank dimensions of a frame, 2 unless told
 * @throws SourceError when the file is missing, truncated or damaged, or compressed with anything but byte offsets
 */
export function openCbf(path: string, options: OpenOptions = {}): Source {
  const file = InputFile.open(path);
  try {
    const header = readCbfHeader(file, path);
    const encoding = header.fields.get('content-transfer-encoding') ?? 'BINARY';
    if (encoding.toUpperCase() !== 'BINARY') throw unsupported(path, `encoded as ${encoding} text`);
    const storage = storageOf(file, path, header);
    const { layout } = storage;
    const bytes = layout.kind === 'chunked' ? (layout.table.size[0] ?? 0) : product(storage.shape) * storage.type.bytes;
    if (hasSectionAfter(file, header.offset + bytes)) throw unsupported(path, 'made of several binary sections');
    const text = readDetectorText(header.text);
    return {
      format: 'cbf',
      location: path,
      notes: [`CBF ${describeStored(storage.type)}`, ...(text?.shown ?? [])],
      ...(text ? { detector: text.facts } : {}),
      handle: {
        kind: 'stored',
        stack: makeStack(
          storage.shape,
          dtypeOf(storage.type),
          options.frameRank ?? 2,
          imageAxes(storage.shape.slice(0, -2)),
        ),
        storage,
      },
    };
  } finally {
    file.close();
  }
}
