import { SourceError, UsageError } from '../core/errors.js';
import { isDirectory } from '../io/file.js';
import { digestOf, fileBytes, temporaryFolder } from '../io/folder.js';
import { saveUrl } from '../io/http/save.js';
import { settingsFrom } from '../io/http/settings.js';
import { isUrl, shownUrl } from '../io/http/url.js';
import { absolutePath, inFolder } from '../io/path.js';

/** A network on a disk of this machine. */
export interface ModelFile {
  readonly path: string;
  /** What a person would recognise: the path or address that was given. */
  readonly location: string;
  readonly bytes: number;
  /** Things worth knowing. */
  readonly notes: readonly string[];
  /** Takes away what was downloaded. */
  remove(): void;
}

function checkDigest(found: string, location: string, sha256: string | undefined): void {
  if (sha256 === undefined || found === sha256.toLowerCase()) return;
  throw new SourceError(
    'wrong-checksum',
    `${location} is not the file that was meant: its SHA-256 is ${found}, not ${sha256.toLowerCase()}.`,
    { path: location },
  );
}

function localFile(given: string, sha256: string | undefined): ModelFile {
  const path = absolutePath(given);
  if (isDirectory(path))
    throw new SourceError('is-directory', `${given} is a directory. Name the network in it.`, { path: given });
  const bytes = fileBytes(path);
  if (bytes === null) throw new SourceError('not-found', `${given} does not exist. Check the path.`, { path: given });
  if (sha256 !== undefined) checkDigest(digestOf(path), given, sha256);
  return { path, location: given, bytes, notes: [], remove: () => undefined };
}

async function downloaded(
  url: string,
  sha256: string | undefined,
  signal: AbortSignal | undefined,
): Promise<ModelFile> {
  const folder = temporaryFolder();
  const location = shownUrl(url);
  try {
    const path = inFolder(folder.path, 'network.onnx');
    const settings = settingsFrom();
    const saved = await saveUrl(url, path, { settings, signal, maxBytes: settings.downloadLimit, sha256: true });
    checkDigest(saved.sha256 ?? '', location, sha256);
    const notes =
      sha256 === undefined ? [`nobody said what to expect of ${location}: its SHA-256 is ${saved.sha256}`] : [];
    return { path, location, bytes: saved.bytes, notes, remove: folder.remove };
  } catch (error) {
    folder.remove();
    throw error;
  }
}

/**
 * Brings a network to this machine and checks it.
 *
 * @param sha256 what it must be, in hexadecimal
 * @throws SourceError when it is not there, cannot be had, or is another one; Stopped
 */
export async function fetchModel(location: string, sha256?: string, signal?: AbortSignal): Promise<ModelFile> {
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/i.test(sha256))
    throw new UsageError('bad-value', `A SHA-256 has 64 hexadecimal digits; '${sha256}' is none.`);
  return isUrl(location) ? downloaded(location, sha256, signal) : localFile(location, sha256);
}
