const BASE = 65521;

/** Longest run whose sums stay below 2^32 without taking remainders (RFC 1950). */
const RUN = 5552;

/** Adler-32 of `bytes` (RFC 1950, section 8.2), unsigned. `adler` continues from the bytes before. */
export function adler32(bytes: Uint8Array, adler = 1): number {
  let a = adler & 0xffff;
  let b = adler >>> 16;
  for (let start = 0; start < bytes.length; start += RUN) {
    const end = Math.min(start + RUN, bytes.length);
    for (let i = start; i < end; i++) {
      a += bytes[i] ?? 0;
      b += a;
    }
    a %= BASE;
    b %= BASE;
  }
  return ((b << 16) | a) >>> 0;
}
