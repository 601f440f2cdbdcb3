import type { Arena } from '../core/arena.js';
import { SourceError, UsageError } from '../core/errors.js';
import type { FrameReader, OpenOptions, ReadOptions, Source, SourceHandle } from '../core/source.js';
import { isDirectory, readHead } from '../io/file.js';
import { looksLikeCbf } from './cbf/signature.js';
import { refuseChannel } from './colours.js';
import { fillerOf } from './fillers.js';
import { IMAGES_DETAILS } from './images/details.js';
import { imageKindOf } from './images/signature.js';
import { openLed } from './led.js';
import { looksRemote, severalOf, splitDataset } from './location.js';
import { looksLikeNifti } from './nifti/signature.js';
import type { Summary } from './summary.js';
import { SERIES_DETAILS } from './timeseries/details.js';
import { asksForSeries, refuseSeriesOptions } from './timeseries/options.js';
import { insteadOfSeries, looksLikeSeries } from './timeseries/signature.js';

/** One file format: how its files are recognised, and how one is opened. */
interface Format {
  readonly name: string;
  readonly summary: string;
  readonly extensions: readonly string[];
  /** Longer text for the docs page: what is read, what is refused, which flags matter. */
  readonly details: string;
  /** @param head first bytes of the file, up to 64 KiB */
  recognises(head: Uint8Array, path: string): boolean;
  open(path: string, options: OpenOptions): Promise<Source>;
  /** What `info` shows, for sources whose opening takes long; null when opening is as fast. */
  describe?(path: string, options: OpenOptions): Promise<Summary | null>;
  /** A folder of such files is one stack. */
  readonly fillsFolders?: true;
  /** Passed over in a folder that holds files of another format: pictures often lie beside data. */
  readonly givesWay?: true;
}

const startsWith = (head: Uint8Array, at: number, signature: readonly number[]): boolean =>
  signature.every((byte, i) => head[at + i] === byte);

const HDF5_SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** All input formats. The last one recognises nothing: raw bytes are opened when their shape and dtype are given. */
export const FORMATS: readonly Format[] = [
  {
    name: 'hdf5',
    summary: 'HDF5 and NeXus, any chunk index, links, virtual data sets',
    extensions: ['h5', 'hdf5', 'nxs', 'hspy', 'emd', 'hdf'],
    details: `Superblocks 0 to 3 with or without a user block, old and new groups, soft, hard and external links, compact, contiguous and
chunked data sets under every chunk index, virtual data sets over any number of files. Integers, floats and booleans in
either byte order; 64-bit integers and half floats become float64 and float32.

Without \`--dataset\` (or \`scan.h5:/entry/data\`) the NeXus default is taken (the attributes \`default\` and \`signal\`, old marks
\`signal=1\` too), else the largest signal of three or more dimensions, the largest such data set, the largest image; masks and
flat fields are never chosen while there is anything else. A group that is named stands for its signal.
\`fanfold info scan.h5 --tree\` lists all. Axes come from HyperSpy, py4DSTEM, NeXus and fanfold's own files.

A DECTRIS master (Eiger, ARINA) opens as one stack: \`data_000001\`, \`data_000002\`, ... are joined in numeric order, whatever the
files behind the links are called; a virtual data set \`data\` beside them is preferred while all its files are there. Data files
that are missing end the command with their names; \`--allow-gaps\` reads the others. Several files are one stack as a pattern
(\`'scan_part*.nxs'\`, \`'scan_[0-4].nxs'\`), a list (\`a.nxs,b.nxs\`) or several paths: in the order of the frame numbers they
carry (\`sequence_number\`, \`image_nr_low\`), else of their names, \`part2\` before \`part10\`. A number or frames left out are
named in the same way. Frames, elements, chunks and filters must be alike.

Of the detector \`info\` shows, and operators may use, what NXdetector, NXbeam and NXmonochromator groups say: \`description\`,
\`x_pixel_size\`, \`y_pixel_size\`, \`detector_distance\` or \`distance\`, \`beam_center_x\` and \`_y\`, \`incident_wavelength\`,
\`wavelength\` or a photon energy, and \`pixel_mask\` (also below \`detectorSpecific\`) or \`/entry/mask\` of the shape of a frame.
Lengths and energies need their \`units\`; what is 0, impossible or of another unit is left out with a note.

Deflate, shuffle, fletcher32, LZ4, LZF, Zstandard, bitshuffle and Blosc (all but snappy) are decoded by fanfold, checksums
included; szip, scale-offset and n-bit by the HDF5 library, slower. Blosc2 is refused by name. Chunks that were never
written read as the fill value; so do virtual sources whose file is missing, which are named.

With \`--window\` a data set of (series, points) or (series, channels, points) is read whole and cut into windows, as [series](series.md)
are; \`--label /path\` names a data set with a whole number for the class of each.`,
    recognises: (head) =>
      [0, 512, 1024, 2048, 4096, 8192, 16384, 32768].some((at) => startsWith(head, at, HDF5_SIGNATURE)),
    open: async (path, options) => {
      const { openHdf5 } = await import('./hdf5/index.js');
      const source = openHdf5(path, options);
      const { asksForWindows, openStoredSeries } = await import('./timeseries/stored.js');
      return asksForWindows(options)
        ? openStoredSeries(source, options, (dataset) => openHdf5(path, { dataset }))
        : source;
    },
    describe: async (path, options) => (await import('./hdf5/describe.js')).describeHdf5(path, options),
  },
  {
    name: 'npy',
    summary: 'NumPy array, any region read without the rest',
    extensions: ['npy'],
    details: `Versions 1 to 3, C order, booleans, integers and floats of 1 to 8 bytes in either byte order. Frames are read from where they
lie; nothing else of the file is touched. Fortran order, records and objects are refused with what to do about it.

\`--frame-shape\` cuts the elements into frames of that shape instead, such as a long row of numbers, which would be one frame, into pieces
that workers share.

With \`--window\` an array of (series, points) or (series, channels, points) is cut into windows, as [series](series.md) are.`,
    recognises: (head) => startsWith(head, 0, [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]),
    open: async (path, options) => {
      if (asksForSeries(options)) return openArrays(path, options, false);
      return (await import('./npy.js')).openNpy(path, options);
    },
  },
  {
    name: 'npz',
    summary: 'NumPy archive; name the array with --dataset',
    extensions: ['npz'],
    details: `The array is named with \`--dataset\`; an archive of one needs no name. Stored members are read in place like .npy files,
compressed ones are inflated into memory first, which \`info\` says.

\`X\` of shape (series, points) or (series, channels, points) with \`y\`, a whole number or a text for the class of each, opens as
[series](series.md) with classes, also under the names \`x\`, \`series\`, \`data\`, \`frames\` and \`label\`, \`labels\`. \`--label\` names another
array of classes; \`--dataset X\` alone opens frames.`,
    recognises: (head) => startsWith(head, 0, [0x50, 0x4b, 0x03, 0x04]),
    open: async (path, options) => openArrays(path, options, true),
  },
  {
    name: 'tiff',
    summary: 'TIFF and BigTIFF images, single, stacked, or a folder of them',
    extensions: ['tif', 'tiff'],
    fillsFolders: true,
    details: `Classic TIFF and BigTIFF in either byte order, one image or many of one kind: integers of 8 to 64 bits and floats of 16 to 64 in grey,
integers of 8 and 16 bits in colours, in strips or tiles, uncompressed or with PackBits, LZW, deflate or Zstandard, with or without a predictor. Uncompressed images that lie at equal
distances are read in place. Palette, bilevel, CMYK and JPEG images and colours in separate planes are refused by name.

Colours become their luminance, or what \`--channel\` says, as with [images](images.md).

Stacks that ImageJ or tifffile wrote come on their grid (time, z, channel) with steps and units, also when one directory stands for
many images. Other files with several images are one row of them; thumbnails are passed over. Detector, pixel size and
exposure are taken from DECTRIS text in the description.

A folder is one stack of its .tif files in the order of their numbers (\`img2\` before \`img10\`). Hidden and other files are passed
over, missing numbers are named, and images of another shape or type are refused with the names of both files.`,
    recognises: (head) =>
      [
        [0x49, 0x49, 0x2a, 0],
        [0x4d, 0x4d, 0, 0x2a],
        [0x49, 0x49, 0x2b, 0],
        [0x4d, 0x4d, 0, 0x2b],
      ].some((signature) => startsWith(head, 0, signature)),
    open: async (path, options) => (await import('./tiff/read.js')).openTiff(path, options),
  },
  {
    name: 'images',
    summary: 'PNG, JPEG and WebP images, single or a folder of them',
    extensions: ['png', 'jpg', 'jpeg', 'webp'],
    fillsFolders: true,
    givesWay: true,
    details: IMAGES_DETAILS,
    recognises: (head) => imageKindOf(head) !== null,
    open: async (path, options) => (await import('./images/open.js')).openImage(path, options),
  },
  {
    name: 'cbf',
    summary: 'crystallographic binary files of detectors, or a folder of them',
    extensions: ['cbf'],
    fillsFolders: true,
    details: `One binary section of integers as byte offsets (\`x-CBF_BYTE_OFFSET\`), or uncompressed. Other compressions are refused by name. The
comment lines of DECTRIS detectors give detector, pixel size, distance, beam centre and wavelength. The checksum in the header is
not computed; a damaged section is found where it does not decode to its pixels.

Built from the specification and checked against files that fabio writes: not seen on a real file. A folder of .cbf files is
one stack, as with [tiff](tiff.md).`,
    recognises: (head) => looksLikeCbf(head),
    open: async (path, options) => (await import('./cbf/read.js')).openCbf(path, options),
  },
  {
    name: 'nifti',
    summary: 'NIfTI-1 and NIfTI-2, single, packed with gzip, or pairs of .hdr and .img',
    extensions: ['nii', 'nii.gz', 'hdr', 'img'],
    details: `Both versions in either byte order; integers and floats of 8 to 64 bits; a pair by either of its names. Extensions are passed
over. Complex numbers, colours and 128-bit floats are refused by name. Where the header scales its voxels, frames are
slope x stored + intercept: float32 for integers of 8 and 16 bits, else float64.

A frame is a volume (z, y, x), with \`--frame-rank 2\` a slice; a file of three dimensions is one frame. Beside x, y and z one
dimension may be longer than 1: time, in seconds, else components. Axes have the voxel sizes in millimetres.

Voxels are placed by the sform, else the qform, else by the voxel sizes from the corner; \`info\` says which, to what it is
relative, the way the axes run, and whether sform and qform differ (by more than 0.001). A matrix that is singular is passed over.

Files that are not packed are read in place, any frame without the rest. gzip can only be read from its start: a packed
file is unpacked once, in one pass of little memory, to a scratch file in the temporary folder (TMPDIR), removed at the end.
Its checksums are checked. A file that is cut off is refused, its last whole volume named. Volumes in files of their own join
as a list or pattern when shape, type and placement are the same.

The writer makes NIfTI-1, and NIfTI-2 above 32767 voxels along a dimension: images, volumes and series, placed as the source
is, else by their axes.`,
    fillsFolders: true,
    recognises: (head, path) => looksLikeNifti(head, path),
    open: async (path, options) => (await import('./nifti/read.js')).openNifti(path, options),
    describe: async (path, options) => (await import('./nifti/read.js')).describeNifti(path, options),
  },
  {
    name: 'series',
    summary: 'time series: tables (CSV, text), .ts, .arff and .tsv of the archives, windows over them',
    extensions: ['csv', 'tsv', 'txt', 'ts', 'arff'],
    details: SERIES_DETAILS,
    recognises: (head, path) => looksLikeSeries(head, path),
    open: async (path, options) => (await import('./timeseries/open.js')).openTimeSeries(path, options),
  },
  {
    name: 'raw',
    summary: 'headerless binary; give --frame-shape and --dtype',
    extensions: ['raw', 'bin', 'dat'],
    details: `\`--frame-shape 256,256 --dtype uint16\` describe a file without a header; \`--offset\` skips one, \`>u2\` is big-endian. The
number of frames follows from the size of the file, which must hold whole frames. \`--scan 128x128\` gives them a grid.`,
    recognises: () => false,
    open: async (path, options) => (await import('./raw.js')).openRaw(path, options),
  },
];

/** Arrays of series where that is what they are, else frames. */
async function openArrays(path: string, options: OpenOptions, isArchive: boolean): Promise<Source> {
  const source = (await import('./timeseries/arrays.js')).openSeriesArrays(path, options, isArchive);
  if (source) return source;
  return isArchive
    ? (await import('./npz.js')).openNpz(path, options)
    : (await import('./npy.js')).openNpy(path, options);
}

/** The format of a file and what to open of it. @throws SourceError when it is missing or of no known format */
function recognise(text: string, options: OpenOptions): { format: Format; path: string; wanted: OpenOptions } {
  const { path, dataset } = splitDataset(text);
  const wanted: OpenOptions = dataset === undefined ? options : { ...options, dataset };
  const head = readHead(path);
  const format = FORMATS.find((one) => one.recognises(head, path));
  if (format) return { format, path, wanted };
  const raw = FORMATS[FORMATS.length - 1];
  if (wanted.frameShape && wanted.dtype && raw) return { format: raw, path, wanted };
  const expected = FORMATS.find((one) =>
    one.extensions.some((extension) => path.toLowerCase().endsWith(`.${extension}`)),
  );
  if (expected?.name === 'series')
    throw new SourceError('unknown-format', `${path} ${insteadOfSeries(head, path)}.`, { path });
  throw new SourceError(
    'unknown-format',
    `${path} is ${expected && expected !== raw ? `not ${expected.name.toUpperCase()} despite its name` : 'of no known format'} ` +
      `(known: ${FORMATS.map((one) => one.name).join(', ')}). For headerless binary give --frame-shape and --dtype.`,
    { path },
  );
}

/**
 * Opens the header of a file, or of several that make one stack; no frame is read.
 *
 * @param text a path, with an optional data set behind a colon: `scan.h5:/entry/data`; a pattern such as
 *   `scan_part*.nxs`; or a list of these
 * @throws SourceError when it is missing, no known format, or damaged; for several as `openSeries` does
 */
export async function openSource(text: string | readonly string[], options: OpenOptions = {}): Promise<Source> {
  const source = await openAny(text, options);
  if (source.handle.kind !== 'windows') refuseSeriesOptions(source.location, options);
  refuseChannel(source, options);
  return source;
}

async function openAny(text: string | readonly string[], options: OpenOptions): Promise<Source> {
  const remote = looksRemote(text)
    ? await (await import('./remote/list.js')).remoteFiles(text, FORMATS, options)
    : null;
  if (!remote) return openHere(text, options);
  return (await import('./remote/open.js')).openRemote(remote, options, (paths) => openHere(inOne(paths), options));
}

/** One of several is itself, not a series. */
function inOne(paths: readonly string[]): string | readonly string[] {
  const [only] = paths;
  return paths.length === 1 && only !== undefined ? only : paths;
}

/** The same in this thread, which waits for files on servers. @throws as `openSource` */
export async function openHere(text: string | readonly string[], options: OpenOptions): Promise<Source> {
  const several = severalOf(text);
  if (several !== null || typeof text !== 'string') {
    const series = (await import('./timeseries/open.js')).trySeriesFiles(several ?? [], options);
    return series ?? (await import('./series.js')).openSeries(several ?? [], openHere, options);
  }
  if (isDirectory(text)) {
    const { openFolder, seemsOfImages } = await import('./folder.js');
    const formats = FORMATS.filter(({ fillsFolders }) => fillsFolders);
    const series = seemsOfImages(text, formats)
      ? null
      : (await import('./timeseries/open.js')).trySeriesFiles(text, options);
    return series ?? openFolder(text, formats, options);
  }
  const { format, path, wanted } = recognise(text, options);
  return format.open(path, wanted);
}

/** What `info` shows of a source, without opening it where that takes long. @throws SourceError as `openSource` does */
export async function describeSource(text: string | readonly string[], options: OpenOptions = {}): Promise<Summary> {
  const { summarise } = await import('./summary.js');
  const remote = looksRemote(text)
    ? await (await import('./remote/list.js')).remoteFiles(text, FORMATS, options)
    : null;
  if (remote) {
    const { describeRemote } = await import('./remote/open.js');
    return describeRemote(remote, options, async (paths) => summarise(await openHere(inOne(paths), options)));
  }
  if (typeof text !== 'string' || severalOf(text) !== null || isDirectory(text))
    return summarise(await openSource(text, options));
  const { format, path, wanted } = recognise(text, options);
  const quick = asksForSeries(options) ? null : await format.describe?.(path, wanted);
  return quick ?? summarise(await openSource(text, options));
}

/** Loads the code that `attachSource` will need, so that no run waits for it. */
export async function preloadReader(handle: SourceHandle): Promise<void> {
  if (handle.kind === 'stored') await import('./stored/index.js');
  else if (handle.kind === 'selected') await Promise.all([import('./selected.js'), preloadReader(handle.base)]);
  else await import('./filled.js');
}

/** Opens a source in a worker, from plain data; nothing is parsed again. */
export async function attachSource(handle: SourceHandle, arena: Arena, options: ReadOptions): Promise<FrameReader> {
  const { shared, ...alone } = options;
  switch (handle.kind) {
    case 'stored': {
      const { openStored } = await import('./stored/index.js');
      if (shared && handle.storage.layout.kind === 'contiguous')
        return openLed(handle.stack, shared, async () => openStored(handle, shared.arena, alone));
      return openStored(handle, arena, options);
    }
    case 'selected':
      return (await import('./selected.js')).openSelected(handle, await attachSource(handle.base, arena, options));
    case 'fed':
      throw new UsageError(
        'not-readable',
        'Frames that a function or an iterable gives can be read by a loader alone.',
      );
    case 'memory':
    case 'windows':
    case 'generated':
    case 'library': {
      const { openFilled } = await import('./filled.js');
      const open = async (where: Arena) => openFilled(handle.stack, await fillerOf(handle), where, alone);
      return shared ? openLed(handle.stack, shared, () => open(shared.arena)) : open(arena);
    }
  }
}
