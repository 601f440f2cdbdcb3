import { SourceError, UsageError } from '../../core/errors.js';
import { HttpFailure, statusFailure } from './failure.js';
import { get, type RequestOptions } from './request.js';
import { retrying } from './retry.js';
import { isUrl, shownUrl } from './url.js';

/** A page of links, or a list, larger than this is none. */
const LARGEST = 64 * 2 ** 20;

/** The text a server gives for an address. @throws SourceError, also for what is too large to be a list; Stopped */
export function textAt(url: string, options: RequestOptions): Promise<{ text: string; url: string; type: string }> {
  return retrying('Reading', url, options.settings, options.signal, async () => {
    const answer = await get(url, options);
    if (answer.status !== 200) {
      answer.dismiss();
      throw statusFailure(answer.status, answer.reason, answer.headers['retry-after']);
    }
    const pieces: Buffer[] = [];
    let bytes = 0;
    await answer.receive((piece) => {
      bytes += piece.length;
      if (bytes > LARGEST)
        throw new HttpFailure('not-text', 'it is too large to be a list', { remedy: 'Name a file.' });
      pieces.push(piece);
    });
    return {
      text: Buffer.concat(pieces).toString('utf8'),
      url: answer.url,
      type: answer.headers['content-type'] ?? '',
    };
  });
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", '#39': "'" };

/**
 * Addresses of the files that a listing page of a folder links to: those directly below it, as Apache, nginx, Python and Node
 * servers write them. Parent folders, folders, sort links and other hosts are passed over.
 */
export function linksIn(html: string, base: string): string[] {
  const folder = new URL(base);
  folder.search = '';
  folder.hash = '';
  const found = new Set<string>();
  for (const match of html.matchAll(/<a\b[^>]*?\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))/gi)) {
    const href = (match[1] ?? match[2] ?? match[3] ?? '').replace(
      /&(#39|\w+);/g,
      (whole, name: string) => ENTITIES[name] ?? whole,
    );
    if (href.startsWith('?') || href.startsWith('#') || !URL.canParse(href, folder)) continue;
    const url = new URL(href, folder);
    url.hash = '';
    const isBelow = url.origin === folder.origin && url.pathname.startsWith(folder.pathname);
    const name = url.pathname.slice(folder.pathname.length);
    if (!isBelow || name === '' || name.includes('/') || url.search !== '') continue;
    url.username = folder.username;
    url.password = folder.password;
    found.add(url.href);
  }
  return [...found];
}

/** Addresses of the files in a folder on a server, from its listing page. @throws SourceError when it lists none; Stopped */
export async function listFolder(url: string, options: RequestOptions): Promise<string[]> {
  const page = await textAt(url, options);
  const base = new URL(page.url);
  const asked = new URL(url);
  if (base.origin === asked.origin) [base.username, base.password] = [asked.username, asked.password];
  const links = linksIn(page.text, base.href);
  if (links.length > 0) return links;
  throw new SourceError(
    'no-listing',
    `${shownUrl(url)} lists no files: the server shows no listing of this folder, or nothing lies in it. Give the addresses in a text file: @urls.txt.`,
    { url: shownUrl(url) },
  );
}

/**
 * The addresses in a text, one to a line; empty lines and those that begin with # are passed over.
 *
 * @param from what the text is called in errors
 * @param base what relative addresses are relative to
 * @throws UsageError naming the line that is no address
 */
export function urlsIn(text: string, from: string, base?: string): string[] {
  const urls: string[] = [];
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    const entry = line.replace(/^\uFEFF/, '').trim();
    if (entry === '' || entry.startsWith('#')) continue;
    const url = URL.canParse(entry, base) ? new URL(entry, base).href : entry;
    if (!isUrl(url) || !URL.canParse(url))
      throw new UsageError(
        'bad-url',
        `Line ${i + 1} of ${from}, '${shownUrl(entry).slice(0, 200)}', is no HTTP address.`,
        { line: i + 1 },
      );
    urls.push(url);
  }
  if (urls.length === 0) throw new UsageError('no-urls', `${from} names no address.`);
  return urls;
}
