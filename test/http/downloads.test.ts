import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { fetchAll, Stopped } from '../../dist/index.js';
import { localCopy } from '../../dist/io/http/local-copy.js';
import { DEFAULTS } from '../../dist/io/http/settings.js';
import { unpacker } from '../../dist/io/http/unpack.js';
import { serve } from './serve.js';

const served = serve();
const root = mkdtempSync(join(tmpdir(), 'fanfold-downloads-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const CONTENT = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * i) % 251));
let [folder, count] = ['', 0];

process.env.FANFOLD_HTTP_BACKOFF = '0.01';
beforeAll(() => {
  writeFileSync(join(served.folder, 'one.txt'), CONTENT);
  for (let i = 0; i < 30; i++) writeFileSync(join(served.folder, `small_${i}.txt`), `number ${i}`);
});
beforeEach(async () => {
  folder = join(root, String(count++));
  await served.forget();
});

test('headers of the caller stay with the host they are for', async () => {
  const headers = { 'X-Api-Key': 'secret', Cookie: 'secret' };
  const urls = [served.url('away', 'x.json'), served.url('echo', 'x.json')];
  await fetchAll(urls, { folder, headers });
  const [away, here] = [0, 1].map((i) => JSON.parse(readFileSync(join(folder, `file_${i}.json`), 'utf8')));
  expect(away).not.toHaveProperty('x-api-key');
  expect(away).not.toHaveProperty('cookie');
  expect(here).toMatchObject({ 'x-api-key': 'secret', cookie: 'secret' });
});

test('a server that goes on with less than all is asked for the rest', async () => {
  const { files } = await fetchAll([served.url('dribbling', 'one.txt')], { folder });
  expect(files[0]).toMatchObject({ outcome: 'saved', bytes: CONTENT.length });
  expect(readFileSync(join(folder, 'file_0.txt')).equals(CONTENT)).toBe(true);
});

test('a sum that an earlier call did not work out is worked out', async () => {
  const urls = [served.url('good', 'one.txt')];
  await fetchAll(urls, { folder });
  const { files } = await fetchAll(urls, { folder, resume: true, sha256: true });
  expect(files[0]?.sha256).toMatch(/^[0-9a-f]{64}$/);
  const again = await fetchAll(urls, { folder, resume: true, sha256: true });
  expect(again.files[0]).toMatchObject({ outcome: 'resumed', sha256: files[0]?.sha256 });
});

test('a listener that throws ends the downloads', async () => {
  const urls = Array.from({ length: 30 }, (_, i) => served.url('slow', `small_${i}.txt`));
  const onFile = () => {
    throw new Error('enough');
  };
  await expect(fetchAll(urls, { folder, concurrency: 2, onFile })).rejects.toThrow('enough');
  await after(200);
  expect(Object.keys((await served.asked()).asked).length).toBeLessThanOrEqual(4);
});

test('two who want the same copy at the same time share one that is whole', async () => {
  const url = served.url('whole', 'one.txt');
  const probed = { pin: null, size: CONTENT.length, identity: 'one' };
  const stop = new AbortController();
  const stopped = localCopy(url, { ...probed, identity: 'two' }, { settings: DEFAULTS, signal: stop.signal });
  const kept = localCopy(url, { ...probed, identity: 'two' }, { settings: DEFAULTS });
  stop.abort();
  await expect(stopped).rejects.toThrow(Stopped);
  expect(readFileSync(await kept).equals(CONTENT)).toBe(true);
  await served.forget();
  const paths = await Promise.all([1, 2, 3].map(() => localCopy(url, probed, { settings: DEFAULTS })));
  expect(new Set(paths).size).toBe(1);
  expect(Object.values((await served.asked()).asked)).toEqual([1]);
});

test('nothing is handed over any more after a packed body was given up', async () => {
  let bytes = 0;
  const packed = gzipSync(Buffer.alloc(32 * 2 ** 20));
  const { push, end, abandon } = unpacker('gzip', (piece) => {
    bytes += piece.length;
  });
  const pushed = push(packed);
  abandon();
  await pushed;
  await expect(end()).rejects.toThrow('given up');
  const before = bytes;
  await after(100);
  expect(bytes).toBe(before);
});
