// One solution of exercise 3: as many workers as requests are allowed, all taking from one list.
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** @param {string} url @param {string} path */
async function save(url, path) {
  try {
    const response = await fetch(url);
    if (response.status !== 200) {
      await response.body?.cancel();
      return null;
    }
    // Piece by piece to the disk, and under its own name only when it is complete.
    await pipeline(Readable.fromWeb(response.body), createWriteStream(`${path}.part`));
    await rename(`${path}.part`, path);
    return path;
  } catch {
    await rm(`${path}.part`, { force: true });
    return null;
  }
}

/** @param {string[]} urls @param {string} folder @param {number} limit */
export async function download(urls, folder, limit) {
  const results = new Array(urls.length).fill(null);
  let next = 0;
  const worker = async () => {
    while (next < urls.length) {
      const i = next++;
      results[i] = await save(urls[i], join(folder, `file_${i}.txt`));
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, urls.length) }, worker));
  return results;
}
