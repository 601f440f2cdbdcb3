import { describeStored, dtypeOf, numpyType, type StoredType } from '../core/dtype.js';
import { SourceError } from '../core/errors.js';
import type { OpenOptions, Source } from '../core/source.js';
import { formatShape, makeStack, product } from '../core/stack.js';
import { InputFile } from '../io/file.js';
import { absolutePath } from '../io/path.js';
import { parseElementType } from './element-type.js';

/** What an NPY header says, and where the elements begin. */
export interface NpyHeader {
  readonly shape: readonly number[];
  readonly type: StoredType;
  /** Bytes from the start of the NPY data to its first element. */
  readonly offset: number;
}

const MAGIC = '\x93NUMPY';
const PREFIX_BYTES = 12;
/** NumPy pads headers to 64 bytes; one longer than this describes no plain array. */
const HEADER_LIMIT = 65536;

function notNpy(location: string, why: string): SourceError {
  return new SourceError('bad-npy', `${location} is not a readable NPY file: ${why}.`, { location });
}

function parseShape(text: string, location: string): number[] {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const shape = parts.map((part) => (/^\d+$/.test(part) ? Number(part) : Number.NaN));
  if (shape.length > 32 || !Number.isSafeInteger(product(shape))) throw notNpy(location, `its shape is (${text})`);
  return shape;
}

function parseDictionary(text: string, location: string): { shape: number[]; type: StoredType } {
  const descr = /['"]descr['"]\s*:\s*(?:['"]([^'"]*)['"]|(\[))/.exec(text);
  const fortran = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text);
  const shape = /['"]shape['"]\s*:\s*\(([^)]*)\)/.exec(text);
  if (!descr || !fortran || shape?.[1] === undefined)
    throw notNpy(location, 'its header lacks descr, fortran_order or shape');
  const type = descr[1] === undefined ? undefined : parseElementType(descr[1]);
  if (!type) {
    throw new SourceError(
      'unsupported-type',
      `${location} holds elements of type ${descr[1] ?? 'record'}; integers, floats and booleans of 1 to 8 bytes can be read. ` +
        'Convert it with numpy.ndarray.astype.',
      { location },
    );
  }
  const extents = parseShape(shape[1], location);
  if (fortran[1] === 'True' && extents.filter((extent) => extent > 1).length > 1) {
    throw new SourceError(
      'fortran-order',
      `${location} is stored column by column (Fortran order), so its frames do not lie in one piece. ` +
        'Save it with numpy.save(path, numpy.ascontiguousarray(array)).',
      { location },
    );
  }
  return { shape: extents, type };
}

/**
 * Reads an NPY header, version 1 to 3.
 *
 * @param read fills a buffer from a byte position of the NPY data
 * @param size bytes of the NPY data
 * @throws SourceError when it is no NPY data, has elements or an order that cannot be read, or is shorter than its shape
 *   demands
 */
export function readNpyHeader(
  read: (into: Uint8Array, position: number) => void,
  size: number,
  location: string,
): NpyHeader {
  if (size < PREFIX_BYTES) throw notNpy(location, `it has only ${size} bytes`);
  const prefix = new Uint8Array(PREFIX_BYTES);
  read(prefix, 0);
  if (String.fromCharCode(...prefix.subarray(0, 6)) !== MAGIC)
    throw notNpy(location, 'it does not begin with \\x93NUMPY');
  const version = prefix[6] ?? 0;
  if (version < 1 || version > 3) throw notNpy(location, `its version is ${version}, known are 1 to 3`);
  const view = new DataView(prefix.buffer);
  const start = version === 1 ? 10 : 12;
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > HEADER_LIMIT || start + length > size) throw notNpy(location, `its header claims ${length} bytes`);
  const header = new Uint8Array(length);
  read(header, start);
  const { shape, type } = parseDictionary(new TextDecoder().decode(header), location);
  const expected = product(shape) * type.bytes;
  const found = size - start - length;
  if (expected === 0) {
    throw new SourceError('zero-frames', `${location} holds no elements: its shape is ${formatShape(shape)}.`, {
      location,
    });
  }
  if (found < expected) {
    throw new SourceError(
      'truncated',
      `${location} is truncated: ${formatShape(shape)} elements of ${describeStored(type)} need ${expected} bytes, found ${found}.`,
      { location, expected, found },
    );
  }
  return { shape, type, offset: start + length };
}

/** A source over the elements of an NPY header that lie in one piece in `file`, `start` bytes into it. */
export function npySource(header: NpyHeader, file: string, start: number, location: string, frameRank: number): Source {
  const { shape, type } = header;
  const stack = makeStack(shape, dtypeOf(type), frameRank);
  return {
    format: 'npy',
    location,
    notes: [`NumPy ${numpyType(type)}`],
    handle: {
      kind: 'stored',
      stack,
      storage: {
        files: [file],
        shape,
        type,
        layout: {
          kind: 'contiguous',
          file: 0,
          offset: start + header.offset,
          frameStride: product(stack.frameShape) * type.bytes,
        },
        pipeline: [],
        fill: new Uint8Array(type.bytes),
      },
    },
  };
}

/** The same elements as frames of another shape, such as one long row in pieces. @throws SourceError unless they fill whole frames */
function reshaped(header: NpyHeader, frameShape: readonly number[], location: string): NpyHeader {
  const [elements, frame] = [product(header.shape), product(frameShape)];
  if (!frameShape.every((extent) => Number.isSafeInteger(extent) && extent > 0) || elements % frame !== 0) {
    throw new SourceError(
      'not-whole-frames',
      `${location} holds ${elements} elements (${formatShape(header.shape)}), which are no whole number of frames of ${formatShape(frameShape)}. Choose another --frame-shape.`,
      { location, elements, frame },
    );
  }
  return { ...header, shape: [elements / frame, ...frameShape] };
}

/**
 * Opens an NPY file; nothing but its header is read, any region can be.
 *
 * @param options.frameRank dimensions of a frame, 2 unless told
 * @param options.frameShape frames of this shape instead, one behind the other, whatever the shape of the array
 * @throws SourceError when the file is missing, is no NPY file, is in Fortran order, or is truncated
 */
export function openNpy(path: string, options: OpenOptions = {}): Source {
  const file = InputFile.open(path);
  const { frameShape, frameRank = 2 } = options;
  try {
    const header = readNpyHeader((into, position) => file.read(into, position), file.size, path);
    if (!frameShape) return npySource(header, absolutePath(path), 0, path, frameRank);
    return npySource(reshaped(header, frameShape, path), absolutePath(path), 0, path, frameShape.length);
  } finally {
    file.close();
  }
}
