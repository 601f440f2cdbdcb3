import { DIRECT_ALIGNMENT, InputFile } from './file.js';
import { isUrl } from './http/url.js';

const BLOCK = 2 ** 20;
const BLOCKS = 16;

/** Places of a file that are looked at to tell what of it is in the page cache. */
const PLACES = 64;
const PLACE_BYTES = 4096;
/** A page in memory is there in one to five microseconds; the fastest disks take ten times as long. */
const MEMORY_SECONDS = 30e-6;

/** How fast a file is read, in bytes per second. */
export interface ReadRates {
  /** Share of the places looked at whose bytes were in the page cache. */
  readonly cached: number;
  /** Blocks that were not looked at before: from the page cache, where they are in it. */
  readonly first: number;
  /** The same blocks at once again: from the page cache. */
  readonly again: number;
  /** Past the page cache; null where the file system has no direct reads. */
  readonly direct: number | null;
}

/** The middle rate of blocks spread over a file, so that a few that had to wait do not count. */
function middleRate(path: string, direct: boolean, phase: number): number {
  const file = InputFile.open(path, { direct });
  try {
    // WebAssembly memory begins on a page, as direct reads ask for.
    const memory = new WebAssembly.Memory({ initial: BLOCK / 65536, maximum: BLOCK / 65536, shared: true });
    const buffer = new Uint8Array(memory.buffer).fill(1);
    const span = Math.max(0, file.size - BLOCK);
    const length = Math.min(BLOCK, file.size);
    const rates: number[] = [];
    for (let k = 0; k < BLOCKS; k++) {
      const at = Math.floor((span * (k + phase)) / BLOCKS / DIRECT_ALIGNMENT) * DIRECT_ALIGNMENT;
      const started = performance.now();
      if (direct) file.readAligned(buffer, at, length);
      else file.read(buffer.subarray(0, length), at);
      rates.push(length / ((performance.now() - started) / 1000));
    }
    return rates.sort((a, b) => a - b)[BLOCKS / 2] ?? 0;
  } finally {
    file.close();
  }
}

/** Reads a page in many places, and sees which came as fast as memory does. */
function cachedShare(path: string): number {
  const file = InputFile.open(path);
  try {
    const page = new Uint8Array(Math.min(PLACE_BYTES, file.size));
    let quick = 0;
    for (let k = 0; k < PLACES; k++) {
      const at = Math.floor((Math.max(0, file.size - page.length) * (k + 0.25)) / PLACES);
      const started = performance.now();
      file.read(page, at);
      if ((performance.now() - started) / 1000 < MEMORY_SECONDS) quick++;
    }
    return quick / PLACES;
  } finally {
    file.close();
  }
}

/** Reads 48 MiB of a file, spread over it; null for one on a server, which is in no page cache. @throws SourceError as `InputFile.open` */
export function readRates(path: string): ReadRates | null {
  if (isUrl(path)) return null;
  const cached = cachedShare(path);
  const first = middleRate(path, false, 0.5);
  const again = middleRate(path, false, 0.5);
  try {
    return { cached, first, again, direct: middleRate(path, true, 0.25) };
  } catch {
    return { cached, first, again, direct: null };
  }
}
