import { createGzip } from 'node:zlib';

const PIECE = 2 ** 20;

/**
 * Packs bytes as one gzip member without a time stamp, so that the same bytes give the same file.
 *
 * @param parts packed one behind the other
 * @param write gets the packed bytes in order
 */
export async function gzipInto(
  parts: readonly Uint8Array[],
  level: number,
  write: (bytes: Uint8Array) => void,
): Promise<void> {
  const stream = createGzip({ level, chunkSize: 2 ** 18 });
  let failure: Error | null = null;
  stream.on('data', (bytes: Buffer) => {
    try {
      if (!failure) write(bytes);
    } catch (error) {
      failure = error as Error;
    }
  });
  const ended = new Promise<void>((resolve, reject) => {
    stream.once('end', resolve);
    stream.once('error', reject);
  });
  for (const part of parts) {
    for (let at = 0; at < part.length && !failure; at += PIECE) {
      const piece = part.subarray(at, at + PIECE);
      await new Promise<void>((resolve) => stream.write(piece, () => resolve()));
    }
  }
  stream.end();
  await ended;
  if (failure) throw failure;
}
