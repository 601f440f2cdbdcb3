import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fileNames } from '../../dist/fetch/names.js';
import { splitDataset } from '../../dist/formats/location.js';
import { linksIn, urlsIn } from '../../dist/io/http/listing.js';
import { isUrl, shownUrl, targetOf, withPin } from '../../dist/io/http/url.js';

const HOST = 'http://host.test/';

describe('file names', () => {
  test.each([
    ['file_{i}.txt', ['a', 'b'], ['file_0.txt', 'file_1.txt']],
    ['file_{i}{ext}', ['a.npy', 'b', 'c.nii.gz?x=1'], ['file_0.npy', 'file_1.txt', 'file_2.nii.gz']],
    ['{i:4}{ext}', ['a.tif'], ['0000.tif']],
    ['{name}', ['x/a.npy', 'y/a.npy', 'y/A.NPY', 'z/'], ['a.npy', 'a_1.npy', 'A_2.NPY', 'index']],
    ['{name}', ['%2e%2e%2fpasswd', '..%5Cx', '.ssh', 'con.txt', 'a%00b'], ['passwd', '__x', '_ssh', '_con.txt', 'a_b']],
  ])('%s of %j', (template, paths, names) => {
    expect(
      fileNames(
        paths.map((path) => HOST + path),
        template,
      ),
    ).toEqual(names);
  });

  test.each(['../{i}', 'a/{i}', '/{i}', '..', '', '.{i}', 'x\\{i}', 'same.txt'])('%j is refused', (template) => {
    expect(() => fileNames([`${HOST}a`, `${HOST}b`], template)).toThrow(/--name/);
  });

  test('no name leaves the folder, is empty, or is there twice', () => {
    fc.assert(
      fc.property(
        fc.array(fc.webUrl({ withQueryParameters: true }), { maxLength: 20 }),
        fc.array(fc.string()),
        (urls, tails) => {
          const all = [...urls, ...tails.map((tail) => HOST + encodeURIComponent(tail.toWellFormed()))];
          const names = fileNames(all, '{name}');
          expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(all.length);
          for (const name of names) expect(name).toMatch(/^(?!\.)[^/\\\0]{1,255}$/u);
        },
      ),
    );
  });
});

describe('lists of addresses', () => {
  test('links below a folder, as servers write them', () => {
    const html = `<a href="../">..</a> <a href='?C=M;O=A'>x</a> <A HREF=scan%20one.npy>1</A> <a class="f" href="/data/two.npy">2</a>
      <a href="sub/">d</a> <a href="http://else.test/data/x.npy">x</a> <a href="/other/y.npy">y</a> <a href="a&amp;b.npy#top">z</a>
      <a href="two.npy">again</a> <a href="javascript:void(0)">j</a>`;
    expect(linksIn(html, 'http://host.test/data/')).toEqual([
      'http://host.test/data/scan%20one.npy',
      'http://host.test/data/two.npy',
      'http://host.test/data/a&b.npy',
    ]);
  });

  test('lines, relative ones to where the list is', () => {
    expect(urlsIn('\uFEFF# all\r\n\r\n http://a.test/x \r\n', 'list')).toEqual(['http://a.test/x']);
    expect(urlsIn('x.npy\n/y.npy', 'list', 'http://a.test/d/list.txt')).toEqual([
      'http://a.test/d/x.npy',
      'http://a.test/y.npy',
    ]);
    expect(() => urlsIn('ftp://a.test/x', 'list')).toThrow(/Line 1 of list/);
  });
});

describe('addresses', () => {
  test('what may not be shown is not', () => {
    expect(shownUrl('https://me:pw@host.test/a?X-Amz-Signature=12&n=3')).toBe(
      'https://host.test/a?X-Amz-Signature=...&n=3',
    );
    expect(shownUrl('http://me:pw@[bad')).not.toContain('pw');
  });

  test('a pin is read back, and not shown', () => {
    const pin = { size: 12, etag: '"a#b"', modified: null };
    const reference = withPin('https://me:pw@host.test/a.h5#x', pin);
    expect(targetOf(reference)).toEqual({ url: 'https://me:pw@host.test/a.h5', pin });
    expect(shownUrl(reference)).toBe('https://host.test/a.h5');
  });

  test.each([
    ['http://h:8000/a.h5:/entry/data', { path: 'http://h:8000/a.h5', dataset: '/entry/data' }],
    ['https://h/a.npz:X', { path: 'https://h/a.npz', dataset: 'X' }],
    ['https://h/a.h5?v=1', { path: 'https://h/a.h5?v=1' }],
  ])('%s', (text, parts) => {
    expect(isUrl(text)).toBe(true);
    expect(splitDataset(text)).toEqual(parts);
  });
});
