import { createHash, type Hash } from 'node:crypto';
import { SourceError } from '../../core/errors.js';
import { formatBytes } from '../../core/size.js';
import { DownloadFile } from '../download-file.js';
import { HttpFailure, statusFailure } from './failure.js';
import { identityOf, isPacked, rangeOf } from './probe.js';
import { type Answer, get, type RequestOptions } from './request.js';
import { retrying } from './retry.js';
import { type Unpacker, unpacker } from './unpack.js';
import { shownUrl } from './url.js';

/** A file that was downloaded. */
export interface Saved {
  readonly bytes: number;
  readonly sha256: string | null;
  readonly etag: string | null;
  readonly modified: string | null;
  /** When it was written, in milliseconds. */
  readonly changed: number;
  readonly tries: number;
}

export interface SaveOptions extends RequestOptions {
  /** Bytes it may have at most. */
  readonly maxBytes: number;
  readonly sha256: boolean;
}

/** One download on its way: what came of it, over all tries. */
class Download {
  readonly #url: string;
  readonly #file: DownloadFile;
  readonly #options: SaveOptions;
  #hash: Hash | null = null;
  #bytes = 0;
  /** Strong ETag of what came so far: with it a broken download is gone on with. */
  #etag: string | null = null;

  constructor(url: string, file: DownloadFile, options: SaveOptions) {
    this.#url = url;
    this.#file = file;
    this.#options = options;
  }

  get bytes(): number {
    return this.#bytes;
  }

  digest(): string | null {
    return this.#hash?.digest('hex') ?? null;
  }

  /** One try. @throws HttpFailure; SourceError for what is too large; SinkError; Stopped */
  async attempt(): Promise<Answer> {
    const etag = this.#bytes > 0 ? this.#etag : null;
    const headers = etag === null ? {} : { range: `bytes=${this.#bytes}-`, 'if-range': etag };
    const answer = await get(this.#url, { ...this.#options, headers: { ...this.#options.headers, ...headers } });
    let way: Unpacker | null = null;
    try {
      this.#begin(answer, etag !== null);
      way = this.#way(answer);
      await answer.receive(way.push);
      await way.end();
    } catch (error) {
      way?.abandon();
      answer.dismiss();
      throw error;
    }
    const range = answer.status === 206 ? rangeOf(answer.headers['content-range']) : null;
    if (range && range.total !== this.#bytes)
      throw new HttpFailure('connection-lost', `it sent ${this.#bytes} of ${range.total} bytes`, { isPassing: true });
    return answer;
  }

  #begin(answer: Answer, isContinued: boolean): void {
    const { status, reason, headers } = answer;
    const goesOn = isContinued && status === 206 && rangeOf(headers['content-range'])?.first === this.#bytes;
    if (status !== 200 && !goesOn) {
      this.#etag = null;
      throw statusFailure(status, reason, headers['retry-after']);
    }
    if (goesOn) return;
    this.#hash = this.#options.sha256 ? createHash('sha256') : null;
    const { etag } = identityOf(answer);
    this.#etag = etag === null || etag.startsWith('W/') || isPacked(answer) ? null : etag;
    this.#checkSize(Number(headers['content-length'] ?? 0), 'will have');
    this.#bytes = 0;
    this.#file.begin();
  }

  #way(answer: Answer): Unpacker {
    const take = (piece: Buffer): void => {
      this.#checkSize(this.#bytes + piece.length, 'has more than');
      this.#file.write(piece);
      this.#hash?.update(piece);
      this.#bytes += piece.length;
    };
    if (isPacked(answer)) return unpacker(answer.headers['content-encoding'] ?? '', take);
    return { push: take, end: async () => undefined, abandon: () => undefined };
  }

  #checkSize(bytes: number, has: string): void {
    const { maxBytes } = this.#options;
    if (bytes <= maxBytes) return;
    const url = shownUrl(this.#url);
    const size = has === 'will have' ? formatBytes(bytes) : formatBytes(maxBytes);
    const what = `${url} ${has} ${size}, and at most ${formatBytes(maxBytes)} are wanted. Give a larger --max-bytes.`;
    throw new SourceError('too-large', what, { url, maxBytes });
  }
}

/**
 * Downloads one address to a file, streamed, under a hidden name until it is whole; what is there already is replaced then. A
 * broken connection is gone on with where the server lets one.
 *
 * @throws SourceError for any status but 200, for what is too large, and for a connection that stays broken; SinkError; Stopped.
 *   Nothing is left of it then.
 */
export async function saveUrl(url: string, path: string, options: SaveOptions): Promise<Saved> {
  const file = new DownloadFile(path);
  try {
    const download = new Download(url, file, options);
    let tries = 0;
    const answer = await retrying('Fetching', url, options.settings, options.signal, async (state) => {
      tries = state.count;
      return download.attempt();
    });
    const changed = file.commit();
    return { bytes: download.bytes, sha256: download.digest(), ...identityOf(answer), changed, tries };
  } finally {
    file.abort();
  }
}

/** True when a server says that a file has changed since it was saved; false when it has not, or does not say. */
export async function hasChanged(
  url: string,
  saved: Pick<Saved, 'etag' | 'modified'>,
  options: RequestOptions,
): Promise<boolean> {
  const { etag, modified } = saved;
  const condition =
    etag !== null ? { 'if-none-match': etag } : modified !== null ? { 'if-modified-since': modified } : null;
  if (!condition) return false;
  try {
    const answer = await get(url, { ...options, headers: condition });
    answer.dismiss();
    return answer.status === 200;
  } catch (error) {
    if (error instanceof HttpFailure) return false;
    throw error;
  }
}
