import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fetchAll } from '../../dist/index.js';
import { serve } from './serve.js';

process.env.FANFOLD_HTTP_BACKOFF = '0.01';

const served = serve();
const root = mkdtempSync(join(tmpdir(), 'fanfold-fetch-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let [folder, count] = ['', 0];
const CONTENT = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * i) % 251));

beforeAll(() => {
  writeFileSync(join(served.folder, 'one.txt'), CONTENT);
  writeFileSync(join(served.folder, 'empty.bin'), '');
  for (let i = 0; i < 30; i++) writeFileSync(join(served.folder, `small_${i}.txt`), `number ${i}`);
});
beforeEach(async () => {
  folder = join(root, String(count++));
  await served.forget();
});

const kept = (): string[] =>
  readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .sort();
const hidden = (): string[] => readdirSync(folder).filter((name) => name.startsWith('.') && !name.endsWith('.jsonl'));

test('every address has its file, in order, and no more are asked for at a time than wanted', async () => {
  const urls = Array.from({ length: 30 }, (_, i) => served.url(i % 3 === 0 ? 'slow' : 'good', `small_${i}.txt`));
  const { files, saved, failed, bytes } = await fetchAll(urls, { folder, concurrency: 5, sha256: true });
  expect({ saved, failed, bytes }).toEqual({ saved: 30, failed: 0, bytes: 20 * 9 + 10 * 8 });
  for (const [i, file] of files.entries()) {
    const text = `number ${i}`;
    expect(readFileSync(join(folder, `file_${i}.txt`), 'utf8')).toBe(text);
    const sha256 = createHash('sha256').update(text).digest('hex');
    expect(file).toMatchObject({
      index: i,
      url: urls[i],
      outcome: 'saved',
      status: 200,
      bytes: text.length,
      sha256,
      error: null,
    });
  }
  expect((await served.asked()).most).toBeLessThanOrEqual(5);
  expect(hidden()).toEqual([]);
});

test('what fails leaves no file and does not fail the rest', async () => {
  const ways = ['good', 'status/404', 'status/500', 'cut', 'more', 'loop', 'badpacked', 'wrongrange', 'good'];
  const outcome = await fetchAll(
    ways.map((way) => served.url(way, 'one.txt')),
    { folder, retries: 1 },
  );
  expect(outcome.files.map(({ outcome: one, error, status }) => [one, error?.code ?? null, status])).toEqual([
    ['saved', null, 200],
    ['failed', 'not-found', 404],
    ['failed', 'bad-status', 500],
    ['failed', 'connection-lost', null],
    ['failed', 'bad-answer', null],
    ['failed', 'bad-redirect', null],
    ['failed', 'connection-lost', null],
    ['failed', 'bad-status', 206],
    ['duplicate', null, 200],
  ]);
  expect(outcome).toMatchObject({ saved: 2, failed: 7 });
  expect(kept()).toEqual(['file_0.txt']);
  expect(hidden()).toEqual([]);
});

test.each(['failing/2', 'dropping/2', 'slow', 'redirect', 'chunked', 'packed', 'whole'])(
  '%s gives the whole file',
  async (way) => {
    const { files } = await fetchAll([served.url(way, 'one.txt')], { folder });
    expect(files[0]).toMatchObject({ outcome: 'saved', bytes: CONTENT.length });
    expect(readFileSync(join(folder, 'file_0.txt')).equals(CONTENT)).toBe(true);
  },
);

test('a file of no bytes is a file', async () => {
  await fetchAll([served.url('good', 'empty.bin')], { folder });
  expect(statSync(join(folder, 'file_0.bin')).size).toBe(0);
});

test('a stalled download ends after its time-out, in words', async () => {
  const { files } = await fetchAll([served.url('stalled', 'one.txt')], { folder, retries: 0, timeout: 0.2 });
  expect(files[0]?.error).toMatchObject({
    code: 'timeout',
    message: expect.stringMatching(/nothing came within 200 ms\. Tried once/),
  });
});

test.each(['good', 'chunked'])('a response that is too large is not kept (%s)', async (way) => {
  const { files } = await fetchAll([served.url(way, 'one.txt')], { folder, maxBytes: 1000 });
  expect(files[0]?.error).toMatchObject({ code: 'too-large', message: expect.stringContaining('at most 1000 bytes') });
  expect([...kept(), ...hidden()]).toEqual([]);
});

describe('processing', () => {
  const urls = (): string[] => [
    served.url('good', 'small_1.txt'),
    served.url('slow', 'one.txt'),
    served.url('good', 'small_1.txt'),
  ];

  test('begins as soon as a file is saved', async () => {
    const events: string[] = [];
    const { files } = await fetchAll(urls(), {
      folder,
      process: async ({ index, path }) => {
        events.push(`processed ${index}`);
        return readFileSync(path).length;
      },
      onFile: ({ index }, done, total) => events.push(`saved ${index}, ${done}/${total}`),
    });
    expect(events).toEqual(['saved 0, 1/3', 'processed 0', 'saved 1, 2/3', 'processed 1', 'saved 2, 3/3']);
    expect(files.map(({ result }) => result)).toEqual([8, CONTENT.length, 8]);
  });

  test('or when all are', async () => {
    const events: string[] = [];
    await fetchAll(urls(), {
      folder,
      waitForAll: true,
      process: ({ index }) => events.push(`processed ${index}`),
      onFile: ({ index }) => events.push(`saved ${index}`),
    });
    expect(events).toEqual(['saved 0', 'saved 1', 'processed 0', 'processed 1', 'saved 2']);
  });

  test('that fails keeps the file', async () => {
    const { files, failed } = await fetchAll(urls().slice(0, 1), {
      folder,
      process: () => {
        throw new Error('no such thing');
      },
    });
    expect(failed).toBe(1);
    expect(files[0]).toMatchObject({ outcome: 'saved', error: { code: 'process-failed', message: 'no such thing' } });
    expect(kept()).toEqual(['file_0.txt']);
  });
});

describe('going on', () => {
  const urls = (): string[] => [0, 1, 2].map((i) => served.url('good', `small_${i}.txt`));

  test('passes over what is finished, unless it has changed here or there', async () => {
    await fetchAll(urls(), { folder });
    writeFileSync(join(folder, 'file_1.txt'), 'changed');
    writeFileSync(join(served.folder, 'small_2.txt'), 'number two');
    await served.forget();
    const { files } = await fetchAll(urls(), { folder, resume: true });
    expect(files.map(({ outcome }) => outcome)).toEqual(['resumed', 'saved', 'saved']);
    expect(kept().map((name) => readFileSync(join(folder, name), 'utf8'))).toEqual([
      'number 0',
      'number 1',
      'number two',
    ]);
    const again = await fetchAll(urls(), { folder, resume: true });
    expect(again.files.map(({ outcome }) => outcome)).toEqual(['resumed', 'resumed', 'resumed']);
    expect(again.bytes).toBe(0);
  });

  test('without it, files in the way are refused; overwrite replaces them', async () => {
    await fetchAll(urls(), { folder });
    utimesSync(join(folder, 'file_0.txt'), 1, 1);
    await expect(fetchAll(urls(), { folder })).rejects.toMatchObject({
      kind: 'SinkError',
      code: 'exists',
      message: expect.stringMatching(/file_0\.txt and 2 more exist already\. Give --resume/),
    });
    const { saved } = await fetchAll(urls(), { folder, overwrite: true });
    expect(saved).toBe(3);
    expect(statSync(join(folder, 'file_0.txt')).mtimeMs).toBeGreaterThan(1000);
  });

  test('an abort keeps finished files and removes the others', async () => {
    const controller = new AbortController();
    const all = [...urls(), served.url('stalled', 'one.txt'), served.url('stalled', 'small_4.txt')];
    const fetching = fetchAll(all, {
      folder,
      concurrency: 2,
      signal: controller.signal,
      onFile: (_, done) => {
        if (done === 3) setTimeout(() => controller.abort(), 20);
      },
    });
    await expect(fetching).rejects.toMatchObject({ name: 'Stopped', frames: 3, total: 5 });
    expect(kept()).toEqual(['file_0.txt', 'file_1.txt', 'file_2.txt']);
    expect(hidden()).toEqual([]);
    const { files } = await fetchAll(urls(), { folder, resume: true });
    expect(files.map(({ outcome }) => outcome)).toEqual(['resumed', 'resumed', 'resumed']);
  });

  test('an abort before the beginning asks for nothing', async () => {
    await expect(fetchAll(urls(), { folder, signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'Stopped' });
    expect((await served.asked()).asked).toEqual({});
  });
});

test('a full disk ends everything, and what is finished stays', async () => {
  if (!existsSync('/dev/full')) return console.log('skipped: no /dev/full here');
  mkdirSync(folder);
  // Where the second file would grow, every write finds the disk full.
  const { symlinkSync } = await import('node:fs');
  symlinkSync('/dev/full', join(folder, `.file_1.txt.partial-${process.pid}`));
  const urls = ['small_0.txt', 'one.txt', 'small_2.txt'].map((name) => served.url('good', name));
  await expect(fetchAll(urls, { folder, concurrency: 1 })).rejects.toMatchObject({
    kind: 'SinkError',
    code: 'disk-full',
    message: expect.stringMatching(/No space left.* 1 of 3 files are saved; --resume goes on/),
  });
  expect(kept()).toEqual(['file_0.txt']);
  expect(hidden()).toEqual([]);
});

test('what is no address, no folder, no number', async () => {
  await expect(fetchAll(['file:///etc/passwd'], { folder })).rejects.toMatchObject({
    kind: 'UsageError',
    code: 'bad-url',
  });
  await expect(fetchAll(['http://'], { folder })).rejects.toMatchObject({ code: 'bad-url' });
  await expect(fetchAll([], { folder, concurrency: 0 })).rejects.toMatchObject({ code: 'bad-value' });
  await expect(fetchAll([served.url('good', 'one.txt')], { folder: '/dev/null/x' })).rejects.toMatchObject({
    kind: 'SinkError',
  });
  expect(await fetchAll([], { folder })).toMatchObject({ files: [], saved: 0 });
});
