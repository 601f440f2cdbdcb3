import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { SourceError, Stopped } from '../core/errors.js';

/**
 * Brings what lies at an address to a file.
 *
 * @throws SourceError when the server has no such file, sends less than it said, or is not there; Stopped
 */
export async function download(url: string, path: string, signal?: AbortSignal): Promise<void> {
  try {
    const answer = await fetch(url, { redirect: 'follow', ...(signal ? { signal } : {}) });
    if (!answer.ok || !answer.body) throw new Error(`the server answers ${answer.status} ${answer.statusText}`.trim());
    await pipeline(Readable.from(answer.body), createWriteStream(path), signal ? { signal } : {});
  } catch (error) {
    if (signal?.aborted) throw new Stopped();
    const { message, cause } = error as Error;
    const why = cause instanceof Error ? cause.message : message;
    throw new SourceError('no-download', `${url} cannot be downloaded: ${why}.`, { path: url });
  }
}
