import { DIRECT_ALIGNMENT, InputFile } from './file.js';
import { isUrl } from './http/url.js';

const SAMPLE = 4 * 2 ** 20;
const SAMPLES = 6;

/** Bytes per second of a few reads spread over the file, past the page cache or through it. */
function sampleRate(path: string, direct: boolean, phase: number): number {
  const file = InputFile.open(path, { direct });
  try {
    const memory = new WebAssembly.Memory({ initial: SAMPLE / 65536 + 1, maximum: SAMPLE / 65536 + 1, shared: true });
    const buffer = new Uint8Array(memory.buffer, 0, SAMPLE);
    const span = Math.max(0, file.size - SAMPLE);
    const started = performance.now();
    for (let k = 0; k < SAMPLES; k++) {
      const at = Math.floor((span * (k + phase)) / SAMPLES / DIRECT_ALIGNMENT) * DIRECT_ALIGNMENT;
      if (direct) file.readAligned(buffer, at, Math.min(SAMPLE, file.size - at));
      else file.read(buffer.subarray(0, Math.min(SAMPLE, file.size - at)), at);
    }
    return (SAMPLES * SAMPLE) / ((performance.now() - started) / 1000);
  } finally {
    file.close();
  }
}

/** What was decided about the page cache, and why, in one sentence. */
export interface DirectChoice {
  readonly direct: boolean;
  readonly reason: string;
  /** False when there was nothing to decide. */
  readonly considered: boolean;
}

/**
 * Decides whether to read past the page cache: when the file is larger than the memory that may cache it, and a sample
 * read that way is not slower.
 *
 * @param wanted true when the user insists
 */
export function chooseDirect(path: string, bytes: number, cacheBytes: number, wanted: boolean): DirectChoice {
  if (isUrl(path)) {
    return {
      direct: false,
      reason: 'The file is on a server: there is no page cache to read past.',
      considered: wanted,
    };
  }
  if (!wanted && bytes <= cacheBytes)
    return { direct: false, reason: 'The file fits the page cache: read through it.', considered: false };
  let direct: number;
  try {
    direct = sampleRate(path, true, 0.25);
  } catch {
    return {
      direct: false,
      reason: 'This file system has no direct I/O: read through the page cache.',
      considered: true,
    };
  }
  if (wanted) return { direct: true, reason: 'Direct I/O, as asked.', considered: true };
  const cached = sampleRate(path, false, 0.75);
  const [a, b] = [direct, cached].map((rate) => `${(rate / 1e9).toFixed(2)} GB/s`);
  return direct >= 0.9 * cached
    ? {
        direct: true,
        reason: `Direct I/O: the file is larger than free memory, and a sample ran at ${a} against ${b} through the cache.`,
        considered: true,
      }
    : {
        direct: false,
        reason: `Read through the page cache: a sample ran at ${b} against ${a} with direct I/O.`,
        considered: true,
      };
}
