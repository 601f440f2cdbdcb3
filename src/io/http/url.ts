/** What identifies the content of a file on a server: it is read only while all of this stays. */
export interface Pin {
  readonly size: number;
  readonly etag: string | null;
  readonly modified: string | null;
}

/** Where a file is read from; without a pin nothing is known of it yet. */
export interface Target {
  readonly url: string;
  readonly pin: Pin | null;
}

/** Marks the part of a reference that holds a pin: fragments are never sent to servers. */
const MARK = '#fanfold=';

/** Parameters of a query that are as good as a password: keys, tokens, and what signs an address. */
const SECRET = /key|token|sig|secret|pass|auth|credential|session/i;

/** True for an HTTP or HTTPS address. */
export function isUrl(path: string): boolean {
  return /^https?:\/\/[^/]/i.test(path);
}

/** The address as it may be printed: without user, password, the values of secret parameters, and what `withPin` added. */
export function shownUrl(address: string): string {
  const text = address.split(MARK)[0] ?? address;
  // Nothing to hide in most of them, of which there may be many.
  if (!/[@?]/.test(text)) return text;
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return text.replace(/^([a-z]+:\/\/)[^/@]*@/i, '$1');
  }
  url.username = '';
  url.password = '';
  for (const name of new Set(url.searchParams.keys())) if (SECRET.test(name)) url.searchParams.set(name, '...');
  return url.href;
}

/** A path as it may be printed: that of a file as it is. */
export function shownPath(path: string): string {
  return isUrl(path) ? shownUrl(path) : path;
}

/** A reference that opens just this content, in any thread or process, without asking the server what it is. */
export function withPin(url: string, pin: Pin): string {
  return `${url.replace(/#.*$/, '')}${MARK}${encodeURIComponent(JSON.stringify(pin))}`;
}

/** Address and pin of a reference; the pin is null where there is none. */
function targetIn(reference: string): Target {
  const [url = '', pin] = reference.split(MARK);
  return { url, pin: pin === undefined ? null : (JSON.parse(decodeURIComponent(pin)) as Pin) };
}

/** Targets by the text that stands for them in messages; the thread that opens a source registers its files here. */
const known = new Map<string, Target>();

/** Makes `shownUrl(target.url)` stand for a target in this thread. */
export function register(target: Target): void {
  known.set(shownUrl(target.url), target);
}

/**
 * What a path means: a reference with a pin, the shown address of a registered target, or an address. What lies on the server
 * of a registered target is asked for with the same user.
 */
export function targetOf(path: string): Target {
  const target = targetIn(path);
  if (target.pin) return target;
  const found = known.get(path);
  if (found) return found;
  const url = new URL(path);
  if (url.username !== '') return target;
  for (const other of known.values()) {
    const { origin, username, password } = new URL(other.url);
    if (origin !== url.origin || username === '') continue;
    url.username = username;
    url.password = password;
    return { url: url.href, pin: null };
  }
  return target;
}

/** The path of an address, decoded: where its name and extension are. */
export function pathOfUrl(address: string): string {
  const { pathname } = new URL(address.split(MARK)[0] ?? address);
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}
