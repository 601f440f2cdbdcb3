import type { OpenOptions } from '../../core/source.js';
import type { Target } from '../../io/http/url.js';

/** What a thread that opens files on servers is asked for. */
export interface OpenJob {
  /** The source, what `info` shows of it, or the array it is. */
  readonly kind: 'open' | 'describe' | 'array';
  /** Shown addresses, each perhaps with a data set; several are one stack. */
  readonly paths: readonly string[];
  /** What the addresses stand for. */
  readonly targets: readonly Target[];
  readonly options: OpenOptions;
}
