import { DTYPES, dtypeOfArray, numpyType, type StoredType, storedAs } from '../core/dtype.js';
import type { NamedArray, StreamOptions, StreamSink, Unfilled } from '../core/sink.js';
import { fullShape, product, type Stack } from '../core/stack.js';
import { type OutputFile, writeFile } from '../io/output.js';
import { createRegion } from './region.js';

/** Frames of a streamed file begin on a page, so that they can be mapped and read past the page cache. */
const STREAM_ALIGNMENT = 4096;

/** An NPY header, version 1, padded with spaces so that the elements begin on a multiple of `alignment` (64 at least). */
export function npyHeader(type: StoredType, shape: readonly number[], alignment = 64): Uint8Array {
  const extents = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const dictionary = `{'descr': '${numpyType(type)}', 'fortran_order': False, 'shape': (${extents}), }`;
  const total = Math.ceil((10 + dictionary.length + 1) / alignment) * alignment;
  const bytes = new Uint8Array(total).fill(0x20);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, (total - 10) & 255, (total - 10) >> 8]);
  bytes.set(new TextEncoder().encode(dictionary), 10);
  bytes[total - 1] = 0x0a;
  return bytes;
}

/** One array as a whole NPY file in memory. */
export function encodeNpy(array: NamedArray): Uint8Array {
  const header = npyHeader(storedAs(dtypeOfArray(array.data)), array.shape);
  const bytes = new Uint8Array(header.length + array.data.byteLength);
  bytes.set(header);
  bytes.set(new Uint8Array(array.data.buffer, array.data.byteOffset, array.data.byteLength), header.length);
  return bytes;
}

/** Writes a file of zeros behind `header`. @returns where elements begin @throws SinkError */
function outline(file: OutputFile, { dtype, shape }: Unfilled, header: Uint8Array): number {
  const bytes = header.length + product(shape) * DTYPES[dtype].bytes;
  file.write(header, 0);
  file.resize(bytes);
  return header.length;
}

/** An NPY file whose elements are zeros until they are written. @returns where they begin @throws SinkError */
export function outlineNpy(file: OutputFile, array: Unfilled): number {
  return outline(file, array, npyHeader(storedAs(array.dtype), array.shape));
}

/** The same without a header. @throws SinkError */
export function outlineRaw(file: OutputFile, array: Unfilled): number {
  return outline(file, array, new Uint8Array(0));
}

/** @throws SinkError */
export function writeNpy(path: string, array: NamedArray, overwrite: boolean): void {
  writeFile(path, overwrite, (file) => {
    const header = npyHeader(storedAs(dtypeOfArray(array.data)), array.shape);
    file.write(header, 0);
    file.write(array.data, header.length);
  });
}

/** Starts an NPY file whose frames many workers write at once. @throws SinkError, UsageError for a codec */
export function createNpyStream(path: string, stack: Stack, options: StreamOptions): StreamSink {
  const header = npyHeader(storedAs(stack.dtype), fullShape(stack), STREAM_ALIGNMENT);
  return createRegion(path, stack, options, header);
}

/** Starts a file of bare frames, without any header. @throws SinkError, UsageError for a codec */
export function createRawStream(path: string, stack: Stack, options: StreamOptions): StreamSink {
  return createRegion(path, stack, options, new Uint8Array(0));
}
