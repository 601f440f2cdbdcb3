import { SourceError } from '../core/errors.js';
import type { OpenOptions, Source } from '../core/source.js';
import { namesIn } from '../io/folder.js';
import { extensionOf } from '../io/path.js';
import { openSeries } from './series.js';

/** A format of which each file is one frame, or a few. */
interface ImageFormat {
  readonly name: string;
  readonly extensions: readonly string[];
  readonly givesWay?: true;
  open(path: string, options: OpenOptions): Promise<Source>;
}

const SHOWN_NAMES = 3;
/** What makes a folder a Zarr array or group. */
const ZARR = ['.zarray', '.zgroup', 'zarr.json'];

/** The header of a pair stands for both of its files. */
function isSecond(name: string, files: readonly string[]): boolean {
  return /\.img$/i.test(name) && files.includes(name.replace(/img$/i, 'hdr'));
}

function listed(names: readonly string[]): string {
  const more = names.length - SHOWN_NAMES;
  return names.slice(0, SHOWN_NAMES).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/** @throws SourceError that says what to name instead */
function refuse(path: string, files: readonly string[], hidden: readonly string[]): never {
  if (ZARR.some((name) => files.includes(name) || hidden.includes(name))) {
    throw new SourceError('unsupported-folder', `${path} is a Zarr store, which cannot be read yet.`, { path });
  }
  const [first] = files;
  const way =
    first === undefined ? 'Name a file.' : `Name a file in it, such as ${path}/${first}, or a pattern in quotes.`;
  throw new SourceError(
    'is-directory',
    `${path} is a directory without TIFF, PNG, JPEG, WebP, CBF or NIfTI images or tables of series. ${way}`,
    { path },
  );
}

/** The files of each of these formats in a folder, by their names. */
function imagesIn<F extends ImageFormat>(
  files: readonly string[],
  formats: readonly F[],
): { format: F; names: string[] }[] {
  const found = formats
    .map((format) => ({
      format,
      names: files.filter((name) => format.extensions.includes(extensionOf(name).slice(1)) && !isSecond(name, files)),
    }))
    .filter(({ names }) => names.length > 0);
  const data = found.filter(({ format }) => !format.givesWay);
  return data.length > 0 ? data : found;
}

/**
 * True for a folder that is opened as images although it may hold tables: by their names, it holds files of one of these formats; of
 * pictures, which often lie beside data, more than of anything else.
 *
 * @throws SourceError
 */
export function seemsOfImages(path: string, formats: readonly ImageFormat[]): boolean {
  const { files } = namesIn(path);
  return imagesIn(files, formats).some(({ format, names }) => !format.givesWay || names.length * 2 > files.length);
}

/**
 * Opens a folder of images, one stack in the order of their names (`img2` before `img10`). Hidden files, other files and
 * folders in it are passed over, which the notes say. Only headers are read.
 *
 * @param formats those of which a folder may be made
 * @throws SourceError for a folder without images or with images of two formats; for the images as `openSeries`
 */
export async function openFolder(
  path: string,
  formats: readonly ImageFormat[],
  options: OpenOptions = {},
): Promise<Source> {
  const { files, hidden, folders } = namesIn(path);
  const [only, second] = imagesIn(files, formats);
  if (!only) refuse(path, files, hidden);
  if (second) {
    const counts = [only, second].map(({ format, names }) => `${names.length} ${format.name} files`).join(' and ');
    const what = `${path} holds ${counts}. Choose with a pattern, such as '${path}/*.${second.format.extensions[0]}'.`;
    throw new SourceError('mixed-folder', what, { path });
  }
  const root = path.replace(/(?<=.)\/+$/, '');
  const paths = only.names.map((name) => `${root}/${name}`);
  const source = await openSeries(paths, only.format.open, options, root);
  const images = new Set(only.names);
  const others = [...files.filter((name) => !images.has(name)), ...folders.map((name) => `${name}/`)];
  const passed = others.length > 0 ? [`passed over in the folder: ${listed(others)}`] : [];
  return { ...source, notes: [...source.notes, ...passed] };
}
