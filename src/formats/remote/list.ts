import { SourceError, UsageError } from '../../core/errors.js';
import type { OpenOptions } from '../../core/source.js';
import { exists } from '../../io/folder.js';
import { listFolder, textAt, urlsIn } from '../../io/http/listing.js';
import { settingsFrom } from '../../io/http/settings.js';
import { isUrl, pathOfUrl, shownUrl } from '../../io/http/url.js';
import { absolutePath, extensionOf } from '../../io/path.js';
import { readText } from '../../io/text.js';
import { splitDataset } from '../location.js';
import { naturalOrder } from '../numbering.js';

/** A format as far as its files are told by their names. */
interface NamedFormat {
  readonly name: string;
  readonly extensions: readonly string[];
  readonly fillsFolders?: true;
  readonly givesWay?: true;
}

/** Files on servers that make one source. */
export interface RemoteFiles {
  readonly texts: readonly string[];
  /** What stands for all of them; absent for files that were named themselves. */
  readonly called?: string;
}

/** The files of one format among all that a folder lists. @throws SourceError when it holds none, or of several formats */
function oneKind(folder: string, urls: readonly string[], formats: readonly NamedFormat[]): readonly string[] {
  const found = formats
    .map((format) => ({ format, own: urls.filter((url) => format.extensions.includes(extensionOf(url).slice(1))) }))
    .filter(({ own }) => own.length > 0);
  const images = found.filter(({ format }) => format.fillsFolders);
  const firm = images.filter(({ format }) => !format.givesWay);
  const [only, second] = [firm, images, found].find((some) => some.length > 0) ?? [];
  const way = 'Give the addresses of those you want in a text file: @urls.txt.';
  const shown = shownUrl(folder);
  if (!only) throw new SourceError('is-directory', `${shown} lists no file of a known format. ${way}`, { url: shown });
  if (!second) return only.own.toSorted((a, b) => naturalOrder(pathOfUrl(a), pathOfUrl(b)));
  const counts = found.map(({ format, own }) => `${own.length} ${format.name} files`).join(' and ');
  throw new SourceError('mixed-folder', `${shown} lists ${counts}. ${way}`, { url: shown });
}

async function listIn(path: string, signal: AbortSignal | undefined): Promise<readonly string[]> {
  if (!isUrl(path)) return urlsIn(readText(path), path);
  const { text, url } = await textAt(path, { settings: settingsFrom(), signal });
  return urlsIn(text, shownUrl(path), url);
}

async function expand(
  text: string,
  formats: readonly NamedFormat[],
  { signal }: OpenOptions,
): Promise<RemoteFiles | null> {
  if (text.startsWith('@') && !exists(text)) {
    const [, list = '', dataset] = /^@(.*?)(?::(\/.*))?$/.exec(isUrl(text.slice(1)) ? '' : text) ?? ['', text.slice(1)];
    const urls = await listIn(list, signal);
    const name = isUrl(list) ? `@${shownUrl(list)}` : `@${absolutePath(list)}`;
    const called = dataset === undefined ? name : `${name}:${dataset}`;
    return { texts: urls.map((url) => (dataset === undefined ? url : `${url}:${dataset}`)), called };
  }
  if (!isUrl(text)) return null;
  const several = text.split(/,(?=https?:\/\/)/i);
  if (several.length > 1) return { texts: several };
  const { path } = splitDataset(text);
  if (!URL.canParse(path)) throw new UsageError('bad-url', `${shownUrl(path)} is no address.`);
  if (!path.endsWith('/')) return { texts: [text] };
  const links = await listFolder(path, { settings: settingsFrom(), signal });
  return { texts: oneKind(path, links, formats), called: shownUrl(path) };
}

/**
 * The files on servers that a source is made of: addresses, a list of them in a text file (`@urls.txt`), or a folder that its server
 * lists (an address that ends in `/`); null for a source on disk.
 *
 * @throws UsageError for lists that are none, and for files on disk among those on servers; SourceError; Stopped
 */
export async function remoteFiles(
  text: string | readonly string[],
  formats: readonly NamedFormat[],
  options: OpenOptions,
): Promise<RemoteFiles | null> {
  if (typeof text === 'string') return expand(text, formats, options);
  const parts: (RemoteFiles | null)[] = [];
  for (const one of text) parts.push(await expand(one, formats, options));
  const found = parts.filter((part) => part !== null);
  if (found.length === 0) return null;
  if (found.length < parts.length) {
    const what = 'Files on disk and on servers cannot be joined. Fetch the others first with fanfold fetch.';
    throw new UsageError('mixed-places', what);
  }
  const [only] = found;
  if (found.length === 1 && only) return only;
  return { texts: found.flatMap(({ texts }) => texts) };
}
