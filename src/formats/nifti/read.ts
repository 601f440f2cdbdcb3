import { describeStored, dtypeOf } from '../../core/dtype.js';
import { formatBytes } from '../../core/size.js';
import type { Affine, OpenOptions, Source } from '../../core/source.js';
import { type Axis, makeStack, product } from '../../core/stack.js';
import { InputFile } from '../../io/file.js';
import { gunzipHead, isGzip } from '../../io/gunzip.js';
import { absolutePath } from '../../io/path.js';
import { columnLengths, DIFFERENT } from '../placement.js';
import { printable } from '../printable.js';
import { type Summary, summarise } from '../summary.js';
import { affineOf, describeAffine } from './affine.js';
import { elementsOf } from './elements.js';
import { firstOf, tooShort, voxelBytes } from './extent.js';
import { gridOf, type NiftiGrid } from './grid.js';
import { badNifti, type NiftiHeader, parseHeader } from './header.js';
import { headerFileOf, imageFileOf } from './pair.js';
import { HEADER_BYTES } from './signature.js';
import { unpackVoxels } from './unpack.js';

/** Runs `use` with an open file. */
async function withFile<T>(path: string, use: (file: InputFile) => Promise<T>): Promise<T> {
  const file = InputFile.open(path);
  try {
    return await use(file);
  } finally {
    file.close();
  }
}

function packed(file: InputFile): boolean {
  const head = new Uint8Array(Math.min(3, file.size));
  file.read(head, 0);
  return isGzip(head);
}

async function readHeader(path: string): Promise<NiftiHeader> {
  return withFile(path, async (file) => {
    if (packed(file)) return parseHeader(await gunzipHead(file, HEADER_BYTES[2]), path);
    const head = new Uint8Array(Math.min(HEADER_BYTES[2], file.size));
    file.read(head, 0);
    return parseHeader(head, path);
  });
}

/** The steps of x, y and z that the matrix in use means, where they are not those of the header. */
function placedAxes(grid: NiftiGrid, { matrix, from }: Affine): { axes: readonly Axis[]; notes: string[] } {
  const lengths = columnLengths(matrix);
  const differ = (length: number, d: number): boolean => Math.abs(length - (grid.sizes[d] ?? length)) > DIFFERENT;
  if (!lengths.some((length, d) => grid.axes.some(({ name }) => name === 'xyz'[d]) && differ(length, d)))
    return { axes: grid.axes, notes: [] };
  const text = lengths.map((length) => Number(length.toPrecision(5))).join(' x ');
  return {
    axes: grid.axes.map((axis) => ({ ...axis, step: lengths['xyz'.indexOf(axis.name)] ?? axis.step })),
    notes: [`voxel sizes in the header differ from the ${from}, whose ${text} mm are used`],
  };
}

interface Opening {
  readonly header: NiftiHeader;
  /** The file with the voxels. */
  readonly image: string;
  /** A source that reads them where they are, in a file that is not packed. */
  readonly source: Source;
  readonly voxels: ReturnType<typeof voxelBytes>;
}

async function readDescription(path: string, { frameRank = 3 }: OpenOptions): Promise<Opening> {
  const headerPath = headerFileOf(path) ?? path;
  const header = await readHeader(headerPath);
  const image = header.single ? headerPath : imageFileOf(headerPath);
  if (image === null || (!header.single && image === headerPath))
    throw badNifti(path, 'its header says that the voxels are in an .img file, but the header is not called .hdr');
  const type = elementsOf(header, headerPath);
  const grid = gridOf(header, headerPath);
  const affine = affineOf(header, grid.sizes, grid.unit);
  const { axes, notes } = placedAxes(grid, affine);
  const stack = makeStack(grid.shape, dtypeOf(type), frameRank, axes);
  const voxels = voxelBytes(header, stack, type.bytes, headerPath);
  const about = printable(header.description);
  const source: Source = {
    format: 'nifti',
    location: path,
    affine,
    ...(grid.series ? { series: grid.series } : {}),
    notes: [
      `NIfTI-${header.version}, ${describeStored(type)}${header.single ? '' : `, voxels in ${image}`}`,
      ...(about === '' ? [] : [`described as ${about}`]),
      describeAffine(affine),
      ...grid.notes,
      ...notes,
      ...(header.bitpix === type.bytes * 8
        ? []
        : [`the header counts ${header.bitpix} bits a voxel; its type has ${type.bytes * 8}`]),
    ],
    handle: {
      kind: 'stored',
      stack,
      storage: {
        files: [absolutePath(image)],
        shape: grid.shape,
        type,
        layout: {
          kind: 'contiguous',
          file: 0,
          offset: voxels.offset,
          frameStride: product(stack.frameShape) * type.bytes,
        },
        pipeline: [],
        fill: new Uint8Array(type.bytes),
      },
    },
  };
  return { header, image, source, voxels };
}

/** The same source reading from another file. */
function movedTo(source: Source, path: string, notes: readonly string[]): Source {
  if (source.handle.kind !== 'stored') return source;
  const storage = { ...source.handle.storage, files: [path] };
  return { ...source, notes: [...source.notes, ...notes], handle: { ...source.handle, storage } };
}

/**
 * Opens a NIfTI-1 or NIfTI-2 file, a pair of .hdr and .img by either name, or one packed with gzip. Only the header is read,
 * except of packed files, which are unpacked to a scratch file in one pass.
 *
 * @param options.frameRank dimensions of a frame: 3, volumes, unless told; 2 for slices
 * @throws SourceError when the file is missing, damaged or cut off (naming the last whole volume), or holds complex numbers,
 *   colours, or more than one dimension beside x, y and z
 */
export async function openNifti(path: string, options: OpenOptions = {}): Promise<Source> {
  const { image, source, voxels: all } = await readDescription(path, options);
  const voxels = firstOf(all, source.handle.stack, options.until);
  return withFile(image, async (file) => {
    if (packed(file)) {
      const copy = await unpackVoxels(file, all, voxels);
      return movedTo(source, copy.path, copy.notes);
    }
    const end = voxels.offset + voxels.bytes;
    if (file.size < end) throw tooShort(image, all, file.size);
    const rest = file.size - (all.offset + all.bytes);
    return rest <= 0 ? source : movedTo(source, absolutePath(image), [`${rest} bytes behind the last voxel, not used`]);
  });
}

/** What `info` shows of a packed file without unpacking it; null of others, whose opening is as fast. */
export async function describeNifti(path: string, options: OpenOptions): Promise<Summary | null> {
  const { image, source, voxels } = await readDescription(path, options);
  return withFile(image, async (file) => {
    if (!packed(file)) return null;
    const size = formatBytes(voxels.offset + voxels.bytes);
    const note = `packed with gzip, which can only be read from its start: a run unpacks it to a scratch file first (${size})`;
    const { notes, ...summary } = summarise(source);
    return { ...summary, storedBytes: file.size, filters: ['gzip'], notes: [...notes, note] };
  });
}
