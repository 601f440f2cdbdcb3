import { Stopped } from '../../core/errors.js';
import { givenUp, HttpFailure, networkFailure } from './failure.js';
import type { HttpSettings } from './settings.js';

/** A server that asks for a longer pause is not waited for. */
const LONGEST_PAUSE = 60_000;
/** Pauses do not grow beyond this by themselves. */
const LONGEST_BACK_OFF = 8000;

/** Waits; an abort ends it at once. @throws Stopped */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(new Stopped());
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}

/** What one try may say to the loop around it. */
export interface Tries {
  /** Something came: what fails from here on is a new failure, with all its tries. */
  progress(): void;
  /** Tries begun so far, this one included. */
  readonly count: number;
}

/**
 * Tries again what failed in passing: a broken connection, a time-out, 429, 5xx. Pauses grow twofold, each of random length up
 * to that, so that many clients do not come back at once; a server that says how long to wait is obeyed.
 *
 * @param what for the error, such as `Reading`
 * @throws SourceError after the last try, or at once for what will not pass; Stopped
 */
export async function retrying<T>(
  what: string,
  url: string,
  settings: HttpSettings,
  signal: AbortSignal | undefined,
  attempt: (tries: Tries) => Promise<T>,
): Promise<T> {
  let [count, failed] = [0, 0];
  const tries: Tries = {
    progress: () => {
      failed = 0;
    },
    get count() {
      return count;
    },
  };
  for (;;) {
    if (signal?.aborted) throw new Stopped();
    count++;
    try {
      return await attempt(tries);
    } catch (error) {
      if (error instanceof Stopped || signal?.aborted) throw new Stopped();
      if (!(error instanceof HttpFailure) && !isSystemError(error)) throw error;
      const failure = networkFailure(error);
      const wait = failure.retryAfter ?? Math.random() * Math.min(LONGEST_BACK_OFF, settings.backOff * 2 ** failed);
      if (!failure.isPassing || failed++ >= settings.retries || wait > LONGEST_PAUSE)
        throw givenUp(what, url, failure, count);
      await pause(wait, signal);
    }
  }
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && !('kind' in error);
}
