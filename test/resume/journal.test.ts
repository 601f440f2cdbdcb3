import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openArray, type RunRequest, run, SinkError, Stopped, type Work } from '../../dist/index.js';
import { JournalFile } from '../../dist/io/journal.js';
import { PartJournal, readJournal } from '../../dist/io/part-journal.js';

const folder = mkdtempSync(join(tmpdir(), 'resume-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const module = pathToFileURL(join(import.meta.dirname, 'steady.mjs')).href;
const steady = { name: 'steady', module, values: {} };
const series = openArray(
  [256, 3, 40],
  Float64Array.from({ length: 256 * 120 }, (_, i) => Math.sin(i * i)),
);
const images = openArray(
  [16, 16, 16, 16],
  Float32Array.from({ length: 2 ** 16 }, (_, i) => (i * 7919) % 251),
);

/** Runs until some parts are done: from a signal that comes with the progress. */
async function interrupt(work: Work, source: typeof series, request: RunRequest): Promise<number> {
  const controller = new AbortController();
  let done = -1;
  const all = { ...request, resume: true, signal: controller.signal, layout: 'threads', workers: 2 };
  await expect(
    run(work, source, {
      ...all,
      onProgress: (frames) => {
        if (frames > 0) controller.abort();
      },
      onKept: (kept) => {
        done = kept.done;
      },
    }),
  ).rejects.toThrow(Stopped);
  return done;
}

const [out, partial, journal] = ['out.h5', 'out.partial.h5', 'out.partial.h5.journal'].map((name) =>
  join(folder, name),
) as [string, string, string];
let [bytes, lines, whole] = [Buffer.alloc(0), Buffer.alloc(0), Buffer.alloc(0)];
let before = 0;

beforeAll(async () => {
  await run(steady, series, { outputs: [out] });
  whole = readFileSync(out);
  rmSync(out);
  process.env.PAUSE = '20';
  before = await interrupt(steady, series, { outputs: [out] });
  process.env.PAUSE = '0';
  expect(before).toBeGreaterThan(0);
  expect(before).toBeLessThan(64);
  [bytes, lines] = [readFileSync(partial), readFileSync(journal)];
});

/** Goes on with a journal. @returns how many parts it was taken to say were done, null when it was refused */
async function goOn(damaged: Buffer): Promise<number | null> {
  for (const path of [out, partial, journal]) rmSync(path, { force: true });
  writeFileSync(partial, bytes);
  writeFileSync(journal, damaged);
  let found = 0;
  const how: RunRequest = { outputs: [out], resume: true, layout: 'serial' };
  try {
    await run(steady, series, {
      ...how,
      onResume: ({ done }) => {
        found = done;
      },
    });
  } catch (error) {
    expect(error).toBeInstanceOf(SinkError);
    expect(error).toMatchObject({ code: 'other-job' });
    expect(existsSync(partial)).toBe(true);
    return null;
  }
  expect(readFileSync(out).equals(whole)).toBe(true);
  expect([partial, journal].some((path) => existsSync(path))).toBe(false);
  return found;
}

test('a journal that is whole is gone on with', async () => {
  expect(await goOn(lines)).toBe(before);
});

test('a journal that was cut off anywhere', { timeout: 60_000 }, async () => {
  for (let length = 0; length < lines.length; length += Math.ceil(lines.length / 40)) {
    const found = await goOn(lines.subarray(0, length));
    expect(found).toBeLessThanOrEqual(before);
  }
  expect(await goOn(lines.subarray(0, lines.length - 2))).toBeLessThan(before);
});

test('a damaged journal gives the right bytes or is refused', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(lines.length - 1), fc.integer({ min: 32, max: 126 }), async (place, byte) => {
      const damaged = Buffer.from(lines);
      damaged[place] = byte;
      await goOn(damaged);
    }),
    { numRuns: 60 },
  );
  for (const text of ['', '\n', 'null\n', '[]\n', '{}\n', '[[0,1,2],0]\n', '\0\0\0']) {
    expect(await goOn(Buffer.from(text))).toBe(0);
    expect(await goOn(Buffer.concat([lines, Buffer.from(text)]))).toBe(before);
  }
});

test('a run that fails at its very end is not revised twice', async () => {
  for (const path of [out, partial, journal]) rmSync(path, { force: true });
  const how: RunRequest = { outputs: [out], resume: true, layout: 'serial' };
  let meanwhile = 0;
  const late: RunRequest = { ...how, onProgress: () => meanwhile++ || writeFileSync(out, 'in the way') };
  await expect(run(steady, series, late)).rejects.toThrow(/exists already/);
  rmSync(out);
  let found = 0;
  await run(steady, series, {
    ...how,
    onResume: ({ done }) => {
      found = done;
    },
  });
  expect(found).toBe(64);
  expect(readFileSync(out).equals(whole)).toBe(true);
});

test('parts are noted once they are on the disk, and taken back together', async () => {
  const [data, path] = [join(folder, 'data'), join(folder, 'data.journal')];
  writeFileSync(data, 'bytes');
  const file = new JournalFile(path);
  const noted = PartJournal.open(file, [data], { of: 'this' }, new Set([4]));
  noted.note([7, 2]);
  expect([...(readJournal(file)?.done ?? [])]).toEqual([4]);
  expect(noted.count).toBe(1);
  await noted.close();
  expect(readJournal(file)).toEqual({ setup: { of: 'this' }, done: new Set([4, 7, 2]) });
  noted.forget();
  expect(noted.count).toBe(0);
  expect(readJournal(file)).toEqual({ setup: { of: 'this' }, done: new Set() });
  expect(() => PartJournal.open(file, [join(folder, 'gone')], {}, new Set())).toThrow(SinkError);
});

const MASK = { preset: 'bf', disk: 5 };
const GEOMETRY = { distance: 0.1, beamCenter: [8, 8], pixelSize: 1e-4, npt: 10 };

test.each([
  ['gaf', series, { size: 12 }],
  ['mtf', series, {}],
  ['recurrence', series, {}],
  ['features', series, {}],
  ['scale', series, { method: 'zscore' }],
  ['copy', series, {}],
  ['mask', images, MASK],
  ['com', images, {}],
  ['filter', images, {}],
  ['azimuthal', images, GEOMETRY],
] as const)('%s: what a run leaves with resume is what it leaves without', async (operator, source, values) => {
  for (const extension of ['.h5', '.npy']) {
    const [plain, resumed] = ['plain', 'resumed'].map((name) => join(folder, `${operator}-${name}${extension}`));
    const { files } = await run(operator, source, { values, outputs: [plain ?? ''] });
    const again = await run(operator, source, { values, outputs: [resumed ?? ''], resume: true, layout: 'threads' });
    expect(again.files).toHaveLength(files.length);
    for (const [i, file] of files.entries())
      expect(readFileSync(again.files[i] ?? '').equals(readFileSync(file)), file).toBe(true);
  }
});

test('an output folder is gone on with, its pages and texts too', async () => {
  process.env.PAUSE = '0';
  const long = openArray(
    [20000, 2, 32],
    Float64Array.from({ length: 20000 * 64 }, (_, i) => Math.sin(i / 7) + (i % 13)),
  );
  const request = { values: { size: 16 }, outputs: [`${join(folder, 'gaf')}/`] };
  const done = await interrupt('gaf', long, request);
  expect(done).toBeGreaterThanOrEqual(0);
  const { files } = await run('gaf', long, { ...request, resume: true });
  const { files: plain } = await run('gaf', long, { ...request, outputs: [`${join(folder, 'plain')}/`], resume: true });
  expect(files.map((file) => basename(file))).toEqual(plain.map((file) => basename(file)));
  for (const [i, file] of files.entries())
    expect(readFileSync(file).equals(readFileSync(plain[i] ?? '')), file).toBe(true);
});
