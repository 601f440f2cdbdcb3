import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SourceError, Stopped } from '../../core/errors.js';
import { formatBytes } from '../../core/size.js';
import { makeFolder } from '../scratch.js';
import { statusFailure } from './failure.js';
import { isPacked, type Probed } from './probe.js';
import { get, type RequestOptions } from './request.js';
import { retrying } from './retry.js';
import { type Unpacker, unpacker } from './unpack.js';
import { pathOfUrl, shownUrl } from './url.js';

/** The one folder of this process for copies; it goes when the process does. */
let folder: string | null = null;
/** Names in it, with what they are of. */
const names = new Map<string, string>();

/** Copies by address and what identified its content then. */
const copies = new Map<string, Promise<string>>();

function folderFor(url: string, bytes: number): string {
  const made = makeFolder(tmpdir(), bytes);
  if ('reason' in made) {
    const size = bytes > 0 ? `, ${formatBytes(bytes)},` : '';
    const what = `${shownUrl(url)} must be downloaded whole${size} but ${made.reason}. Set TMPDIR to a folder with room.`;
    throw new SourceError('no-room', what, { url: shownUrl(url), bytes });
  }
  if (folder !== null) {
    rmSync(made.path, { recursive: true, force: true });
    return folder;
  }
  const { path } = made;
  process.once('exit', () => rmSync(path, { recursive: true, force: true }));
  folder = path;
  return path;
}

/** A name that sorts as the address does: copies of numbered files are numbered alike. */
function nameFor(url: string, key: string): string {
  const { host } = new URL(url);
  const plain = `${host}${pathOfUrl(url)}`.replace(/[^\w.-]/g, '_').slice(-150);
  let name = plain;
  for (let k = 1; (names.get(name) ?? key) !== key; k++) name = `${k}-${plain}`;
  names.set(name, key);
  return name;
}

function tooLarge(url: string, bytes: number, limit: number): SourceError {
  return new SourceError(
    'no-ranges',
    `${shownUrl(url)} can only be had as a whole, ${bytes > limit ? `at least ${formatBytes(bytes)}` : formatBytes(bytes)}, and at most ${formatBytes(limit)} ` +
      'are downloaded unasked. Give FANFOLD_HTTP_DOWNLOAD_LIMIT (MiB), or fetch it first with fanfold fetch.',
    { url: shownUrl(url), bytes, limit },
  );
}

async function fill(url: string, path: string, options: RequestOptions): Promise<void> {
  const limit = options.settings.downloadLimit;
  await retrying('Downloading', url, options.settings, options.signal, async () => {
    const answer = await get(url, options);
    if (answer.status !== 200) {
      answer.dismiss();
      throw statusFailure(answer.status, answer.reason, answer.headers['retry-after']);
    }
    const fd = openSync(path, 'w');
    let packed: Unpacker | null = null;
    try {
      let bytes = 0;
      const keep = (piece: Buffer): void => {
        bytes += piece.length;
        if (bytes > limit) throw tooLarge(url, bytes, limit);
        try {
          for (let done = 0; done < piece.length; ) done += writeSync(fd, piece, done);
        } catch (error) {
          const what = `${shownUrl(url)} cannot be kept in ${path}: ${(error as Error).message}. Set TMPDIR to a folder with room.`;
          throw new SourceError('no-room', what, { url: shownUrl(url) });
        }
      };
      packed = isPacked(answer) ? unpacker(answer.headers['content-encoding'] ?? '', keep) : null;
      await answer.receive(packed ? packed.push : keep);
      await packed?.end();
    } finally {
      packed?.abandon();
      closeSync(fd);
    }
  });
}

/**
 * A copy of a file that can only be had as a whole, in a scratch file that this process removes when it exits. The same content
 * is downloaded once.
 *
 * @returns its path, with the name the file has on the server
 * @throws SourceError when it is larger than the limit, when there is no room, or when it cannot be had; Stopped
 */
export async function localCopy(url: string, probed: Probed, options: RequestOptions): Promise<string> {
  const key = `${probed.identity} ${probed.size} ${url}`;
  for (let known = copies.get(key); known; known = copies.get(key)) {
    try {
      return await known;
    } catch {
      // It may have been another caller who stopped it.
      if (options.signal?.aborted) throw new Stopped();
    }
  }
  const copy = copyTo(url, key, probed, options);
  copies.set(key, copy);
  copy.catch(() => copies.delete(key));
  return copy;
}

async function copyTo(url: string, key: string, probed: Probed, options: RequestOptions): Promise<string> {
  const limit = options.settings.downloadLimit;
  if (probed.size !== null && probed.size > limit) throw tooLarge(url, probed.size, limit);
  const path = join(folderFor(url, probed.size ?? 0), nameFor(url, key));
  try {
    await fill(url, path, options);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
  return path;
}
