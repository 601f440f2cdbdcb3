import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { Stopped } from '../../core/errors.js';
import { formatSeconds } from '../../core/size.js';
import { HttpFailure, networkFailure } from './failure.js';
import type { HttpSettings } from './settings.js';
import { shownUrl } from './url.js';

/** Connections kept open to each host for the next request. */
const AGENTS = {
  'http:': new HttpAgent({ keepAlive: true, maxFreeSockets: 64 }),
  'https:': new HttpsAgent({ keepAlive: true, maxFreeSockets: 64 }),
};

const FEW_BYTES = 65536;

/** The head of an answer; its body is read with `receive`, or given up with `dismiss`. */
export interface Answer {
  readonly status: number;
  readonly reason: string;
  readonly headers: IncomingHttpHeaders;
  /** Where it came from in the end. */
  readonly url: string;
  /**
   * Hands over the body piece by piece; while `take` keeps it waiting, no more is received.
   *
   * @returns how many bytes came
   * @throws HttpFailure when it is cut off, stalls, or is longer or shorter than it said; Stopped; what `take` throws
   */
  receive(take: (piece: Buffer) => Promise<void> | void): Promise<number>;
  dismiss(): void;
}

export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly settings: HttpSettings;
  readonly signal?: AbortSignal | undefined;
}

function bodyOf(
  response: IncomingMessage,
  isBroken: () => Error | null,
  watch: { data(): void; end(): void },
): Pick<Answer, 'receive' | 'dismiss'> {
  response.on('error', () => undefined);
  const dismiss = (): void => {
    // Few bytes are read to their end, so that the connection serves the next request.
    const bytes =
      response.statusCode === 304 ? 0 : Number(response.headers['content-length'] ?? Number.POSITIVE_INFINITY);
    if (bytes <= FEW_BYTES && !isBroken()) {
      response.once('close', watch.end);
      response.resume();
      return;
    }
    watch.end();
    response.destroy();
  };
  const receive = (take: (piece: Buffer) => Promise<void> | void): Promise<number> =>
    new Promise((resolve, reject) => {
      let bytes = 0;
      const fail = (error: unknown): void => {
        watch.end();
        response.destroy();
        reject(error);
      };
      response.on('data', (piece: Buffer) => {
        watch.data();
        bytes += piece.length;
        try {
          const busy = take(piece);
          if (!busy) return;
          response.pause();
          busy.then(() => {
            watch.data();
            response.resume();
          }, fail);
        } catch (error) {
          fail(error);
        }
      });
      const lost = (error: Error): void => {
        const broken = isBroken() ?? error;
        const said = response.headers['content-length'];
        const isCut = !(broken instanceof HttpFailure || broken instanceof Stopped) && !response.complete;
        const what = `the connection broke after ${bytes}${said === undefined ? '' : ` of ${said}`} bytes`;
        fail(isCut ? new HttpFailure('connection-lost', what, { isPassing: true, cause: error }) : networkOr(broken));
      };
      if (response.errored) lost(response.errored);
      response.on('error', lost);
      response.on('end', () => {
        watch.end();
        const broken = isBroken();
        if (broken) fail(networkOr(broken));
        else resolve(bytes);
      });
    });
  return { receive, dismiss };
}

function networkOr(error: Error): Error {
  return error instanceof Stopped ? error : networkFailure(error);
}

/** Percent signs undone, where they are meant so. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** One request without redirects. @throws HttpFailure; Stopped */
function once(url: URL, origin: URL, { headers, settings, signal }: RequestOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(new Stopped());
      return;
    }
    const isSecure = url.protocol === 'https:';
    // User and password are for the host they were given for.
    const { username, password } =
      url.username !== '' ? url : url.origin === origin.origin ? origin : { username: '', password: '' };
    const auth = username === '' ? {} : { auth: `${decoded(username)}:${decoded(password)}` };
    let broken: Error | null = null;
    const sent = (isSecure ? httpsRequest : httpRequest)(url, {
      agent: AGENTS[isSecure ? 'https:' : 'http:'],
      headers: { 'user-agent': 'fanfold', accept: '*/*', 'accept-encoding': 'identity', ...headers },
      ...auth,
    });
    const give = (error: Error): void => {
      broken ??= error;
      sent.destroy(error);
    };
    const timeout = (what: string, milliseconds: number): NodeJS.Timeout =>
      setTimeout(() => {
        const remedy =
          'Try again later, or wait longer with FANFOLD_HTTP_TIMEOUT and FANFOLD_HTTP_CONNECT_TIMEOUT (seconds).';
        give(
          new HttpFailure('timeout', `${what} within ${formatSeconds(milliseconds / 1000)}`, {
            isPassing: true,
            remedy,
          }),
        );
      }, milliseconds);
    let timer: NodeJS.Timeout | null = null;
    const stop = (): void => give(new Stopped());
    signal?.addEventListener('abort', stop, { once: true });
    const end = (): void => {
      if (timer) clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
    };
    const connected = (): void => {
      if (timer) clearTimeout(timer);
      if (!broken) timer = timeout('nothing came', settings.stallTimeout);
    };
    sent.on('socket', (socket) => {
      if (!socket.connecting) {
        connected();
        return;
      }
      if (!broken) timer = timeout('no connection came about', settings.connectTimeout);
      socket.once(isSecure ? 'secureConnect' : 'connect', connected);
    });
    // It may also come when the answer is complete already: what follows it was not announced.
    sent.on('error', (error) => {
      broken ??= error;
      end();
      reject(networkOr(broken));
    });
    sent.on('response', (response) => {
      const { statusCode: status = 0, statusMessage: reason = '', headers: received } = response;
      timer?.refresh();
      const watch = { data: () => void timer?.refresh(), end };
      const body = bodyOf(response, () => broken, watch);
      resolve({ status, reason, headers: received, url: url.href, ...body });
    });
    sent.end();
  });
}

/** What of a request another host than the one asked may know: neither tokens nor cookies, whatever their header is called. */
function forStrangers(options: RequestOptions): RequestOptions {
  const headers = Object.entries(options.headers ?? {}).filter(([name]) => /^(range|if-.*|accept.*)$/i.test(name));
  return { ...options, headers: Object.fromEntries(headers) };
}

/** Where a redirect leads. @throws HttpFailure for one that may not be followed */
function redirectOf(answer: Answer, from: URL, hops: number, settings: HttpSettings): URL {
  const to = answer.headers.location;
  const url = to === undefined || !URL.canParse(to, from) ? null : new URL(to, from);
  const remedy = 'Give the address it leads to, if you trust it.';
  if (!url)
    throw new HttpFailure('bad-redirect', `the server redirects (${answer.status}) without an address`, { remedy });
  if (!/^https?:$/.test(url.protocol) || (from.protocol === 'https:' && url.protocol === 'http:'))
    throw new HttpFailure('bad-redirect', `it redirects to ${shownUrl(url.href)}, which is not secure`, { remedy });
  if (hops >= settings.redirects)
    throw new HttpFailure('bad-redirect', `it redirects more than ${settings.redirects} times, in a circle perhaps`, {
      remedy,
    });
  return url;
}

const REDIRECTS = [301, 302, 303, 307, 308];

/**
 * Sends a GET request and follows redirects, never from HTTPS to HTTP; user, password and headers of the caller go to their own host alone.
 *
 * @throws HttpFailure when there is no answer, or a redirect may not be followed; Stopped
 */
export async function get(address: string, options: RequestOptions): Promise<Answer> {
  const origin = new URL(address);
  let url = origin;
  for (let hops = 0; ; hops++) {
    const answer = await once(url, origin, url.origin === origin.origin ? options : forStrangers(options));
    if (!REDIRECTS.includes(answer.status)) return answer;
    answer.dismiss();
    url = redirectOf(answer, url, hops, options.settings);
  }
}
