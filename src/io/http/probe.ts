import { HttpFailure, statusFailure } from './failure.js';
import { type Answer, get, type RequestOptions } from './request.js';
import { retrying } from './retry.js';
import type { Pin } from './url.js';

/** What a server says of a file. */
export interface Probed {
  /** Null where the server sends no ranges: the file can only be had as a whole. */
  readonly pin: Pin | null;
  /** Bytes of all of it, where they are known. */
  readonly size: number | null;
  /** Tells one content from another as far as the server does. */
  readonly identity: string;
}

/** First, last and total of a Content-Range header; null for anything else. */
export function rangeOf(header: string | undefined): { first: number; last: number; total: number } | null {
  const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(header ?? '') ?? [];
  return total === undefined ? null : { first: Number(first), last: Number(last), total: Number(total) };
}

/** What identifies a content in the headers of an answer. */
export function identityOf({ headers }: Answer): { etag: string | null; modified: string | null } {
  return { etag: headers.etag ?? null, modified: headers['last-modified'] ?? null };
}

/** True for a body that comes packed although nobody asked for that. */
export function isPacked({ headers }: Answer): boolean {
  const encoding = headers['content-encoding'];
  return encoding !== undefined && encoding !== '' && encoding !== 'identity';
}

async function ask(url: string, options: RequestOptions): Promise<Probed> {
  // Asking for one byte shows what asking for the head does not: whether ranges are really sent, and the size of all.
  const answer = await get(url, { ...options, headers: { range: 'bytes=0-0' } });
  const { status, reason, headers } = answer;
  answer.dismiss();
  const identity = identityOf(answer);
  const key = `${identity.etag} ${identity.modified}`;
  const range = rangeOf(headers['content-range']);
  if (status === 206 && range && !isPacked(answer)) {
    if (range.first !== 0 || range.last !== 0)
      throw new HttpFailure('bad-range', `asked for byte 0, the server sent bytes ${range.first} to ${range.last}`);
    return { pin: { size: range.total, ...identity }, size: range.total, identity: key };
  }
  if (status === 416 && headers['content-range'] === 'bytes */0')
    return { pin: { size: 0, ...identity }, size: 0, identity: key };
  if (status === 206 || status === 200) {
    const size =
      status === 200 && !isPacked(answer) && headers['content-length'] ? Number(headers['content-length']) : null;
    return { pin: null, size, identity: key };
  }
  throw statusFailure(status, reason, headers['retry-after']);
}

/** Asks a server for the size of a file, what identifies it, and whether it sends ranges. @throws SourceError; Stopped */
export function probe(url: string, options: RequestOptions): Promise<Probed> {
  return retrying('Opening', url, options.settings, options.signal, () => ask(url, options));
}
