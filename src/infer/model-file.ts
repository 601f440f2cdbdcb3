import { SourceError, UsageError } from '../core/errors.js';
import { download } from '../io/download.js';
import { isDirectory } from '../io/file.js';
import { digestOf, fileBytes, temporaryFolder } from '../io/folder.js';
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

function checkDigest(path: string, location: string, sha256: string): void {
  const found = digestOf(path);
  if (found === sha256.toLowerCase()) return;
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
  if (sha256 !== undefined) checkDigest(path, given, sha256);
  return { path, location: given, bytes, notes: [], remove: () => undefined };
}

async function downloaded(
  url: string,
  sha256: string | undefined,
  signal: AbortSignal | undefined,
): Promise<ModelFile> {
  const folder = temporaryFolder();
  try {
    const path = inFolder(folder.path, 'network.onnx');
    await download(url, path, signal);
    if (sha256 !== undefined) checkDigest(path, url, sha256);
    const notes =
      sha256 === undefined ? [`nobody said what to expect of ${url}: its SHA-256 is ${digestOf(path)}`] : [];
    return { path, location: url, bytes: fileBytes(path) ?? 0, notes, remove: folder.remove };
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
  return /^https?:\/\//i.test(location) ? downloaded(location, sha256, signal) : localFile(location, sha256);
}
