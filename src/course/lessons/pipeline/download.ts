import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** Path of the saved file, or why there is none. */
export type Saved = { readonly path: string } | { readonly reason: string };

/** The body of an answer, piece by piece, as it comes. */
async function* piecesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) yield piece.value;
}

/**
 * Downloads one URL into `file_{index}.txt`. The body goes to the disk as it comes, under another name until it is complete: a
 * file with its proper name is a whole file. A failure is an answer, not an exception; the others go on.
 */
export async function save(url: string, index: number, folder: string, signal: AbortSignal): Promise<Saved> {
  const path = join(folder, `file_${index}.txt`);
  try {
    const response = await fetch(url, { signal });
    if (response.status !== 200 || !response.body) {
      await response.body?.cancel();
      return { reason: `status ${response.status}` };
    }
    await pipeline(piecesOf(response.body), createWriteStream(`${path}.part`), { signal });
    await rename(`${path}.part`, path);
    return { path };
  } catch (error) {
    await rm(`${path}.part`, { force: true });
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}

/** What is done with a file: here, its numbers are added up. */
export async function process(path: string): Promise<number> {
  const text = await readFile(path, 'utf8');
  return text.split('\n').reduce((total, line) => total + Number(line), 0);
}

/** At most `limit` items in work at any time; results in the order of the items. */
export async function mapBounded<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = new Array(items.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    // Nothing runs between the test and the increment: JavaScript hands over control at `await` alone.
    while (next < items.length) {
      const index = next++;
      const item = items[index];
      if (item !== undefined) results[index] = await work(item, index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}

/** A folder of its own for one way to download. */
export async function folderFor(parent: string, name: string): Promise<string> {
  const folder = join(parent, name);
  await mkdir(folder);
  return folder;
}
