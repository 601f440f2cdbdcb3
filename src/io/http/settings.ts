import { UsageError } from '../../core/errors.js';

/** How patient requests are. */
export interface HttpSettings {
  /** Milliseconds until a connection stands. */
  readonly connectTimeout: number;
  /** Milliseconds without a byte, once it stands. */
  readonly stallTimeout: number;
  /** Further tries after the first. */
  readonly retries: number;
  /** Milliseconds before the second try at most; each further pause may be twice as long. */
  readonly backOff: number;
  /** Redirects followed for one request. */
  readonly redirects: number;
  /** Bytes of a file that is downloaded whole because its server sends no ranges. */
  readonly downloadLimit: number;
}

export const DEFAULTS: HttpSettings = {
  connectTimeout: 10_000,
  stallTimeout: 30_000,
  retries: 4,
  backOff: 250,
  redirects: 10,
  downloadLimit: 4 * 2 ** 30,
};

/** Environment variables in units a person writes, by setting. */
const VARIABLES = {
  connectTimeout: ['FANFOLD_HTTP_CONNECT_TIMEOUT', 1000],
  stallTimeout: ['FANFOLD_HTTP_TIMEOUT', 1000],
  retries: ['FANFOLD_HTTP_RETRIES', 1],
  backOff: ['FANFOLD_HTTP_BACKOFF', 1000],
  downloadLimit: ['FANFOLD_HTTP_DOWNLOAD_LIMIT', 2 ** 20],
} as const;

/**
 * The settings of this process: `FANFOLD_HTTP_TIMEOUT`, `FANFOLD_HTTP_CONNECT_TIMEOUT` and `FANFOLD_HTTP_BACKOFF` in seconds,
 * `FANFOLD_HTTP_RETRIES`, `FANFOLD_HTTP_DOWNLOAD_LIMIT` in MiB. Workers inherit them.
 *
 * @throws UsageError for a variable that is no number
 */
export function settingsFrom(env: NodeJS.ProcessEnv = process.env): HttpSettings {
  const set: Record<string, number> = {};
  for (const [name, [variable, unit]] of Object.entries(VARIABLES)) {
    const text = env[variable];
    if (text === undefined || text === '') continue;
    const value = Number(text);
    if (!Number.isFinite(value) || value < 0 || (name === 'retries' && !Number.isInteger(value)))
      throw new UsageError('bad-environment', `${variable} is '${text}', which is no number it can be set to.`);
    set[name] = value * unit;
  }
  return { ...DEFAULTS, ...set };
}
