import { basename, join } from 'node:path';
import { formatBytes } from '../../core/size.js';
import { fileBytes, namesIn } from '../../io/folder.js';
import { peakOwnBytes } from '../../io/process-usage.js';
import { readText } from '../../io/text.js';
import { formatTime } from '../table.js';
import type { Exercise, Finding } from './exercise.js';
import { byteAt, type Manner, openRoughServer } from './rough-server.js';

const LIMIT = 6;
const SHAPES = { small: { files: 24, large: 160 * 2 ** 20 }, full: { files: 120, large: 400 * 2 ** 20 } } as const;
/** Memory may rise by this much, whatever a file weighs. */
const MEMORY = 128 * 2 ** 20;

/** One large file among small ones, some missing, one broken off, one where the server itself fails. */
function manners(files: number, large: number): Manner[] {
  return Array.from({ length: files }, (_, i): Manner => {
    if (i === 4) return { kind: 'whole', bytes: large };
    if (i === 11) return { kind: 'cut', bytes: 200_000 };
    if (i === 13) return { kind: 'status', status: 500 };
    return i % 8 === 7 ? { kind: 'status', status: 404 } : { kind: 'whole', bytes: 1000 + 37 * i };
  });
}

const nameOf = (i: number): string => `file_${i}.txt`;

/** What the solution said it did, against what the server did. In the solution's process. */
function compare(found: unknown, sizes: readonly number[], folder: string): Finding {
  if (!Array.isArray(found) || found.length !== sizes.length)
    return { ok: false, what: `the result must be an array with ${sizes.length} entries, one for each address` };
  for (const [i, size] of sizes.entries()) {
    const expected = size > 0 ? join(folder, nameOf(i)) : null;
    if (found[i] === expected) continue;
    const said = JSON.stringify(found[i])?.replaceAll("'", '') ?? 'undefined';
    const what = `entry ${i} is '${said}', but should be '${expected ?? 'null'}'; results stand in the order of the addresses`;
    return { ok: false, what };
  }
  const missing = sizes.filter((size) => size === 0).length;
  return { ok: true, what: `${sizes.length} results in order, null for the ${missing} that failed` };
}

/** What lies in the folder. On the host, after the solution has ended. */
function filesIn(folder: string, sizes: readonly number[]): Finding {
  const { files, hidden } = namesIn(folder);
  const wanted = new Map(sizes.flatMap((size, i) => (size > 0 ? [[nameOf(i), i] as const] : [])));
  const surplus = [...files, ...hidden].map((path) => basename(path)).find((name) => !wanted.has(name));
  if (surplus !== undefined)
    return { ok: false, what: `the folder holds '${surplus}', which no complete answer belongs to` };
  for (const [name, i] of wanted) {
    const size = sizes[i] ?? 0;
    const bytes = fileBytes(join(folder, name));
    if (bytes !== size) return { ok: false, what: `'${name}' has ${bytes ?? 0} bytes, but ${size} were sent` };
    if (size > 2 ** 20) continue;
    const text = readText(join(folder, name));
    const wrong = [...text].findIndex((letter, place) => letter.charCodeAt(0) !== byteAt(i, place));
    if (wrong >= 0) return { ok: false, what: `'${name}' differs from what was sent, first at byte ${wrong}` };
  }
  return { ok: true, what: `${wanted.size} complete files and no others in the folder` };
}

/** Exercise 3: downloads, a few at a time, that survive what servers do. */
export const DOWNLOAD: Exercise = {
  exports: 'download',
  patience: 120,
  async open(size, folder) {
    const { files, large } = SHAPES[size];
    const list = manners(files, large);
    const sizes = list.map((manner) => (manner.kind === 'whole' ? manner.bytes : 0));
    // Later addresses are quicker, so that nobody's answers come in order by themselves.
    const server = await openRoughServer(
      list,
      list.map((_, i) => 20 + ((files - i) % 10) * 5),
    );
    return {
      input: { size, folder, places: server.urls, expected: [sizes] },
      async findings() {
        const most = server.mostAtOnce;
        const skipped = server.asked.indexOf(0);
        return [
          filesIn(folder, sizes),
          skipped < 0
            ? { ok: true, what: `all ${files} addresses were asked for` }
            : { ok: false, what: `address ${skipped} was never asked for; one failure must not stop the others` },
          { ok: most === LIMIT, what: `${most} requests at once; allowed and wanted: ${LIMIT}` },
        ];
      },
      close: () => server.close(),
    };
  },
  async examine(solution, { places, folder, expected }) {
    const [before, start] = [peakOwnBytes(), performance.now()];
    let found: unknown;
    try {
      found = await solution([...places], folder, LIMIT);
    } catch (error) {
      const reason = String(error).replace(/['\s]+/g, ' ');
      return [
        { ok: false, what: `the function threw '${reason}'; a failure is an answer, and must not stop the others` },
      ];
    }
    const [taken, seconds] = [Math.max(0, peakOwnBytes() - before), (performance.now() - start) / 1000];
    const largest = formatBytes(Math.max(...(expected[0] ?? [0])));
    const memory = `memory rose by ${formatBytes(taken)}, the largest file has ${largest}; allowed: ${formatBytes(MEMORY)}`;
    return [
      compare(found, expected[0] ?? [], folder),
      { ok: taken <= MEMORY, what: memory },
      { ok: true, what: `${formatTime(seconds)} for all of it` },
    ];
  },
};
