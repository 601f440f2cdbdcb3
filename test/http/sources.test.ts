import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSource, run } from '../../dist/index.js';
import { fanfold, writeNpy } from '../cli/fanfold.js';
import { serve } from './serve.js';

process.env.FANFOLD_HTTP_TIMEOUT = '0.3';
process.env.FANFOLD_HTTP_RETRIES = '2';
process.env.FANFOLD_HTTP_BACKOFF = '0.01';

const served = serve();
const RAW = { frameShape: [4, 5], dtype: '<u2' };

/** A scan of 2 x 3 positions, frames of 4 x 5, in every format that is read in ranges or whole. */
beforeAll(() => {
  const values = Uint16Array.from({ length: 120 }, (_, i) => i % 100);
  writeNpy(join(served.folder, 'scan.npy'), '<u2', [2, 3, 4, 5], values);
  writeNpy(
    join(served.folder, 'large.npy'),
    '<u2',
    [200, 64, 64],
    Uint16Array.from({ length: 819_200 }, (_, i) => i % 977),
  );
  writeFileSync(join(served.folder, 'scan.raw'), Buffer.from(values.buffer));
  writeFileSync(join(served.folder, 'empty.npy'), '');
  writeFileSync(join(served.folder, 'other.txt'), 'no numbers');
  for (const args of [
    ['make', '6x64x64', 'made.h5', '--dtype', 'uint16', '--codec', 'gzip'],
    ['make', '4x6x64x64', 'made.nii', '--dtype', 'uint16'],
    ['run', 'max', 'made.h5', '-o', 'made.tif'],
  ])
    expect(fanfold(served.folder, ...args)).toMatchObject({ code: 0 });
  writeFileSync(join(served.folder, 'made.nii.gz'), gzipSync(readFileSync(join(served.folder, 'made.nii'))));
});

describe.each(['threads', 'processes', 'serial'])('on layout %s', (layout) => {
  test.each(['scan.npy', 'large.npy', 'scan.raw', 'made.h5', 'made.tif', 'made.nii', 'made.nii.gz'])(
    '%s gives what the file gives',
    async (name) => {
      const options = name.endsWith('.raw') ? RAW : {};
      const [near, far] = await Promise.all([
        openSource(join(served.folder, name), options),
        openSource(served.url('good', name), options),
      ]);
      const expected = await run('sum', near, { layout: 'serial' });
      const found = await run('sum', far, { layout, workers: layout === 'serial' ? 0 : 2 });
      expect(found.arrays.map(({ data }) => data)).toEqual(expected.arrays.map(({ data }) => data));
      expect(found.report.bytes).toEqual(expected.report.bytes);
    },
  );
});

test('ranges alone are read: the frames that are asked for', async () => {
  await served.forget();
  const source = await openSource(served.url('good', 'large.npy'));
  expect(source.location).toBe(served.url('good', 'large.npy'));
  await run('sum', source, { frames: '0:2', layout: 'threads', workers: 1 });
  const { asked } = await served.asked();
  // One to see what it is, one for its head, one for the frames at most.
  expect(asked['/good/large.npy']).toBeLessThanOrEqual(3);
});

test.each(['whole', 'chunked', 'packed'])(
  'from a server that sends it %s, it is downloaded once and said',
  async (way) => {
    await served.forget();
    const source = await openSource(served.url(way, 'scan.npy'));
    expect(source.location).toBe(served.url(way, 'scan.npy'));
    expect(source.notes.at(-1)).toContain('was downloaded to a scratch file');
    const { arrays } = await run('sum', source);
    expect(arrays[0]?.shape).toEqual([4, 5]);
    await openSource(served.url(way, 'scan.npy'));
    // Twice asked what it is, downloaded once.
    expect((await served.asked()).asked[`/${way}/scan.npy`]).toBe(3);
  },
);

test.each(['failing/2', 'dropping/2', 'slow', 'redirect'])('%s passes', async (way) => {
  const { arrays } = await run('sum', await openSource(served.url(way, 'large.npy')), {
    layout: 'threads',
    workers: 1,
  });
  const expected = await run('sum', join(served.folder, 'large.npy'));
  expect(arrays[0]?.data).toEqual(expected.arrays[0]?.data);
});

test.each([
  ['status/404', 'not-found', /the server answered 404 Not Found\. Tried once\. Check the address\./],
  ['status/403', 'not-permitted', /403 Forbidden/],
  ['status/401', 'not-permitted', /401 Unauthorized.*user and password/],
  ['status/500', 'bad-status', /500 Internal Server Error\. Tried 3 times/],
  ['cut', 'connection-lost', /the connection broke after \d+ of \d+ bytes\. Tried/],
  ['stalled', 'timeout', /nothing came within 300 ms\. Tried 3 times.*FANFOLD_HTTP_TIMEOUT/],
  ['silent', 'timeout', /nothing came/],
  ['more', 'bad-answer', /more than it said/],
  ['morerange', 'bad-range', /more than the \d+ bytes it was asked for/],
  ['wrongrange', 'bad-range', /the server sent bytes 5 to 9/],
  ['badpacked', 'connection-lost', /cannot be unpacked/],
  ['loop', 'bad-redirect', /more than 10 times/],
  ['elsewhere', 'bad-redirect', /redirects to ftp:/],
  ['nowhere', 'bad-redirect', /without an address/],
])('%s ends in one error', async (way, code, message) => {
  const url = served.url(way, 'scan.npy');
  const opened = openSource(url);
  await expect(opened).rejects.toMatchObject({ kind: 'SourceError', code, message: expect.stringMatching(message) });
  await expect(opened).rejects.toThrow(url);
});

test('an empty file is empty', async () => {
  await expect(openSource(served.url('good', 'empty.npy'))).rejects.toMatchObject({
    kind: 'SourceError',
    code: 'empty',
  });
});

test('a host without a server, a name without a host, and no address', async () => {
  await expect(openSource('http://127.0.0.1:9/scan.npy')).rejects.toMatchObject({ code: 'no-server' });
  await expect(openSource('http://nowhere.invalid/scan.npy')).rejects.toMatchObject({
    kind: 'SourceError',
    code: 'unknown-host',
  });
  await expect(openSource('http://[bad/scan.npy')).rejects.toMatchObject({ kind: 'UsageError', code: 'bad-url' });
});

test('HTTPS to a server that speaks HTTP is one clear error', async () => {
  const url = served.url('good', 'scan.npy').replace('http:', 'https:');
  await expect(openSource(url)).rejects.toMatchObject({ kind: 'SourceError', code: 'tls' });
});

test('a file that changes while it is read ends the run', async () => {
  await served.forget();
  const source = await openSource(served.url('changing', 'large.npy'));
  const running = run('sum', source, { layout: 'threads', workers: 1 });
  await expect(running).rejects.toMatchObject({
    kind: 'SourceError',
    code: 'changed',
    message: expect.stringMatching(/changed while it was read/),
  });
});

test('user and password are sent, never shown', async () => {
  const url = served.url('private', 'scan.npy').replace('//', '//me:se%2Fcret@');
  const source = await openSource(url);
  expect(source.location).toBe(served.url('private', 'scan.npy'));
  const { arrays } = await run('sum', source, { layout: 'threads', workers: 1 });
  expect(arrays[0]?.shape).toEqual([4, 5]);
  await expect(openSource(url.replace('se%2Fcret', 'wrong'))).rejects.toThrow(/^((?!wrong).)*401((?!wrong).)*$/);
  const advised = fanfold(served.folder, 'advise', 'sum', url, '--sample', '10ms');
  expect(advised).toMatchObject({ code: 0 });
  expect(advised.stdout).toContain(served.url('private', 'scan.npy'));
  expect(advised.stdout + advised.stderr).not.toContain('cret');
});

test('a token in the query is not shown', async () => {
  const url = `${served.url('good', 'scan.npy')}?token=hidden&part=1`;
  const source = await openSource(url);
  expect(source.location).toMatch(/\?token=\.\.\.&part=1$/);
});

describe('several files', () => {
  const parts = ['part_2.npy', 'part_10.npy', 'part_1.npy'];
  beforeAll(() => {
    mkdirSync(join(served.folder, 'lists'));
    for (const [i, name] of parts.entries())
      writeNpy(join(served.folder, name), '<u2', [2, 4, 5], new Uint16Array(40).fill(i));
  });
  const list = (name: string, lines: readonly string[]): string => {
    const path = join(served.folder, 'lists', name);
    writeFileSync(path, lines.join('\n'));
    return `@${path}`;
  };

  test('a list of addresses is one stack in the order of the names', async () => {
    const text = list('urls.txt', ['# parts', ...parts.map((name) => served.url('good', name)), '']);
    const source = await openSource(text, { allowGaps: true });
    expect(source.location).toBe(text);
    expect(source.handle.stack.stackShape).toEqual([6]);
    const { arrays } = await run('mean', source, { layout: 'threads', workers: 2 });
    expect(arrays[0]?.data[0]).toBe(1);
    const copied = await run('copy', await openSource(text, { allowGaps: true }));
    expect([...(copied.arrays[0]?.data ?? [])].filter((_, i) => i % 40 === 0)).toEqual([2, 0, 1]);
  });

  test('a list may come from a server, with relative addresses', async () => {
    writeFileSync(join(served.folder, 'urls.txt'), parts.join('\n'));
    const source = await openSource(`@${served.url('good', 'urls.txt')}`, { allowGaps: true });
    expect(source.handle.stack.stackShape).toEqual([6]);
  });

  test('addresses one by one, and with commas', async () => {
    const urls = parts.map((name) => served.url('good', name));
    for (const text of [urls, urls.join(',')])
      expect((await openSource(text, { allowGaps: true })).handle.stack.stackShape).toEqual([6]);
  });

  test('from a server without ranges', async () => {
    const source = await openSource(
      list(
        'whole.txt',
        parts.map((name) => served.url('whole', name)),
      ),
      { allowGaps: true },
    );
    expect(source.notes.at(-1)).toMatch(/^3 files were downloaded to a scratch folder/);
    const copied = await run('copy', source);
    expect([...(copied.arrays[0]?.data ?? [])].filter((_, i) => i % 40 === 0)).toEqual([2, 0, 1]);
  });

  test.each([
    ['twice', ['part_1.npy', 'part_1.npy'], 'file-twice', /part_1\.npy is named twice/],
    ['unlike', ['part_1.npy', 'scan.npy'], 'parts-differ', /cannot be joined/],
    ['gap', ['part_1.npy', 'part_2.npy', 'part_4.npy'], 'not-found', /part_4\.npy.*404/],
  ])('%s is refused', async (name, names, code, message) => {
    const text = list(
      name,
      names.map((one) => served.url('good', one)),
    );
    await expect(openSource(text)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test('what is no list of addresses', async () => {
    await expect(openSource(list('bad.txt', ['http://ok.test/', 'scan.npy']))).rejects.toMatchObject({
      kind: 'UsageError',
      code: 'bad-url',
      message: expect.stringMatching(/Line 2 of .*'scan.npy', is no HTTP address/),
    });
    await expect(openSource(list('none.txt', ['# nothing']))).rejects.toMatchObject({ code: 'no-urls' });
    await expect(openSource('@absent.txt')).rejects.toMatchObject({ code: 'not-found' });
    await expect(openSource([join(served.folder, 'scan.npy'), served.url('good', 'scan.npy')])).rejects.toMatchObject({
      code: 'mixed-places',
    });
  });

  test('a folder that its server lists', async () => {
    await expect(openSource(`${served.host}/listing/`)).rejects.toMatchObject({
      code: 'mixed-folder',
      message: expect.stringMatching(/tiff files and .*@urls\.txt/),
    });
    copyFileSync(join(served.folder, 'made.tif'), join(served.folder, 'made2.tif'));
    const images = `${served.host}/listing/tif/`;
    const source = await openSource(images);
    expect(source).toMatchObject({ format: 'tiff', location: images });
    expect(source.handle.stack.stackShape).toEqual([2]);
    await expect(openSource(`${served.host}/good/`)).rejects.toMatchObject({ kind: 'SourceError' });
  });
});

describe('an abort ends', () => {
  beforeAll(() => {
    process.env.FANFOLD_HTTP_TIMEOUT = '60';
  });
  afterAll(() => {
    process.env.FANFOLD_HTTP_TIMEOUT = '0.3';
  });

  test.each(['silent', 'stalled'])('opening from a %s server', async (way) => {
    const controller = new AbortController();
    const opening = openSource(served.url(way, 'scan.npy'), { signal: controller.signal });
    setTimeout(() => controller.abort(), 300);
    await expect(opening).rejects.toMatchObject({ name: 'Stopped' });
  });

  test.each(['threads', 'processes'])('workers of layout %s that wait', async (layout) => {
    await served.forget();
    const source = await openSource(served.url('fading', 'large.npy'));
    const controller = new AbortController();
    const running = run('sum', source, { layout, workers: 2, signal: controller.signal });
    setTimeout(() => controller.abort(), 1500);
    await expect(running).rejects.toMatchObject({ name: 'Stopped' });
  });
});

test('masks and links inside HDF5 files come from the server, too', async () => {
  writeNpy(
    join(served.folder, 'mask.npy'),
    '<u2',
    [4, 5],
    Uint16Array.from({ length: 20 }, (_, i) => i % 2),
  );
  const values = { mask: [served.url('good', 'mask.npy')] };
  const { arrays } = await run('mask', served.url('good', 'scan.npy'), { values, layout: 'threads', workers: 1 });
  const near = await run('mask', join(served.folder, 'scan.npy'), {
    values: { mask: [join(served.folder, 'mask.npy')] },
  });
  expect(arrays[0]?.data).toEqual(near.arrays[0]?.data);
});

test('what h5py wrote over several files opens over their neighbours on the server', async () => {
  const script = `
import h5py, numpy as np, sys
with h5py.File('part.h5', 'w') as f: f['data'] = np.arange(3 * 4 * 5, dtype='<u2').reshape(3, 4, 5)
with h5py.File('links.h5', 'w') as f:
    f['far'] = h5py.ExternalLink('part.h5', '/data')
    layout = h5py.VirtualLayout((6, 4, 5), '<u2')
    layout[:3] = h5py.VirtualSource('part.h5', 'data', (3, 4, 5))
    layout[3:] = h5py.VirtualSource('part.h5', 'data', (3, 4, 5))
    f.create_virtual_dataset('both', layout)
`;
  const { status } = spawnSync('/usr/bin/python3', ['-c', script], { cwd: served.folder });
  if (status !== 0) return console.log('skipped: no h5py here');
  for (const [dataset, frames] of [
    ['far', 3],
    ['both', 6],
  ] as const) {
    const { arrays } = await run('sum', `${served.url('good', 'links.h5')}:/${dataset}`, {
      layout: 'threads',
      workers: 1,
    });
    // numpy: np.arange(60).reshape(3, 4, 5).sum(axis=0)[0, 0] is 0 + 20 + 40
    expect(arrays[0]?.data[0]).toBe((60 * frames) / 3);
  }
});
