import { fetchAll } from 'fanfold';
import { difference } from '../../measure.js';
import type { Outcome, Setting } from '../../outcome.js';
import { folderFor, mapBounded, process, type Saved, save } from './download.js';
import { openServer } from './server.js';

type Results = readonly (number | null)[];

const LIMIT = 8;

/** Downloads, saves and processes a list of URLs of a server on this machine, in four ways. */
export default async function fourWays({ size, folder, signal }: Setting): Promise<Outcome> {
  const [count, delay] = size === 'full' ? [200, 20] : [20, 2];
  const server = await openServer(count, delay);
  const { urls } = server;
  let firstAfter = 0;

  const WAYS: Readonly<Record<string, (into: string, result: (path: string) => Promise<number>) => Promise<Results>>> =
    {
      async 'one after another'(into, result) {
        const results: (number | null)[] = [];
        for (const [i, url] of urls.entries()) results.push(await orNull(await save(url, i, into, signal), result));
        return results;
      },
      async 'all at once, processed when all are saved'(into, result) {
        const saved = await Promise.all(urls.map((url, i) => save(url, i, into, signal)));
        return Promise.all(saved.map((one) => orNull(one, result)));
      },
      [`at most ${LIMIT} at once, processed when saved`]: (into, result) =>
        mapBounded(urls, LIMIT, async (url, i) => orNull(await save(url, i, into, signal), result)),
      async [`fanfold fetchAll, at most ${LIMIT} at once`](into, result) {
        const options = { folder: into, concurrency: LIMIT, retries: 0, signal };
        const { files } = await fetchAll(urls, { ...options, process: ({ path }) => result(path) });
        return files.map((file) => file.result ?? null);
      },
    };

  try {
    const rows: Outcome['rows'][number][] = [];
    const remarks: string[] = [];
    let expected: Results | null = null;
    for (const [what, way] of Object.entries(WAYS)) {
      const into = await folderFor(folder, String(rows.length));
      const start = performance.now();
      firstAfter = 0;
      const results = await way(into, async (path) => {
        firstAfter ||= performance.now() - start;
        return process(path);
      });
      const seconds = (performance.now() - start) / 1000;
      expected ??= results;
      const [a, b] = [expected, results].map((list) => list.map((value) => value ?? -1));
      rows.push({ what, seconds, value: server.mostAtOnce(), difference: difference(a ?? [], b ?? []) });
      remarks.push(`The first file was processed after ${firstAfter.toFixed(0)} ms: ${what}.`);
    }
    const missing = expected?.filter((result) => result === null).length ?? 0;
    return {
      subject: `${count} files from a server that takes ${delay} ms for each; the value is the most requests it saw at once`,
      rows,
      remarks: [...remarks, `${missing} files were missing (404): no file, no result, and no harm to the others.`],
    };
  } finally {
    await server.close();
  }
}

async function orNull(saved: Saved, result: (path: string) => Promise<number>): Promise<number | null> {
  return 'path' in saved ? result(saved.path) : null;
}
