import { SourceError } from '../../core/errors.js';
import { formatSeconds } from '../../core/size.js';
import { shownUrl } from './url.js';

/** What went wrong with one try, and whether another may do better. */
export class HttpFailure extends Error {
  /** Stable identifier, the code of the `SourceError` it ends as. */
  readonly code: string;
  readonly isPassing: boolean;
  /** HTTP status, where one came. */
  readonly status: number | null;
  /** Milliseconds the server asks to wait. */
  readonly retryAfter: number | null;
  /** What to do about it. */
  readonly remedy: string;

  constructor(
    code: string,
    message: string,
    options: {
      readonly isPassing?: boolean;
      readonly status?: number;
      readonly retryAfter?: number | null;
      readonly remedy?: string;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.isPassing = options.isPassing ?? false;
    this.status = options.status ?? null;
    this.retryAfter = options.retryAfter ?? null;
    this.remedy = options.remedy ?? 'Try again later.';
  }
}

const PASSING_STATUS = [408, 425, 429, 500, 502, 503, 504];

const STATUS_REMEDIES: Readonly<Record<number, string>> = {
  401: 'Give user and password in the address (https://user:password@host/...).',
  403: 'Check that you may read it; a signed address may have expired.',
  404: 'Check the address.',
  407: 'A proxy is in the way.',
  410: 'It is gone for good.',
  429: 'Ask for less at a time, or try again later.',
};

/** Milliseconds of a Retry-After header: seconds or a date. */
function waitOf(header: string | undefined): number | null {
  if (header === undefined) return null;
  const seconds = Number(header);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(wait) ? Math.max(0, wait) : null;
}

/** The failure that a status other than the wanted one is. */
export function statusFailure(status: number, reason: string, retryAfter: string | undefined): HttpFailure {
  const code =
    status === 404 || status === 410 ? 'not-found' : status === 401 || status === 403 ? 'not-permitted' : 'bad-status';
  return new HttpFailure(code, `the server answered ${status}${reason ? ` ${reason}` : ''}`, {
    status,
    isPassing: PASSING_STATUS.includes(status),
    retryAfter: waitOf(retryAfter),
    remedy: STATUS_REMEDIES[status] ?? 'Try again later, or ask who runs the server.',
  });
}

const NETWORK: Readonly<Record<string, readonly [code: string, what: string, remedy: string, isPassing: boolean]>> = {
  ENOTFOUND: ['unknown-host', 'there is no host of that name', 'Check the address and your network.', false],
  EAI_AGAIN: ['unknown-host', 'its name cannot be looked up now', 'Check your network.', true],
  ECONNREFUSED: ['no-server', 'nothing answers there', 'Check host and port, and whether the server runs.', true],
  EHOSTUNREACH: ['no-server', 'the host cannot be reached', 'Check your network.', true],
  ENETUNREACH: ['no-server', 'the network cannot be reached', 'Check your network.', true],
};

/** A thrown error of a request as a failure. */
export function networkFailure(error: unknown): HttpFailure {
  if (error instanceof HttpFailure) return error;
  const { code = '', message } = error as NodeJS.ErrnoException;
  const known = NETWORK[code];
  if (known) {
    const [kind, what, remedy, isPassing] = known;
    return new HttpFailure(kind, what, { isPassing, remedy, cause: error });
  }
  if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ALTNAME|EPROTO/.test(code)) {
    const what = `no secure connection: ${message.split('\n')[0] ?? code}`;
    const remedy = 'Check the address; for a certificate of your own set NODE_EXTRA_CA_CERTS to its file.';
    return new HttpFailure('tls', what, { remedy, cause: error });
  }
  // What follows a whole answer is read as the next one, and makes no sense as that.
  if (code.startsWith('HPE_'))
    return new HttpFailure('bad-answer', `the server sent what is no HTTP, or more than it said (${message})`, {
      cause: error,
    });
  return new HttpFailure('connection-lost', `the connection broke (${code || message})`, {
    isPassing: true,
    cause: error,
  });
}

/**
 * The error for a request that was given up.
 *
 * @param what that was tried, such as `Reading`
 */
export function givenUp(what: string, url: string, failure: HttpFailure, tries: number): SourceError {
  const often = tries > 1 ? ` ${tries} times` : '';
  const wait =
    failure.retryAfter !== null && failure.retryAfter > 0
      ? `, to be asked again in ${formatSeconds(failure.retryAfter / 1000)}`
      : '';
  return new SourceError(
    failure.code,
    `${what} ${shownUrl(url)} failed: ${failure.message}${wait}. Tried${often || ' once'}. ${failure.remedy}`,
    { url: shownUrl(url), tries, status: failure.status },
    { cause: failure },
  );
}
