import { HttpFailure, statusFailure } from './failure.js';
import { identityOf, isPacked, rangeOf } from './probe.js';
import { type Answer, get, type RequestOptions } from './request.js';
import { retrying } from './retry.js';
import type { Pin, Target } from './url.js';

/** So many bytes that came make a try a success in part: it starts counting anew. */
const PROGRESS = 65536;

function changed(what: string): HttpFailure {
  return new HttpFailure('changed', `it changed while it was read: ${what}`, { remedy: 'Start again.' });
}

/** The validator of If-Range: a weak one may not be used there. */
function validatorOf({ etag, modified }: Pin): Record<string, string> {
  if (etag !== null) return etag.startsWith('W/') ? {} : { 'if-range': etag };
  return modified === null ? {} : { 'if-range': modified };
}

/** @throws HttpFailure unless the answer is bytes `first` to `last` of the pinned content */
function check(answer: Answer, pin: Pin, first: number, last: number): void {
  const { status, reason, headers } = answer;
  const { etag, modified } = identityOf(answer);
  if (status === 200) {
    const isSame = etag === pin.etag && modified === pin.modified && (etag ?? modified) !== null;
    throw isSame
      ? new HttpFailure('bad-range', `asked for bytes ${first} to ${last}, the server sent the whole file`)
      : changed('the server has another content now');
  }
  if (status === 416) throw changed(`there are no bytes ${first} to ${last} any more`);
  if (status !== 206) throw statusFailure(status, reason, headers['retry-after']);
  const range = rangeOf(headers['content-range']);
  if (range && range.total !== pin.size) throw changed(`from ${pin.size} to ${range.total} bytes`);
  if (range?.first !== first || range.last !== last || isPacked(answer)) {
    const sent = range
      ? `bytes ${range.first} to ${range.last}`
      : `'${headers['content-range'] ?? 'nothing of the kind'}'`;
    throw new HttpFailure(
      'bad-range',
      `asked for bytes ${first} to ${last}, the server sent ${isPacked(answer) ? 'a packed answer' : sent}`,
    );
  }
  // Answers to If-Range may leave out what does not change.
  if (etag !== null && etag !== pin.etag) throw changed('its ETag is another one');
  if (pin.etag === null && modified !== null && modified !== pin.modified) throw changed('its date is another one');
}

/**
 * Reads bytes `start` to `end` of a pinned file. After a broken connection it goes on behind what has come.
 *
 * @param take gets the bytes in order, each once
 * @throws SourceError naming the address, what happened and how often it was tried; Stopped
 */
export async function readRange(
  { url, pin }: { readonly url: Target['url']; readonly pin: Pin },
  start: number,
  end: number,
  options: RequestOptions,
  take: (piece: Buffer) => void,
): Promise<void> {
  let at = start;
  await retrying('Reading', url, options.settings, options.signal, async ({ progress }) => {
    let fresh = 0;
    const headers = { range: `bytes=${at}-${end - 1}`, ...validatorOf(pin) };
    const answer = await get(url, { ...options, headers });
    try {
      check(answer, pin, at, end - 1);
    } catch (error) {
      answer.dismiss();
      throw error;
    }
    await answer.receive((piece) => {
      if (piece.length > end - at)
        throw new HttpFailure('bad-range', `the server sent more than the ${end - start} bytes it was asked for`);
      at += piece.length;
      fresh += piece.length;
      if (fresh >= PROGRESS) progress();
      take(piece);
    });
    if (at < end)
      throw new HttpFailure('connection-lost', `${end - at} bytes are missing at the end of what it sent`, {
        isPassing: true,
      });
  });
}
