// Exercise 3: downloads that survive. Check it with: fanfold course check 3 THIS_FILE
//
// The function below asks for everything at once, holds whole files in memory, saves what the server says when it has
// no file, and one broken connection ends all of it.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * @param {string[]} urls
 * @param {string} folder where file_0.txt, file_1.txt... go
 * @param {number} limit most requests at the same time
 * @returns {Promise<(string | null)[]>} for each address, in order, the path of its file, or null when there is none
 */
export async function download(urls, folder, limit) {
  console.log(`at most ${limit} at once, it was asked`);
  return Promise.all(
    urls.map(async (url, i) => {
      const response = await fetch(url);
      const path = join(folder, `file_${i}.txt`);
      await writeFile(path, await response.text());
      return path;
    }),
  );
}
