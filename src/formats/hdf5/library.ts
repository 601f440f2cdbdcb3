import { DTYPES, type NumericArray, type StoredType, viewOf } from '../../core/dtype.js';
import { SourceError } from '../../core/errors.js';
import type { SourceHandle } from '../../core/source.js';
import { frameCount, framePixels, product } from '../../core/stack.js';
import { elementAt } from './values.js';

/** Frames read through the HDF5 library (h5wasm), for data sets stored in ways that fanfold does not decode itself. */
export interface LibraryReader {
  /**
   * Decodes frames `first` to `first + count` into `into`, as elements of the stack's dtype in native byte order.
   *
   * @throws SourceError when the library cannot read them
   */
  read(first: number, count: number, into: Uint8Array): void;
  close(): void;
}

type LibraryHandle = Extract<SourceHandle, { kind: 'library' }>;
type H5Module = Awaited<typeof import('h5wasm/node')['ready']>;

/** One hyperslab: whole inner dimensions, a range of one, a single index in those before. */
interface Slab {
  readonly frames: number;
  readonly offset: bigint[];
  readonly count: bigint[];
}

/** Largest leading box of the run `[first, first + count)` of frames in row-major order. */
function slabAt(stackShape: readonly number[], frameShape: readonly number[], first: number, count: number): Slab {
  let cut = stackShape.length;
  let inner = 1;
  while (cut > 1) {
    const larger = inner * (stackShape[cut - 1] ?? 1);
    if (first % larger !== 0 || count < larger) break;
    inner = larger;
    cut--;
  }
  let rest = first / inner;
  const offset = stackShape.map(() => 0);
  for (let d = cut - 1; d >= 0; d--) {
    const extent = stackShape[d] ?? 1;
    offset[d] = Math.floor(rest % extent);
    rest = Math.floor(rest / extent);
  }
  const room = cut === 0 ? 1 : (stackShape[cut - 1] ?? 1) - (offset[cut - 1] ?? 0);
  const blocks = Math.min(room, Math.max(1, Math.floor(count / inner)));
  const extents = stackShape.map((extent, d) => (d < cut - 1 ? 1 : d === cut - 1 ? blocks : extent));
  return {
    frames: blocks * inner,
    offset: [...offset, ...frameShape.map(() => 0)].map(BigInt),
    count: [...extents, ...frameShape].map(BigInt),
  };
}

/** The library's element type as a stored type. It gives integers and floats in the byte order of the machine. */
function libraryType(module: H5Module, handle: LibraryHandle, file: bigint): StoredType {
  const metadata = module.get_dataset_metadata(file, handle.dataset);
  const float = metadata.type === module.H5T_class_t.H5T_FLOAT.value;
  const bytes = metadata.size;
  if (bytes !== 1 && bytes !== 2 && bytes !== 4 && bytes !== 8) throw failure(handle, `has elements of ${bytes} bytes`);
  return { kind: float ? 'f' : metadata.signed ? 'i' : 'u', bytes, order: 'little' };
}

function failure(handle: LibraryHandle, what: string, cause?: unknown): SourceError {
  const { path, dataset } = handle;
  return new SourceError(
    'library-failed',
    `${dataset} in ${path} cannot be read through the HDF5 library: it ${what}. Rewrite it with gzip or without compression.`,
    { path, dataset },
    { cause },
  );
}

/** Loads the library. Its Node build is loaded on first use: it is large. */
async function loadModule(handle: LibraryHandle): Promise<H5Module> {
  try {
    const library = await import('h5wasm/node');
    return await library.ready;
  } catch (error) {
    throw failure(handle, 'needs the package h5wasm, which could not be loaded', error);
  }
}

function openInLibrary(module: H5Module, handle: LibraryHandle): bigint {
  let file: bigint;
  try {
    file = module.open(handle.path, module.H5F_ACC_RDONLY, false, -1, -1);
  } catch (error) {
    throw failure(handle, `says "${String(error)}"`, error);
  }
  if (file <= 0n) throw failure(handle, 'refuses the file');
  return file;
}

/** Opens a data set through the HDF5 library. @throws SourceError when the library refuses it */
export async function openLibrary(handle: LibraryHandle): Promise<LibraryReader> {
  const module = await loadModule(handle);
  const { stack } = handle;
  const { stackShape, frameShape } = stack;
  const file = openInLibrary(module, handle);
  let type: StoredType;
  try {
    type = libraryType(module, handle, file);
  } catch (error) {
    module.close_file(file);
    throw error instanceof SourceError ? error : failure(handle, `says "${String(error)}"`, error);
  }
  const pixels = framePixels(stack);

  function readSlab(slab: Slab, into: NumericArray): void {
    const bytes = slab.frames * pixels * type.bytes;
    const pointer = module._malloc(Math.max(1, bytes));
    if (pointer === 0) throw failure(handle, `cannot hold ${bytes} bytes at a time`);
    try {
      const strides = slab.count.map(() => 1n);
      const rank = slab.count.length;
      const status =
        rank === 0
          ? module.get_dataset_data(file, handle.dataset, null, null, null, BigInt(pointer))
          : module.get_dataset_data(file, handle.dataset, slab.count, slab.offset, strides, BigInt(pointer));
      if (status < 0) throw failure(handle, `fails on ${slab.frames} frames`);
      const decoded = module.HEAPU8.subarray(pointer, pointer + bytes);
      for (let i = 0; i < into.length; i++) into[i] = elementAt(decoded, type, i);
    } catch (error) {
      throw error instanceof SourceError ? error : failure(handle, `says "${String(error)}"`, error);
    } finally {
      module._free(pointer);
    }
  }

  return {
    read(first, count, into) {
      if (first < 0 || count < 0 || first + count > frameCount(stack)) throw failure(handle, 'has fewer frames');
      const frame = pixels * DTYPES[stack.dtype].bytes;
      if (into.byteLength < count * frame) throw failure(handle, 'was given too little memory');
      for (let done = 0; done < count && product(frameShape) > 0; ) {
        const slab = slabAt(stackShape, frameShape, first + done, count - done);
        const length = slab.frames * pixels;
        readSlab(slab, viewOf(stack.dtype, into.buffer, into.byteOffset + done * frame, length));
        done += slab.frames;
      }
    },
    close() {
      module.close_file(file);
    },
  };
}
