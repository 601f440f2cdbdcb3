import { dtypeOfArray } from '../../core/dtype.js';
import type { NamedArray, Provenance, StreamOptions, StreamSink } from '../../core/sink.js';
import { fullShape, type Stack } from '../../core/stack.js';
import { gzipInto } from '../../io/gzip.js';
import { OutputFile, writeFile } from '../../io/output.js';
import { baseName } from '../../io/path.js';
import { provenanceLines } from '../provenance-lines.js';
import { createRegion } from '../region.js';
import { encodeNifti } from './encode.js';

/** Streamed volumes begin here, on a page; the recipe is written in front of them when they are there. */
const STREAM_OFFSET = 16384;

/** What nibabel packs with: series of float32 hardly become smaller at higher levels, and take three times as long. */
const GZIP_LEVEL = 1;

const described = (array: NamedArray) => ({ ...array, dtype: dtypeOfArray(array.data) });

function headerOf(array: NamedArray, path: string, provenance: Provenance): Uint8Array {
  const { program, version } = provenance;
  return encodeNifti(described(array), path, `${program} ${version}`, provenanceLines(provenance).join('\n'));
}

/**
 * Writes an image, a volume or a series of volumes as a NIfTI file, how it came to be as an extension.
 *
 * @throws UsageError for fewer than two or more than four dimensions; SinkError
 */
export function writeNifti(path: string, array: NamedArray, provenance: Provenance, overwrite: boolean): void {
  const header = headerOf(array, path, provenance);
  writeFile(path, overwrite, (file) => {
    file.write(header, 0);
    file.write(array.data, header.length);
  });
}

/** As `writeNifti`, packed with gzip; the same arrays give the same bytes. @throws UsageError, SinkError */
export async function writePackedNifti(
  path: string,
  array: NamedArray,
  provenance: Provenance,
  overwrite: boolean,
): Promise<void> {
  const header = headerOf(array, path, provenance);
  const { buffer, byteOffset, byteLength } = array.data;
  const file = OutputFile.create(path, { overwrite });
  let at = 0;
  try {
    await gzipInto([header, new Uint8Array(buffer, byteOffset, byteLength)], GZIP_LEVEL, (bytes) => {
      file.write(bytes, at);
      at += bytes.length;
    });
    file.commit();
  } catch (error) {
    file.abort();
    throw error;
  }
}

/** Starts a NIfTI file whose volumes many workers write at once. @throws UsageError for its shape or a codec; SinkError */
export function createNiftiStream(path: string, stack: Stack, options: StreamOptions): StreamSink {
  const { affine } = options;
  const name = baseName(path).replace(/\.nii$/i, '');
  const array = { name, shape: fullShape(stack), axes: stack.axes, dtype: stack.dtype, ...(affine ? { affine } : {}) };
  const header = encodeNifti(array, path, '', '', STREAM_OFFSET);
  return createRegion(path, stack, options, header, (file, provenance) => {
    const { program, version } = provenance;
    const comment = provenanceLines(provenance).join('\n');
    file.write(encodeNifti(array, path, `${program} ${version}`, comment, STREAM_OFFSET), 0);
  });
}
