import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serve } from '../http/serve.js';
import { fanfold, type Ran, writeNpy } from './fanfold.js';

process.env.FANFOLD_HTTP_BACKOFF = '0.01';
const served = serve();
const folder = mkdtempSync(join(tmpdir(), 'fanfold-fetched-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(() => {
  writeFileSync(join(served.folder, 'a.txt'), 'some text');
  writeNpy(join(served.folder, 'b.npy'), '<u2', [2, 3, 3], new Uint16Array(18).fill(2));
});

const names = (out: string): string[] =>
  readdirSync(join(folder, out))
    .filter((name) => !name.startsWith('.'))
    .sort();
const told = (text: string): string => text.replaceAll(served.host, 'HOST').replace(/: \d[^:]*$/, ': AMOUNT\n');

test('a list with one that fails and one twice', () => {
  const urls = ['good/a.txt', 'status/404/x', 'good/b.npy', 'good/a.txt'].map((path) => `${served.host}/${path}`);
  writeFileSync(join(folder, 'urls.txt'), `# a list\n${urls.join('\n')}\n`);
  const { code, stdout, stderr } = fanfold(folder, 'fetch', 'urls.txt', '-o', 'out');
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  expect(told(stderr)).toBe(
    '1: Fetching HOST/status/404/x failed: the server answered 404 Not Found. Tried once. Check the address.\n' +
      'saved 3 of 4 in out (1 named twice and downloaded once, 1 failed): AMOUNT\n',
  );
  expect(names('out')).toEqual(['file_0.txt', 'file_2.npy']);
  expect(readFileSync(join(folder, 'out/file_0.txt'), 'utf8')).toBe('some text');
});

test('each file is processed by an operator', () => {
  const { code, stdout } = fanfold(folder, 'fetch', served.url('good', 'b.npy'), '-o', 'made', '--process', 'sum');
  expect({ code, stdout }).toEqual({ code: 0, stdout: '0 sum: 3 x 3, min 4, max 4, mean 4\n' });
  expect(names('made')).toEqual(['file_0.npy', 'file_0.sum.npy']);
});

test('as JSON, with names and checksums', () => {
  const args = [served.url('good', 'a.txt'), '-o', 'json', '--name', '{name}', '--sha256', '--json'];
  const { code, stdout } = fanfold(folder, 'fetch', ...args);
  expect(code).toBe(0);
  // printf 'some text' | sha256sum
  const sha256 = 'b94f6f125c79e3a5ffaa826f584c10d52ada669e6762051b826b55776d05aed2';
  expect(JSON.parse(stdout)).toMatchObject({ saved: 1, failed: 0, files: [{ outcome: 'saved', bytes: 9, sha256 }] });
  expect(names('json')).toEqual(['a.txt']);
});

test.each([
  [[], 2, /needs addresses/],
  [['http://host.test/a'], 2, /needs a folder/],
  [['absent.txt', '-o', 'x'], 3, /absent\.txt does not exist/],
  [['http://host.test/a', '-o', 'x', '--name', '../a'], 2, /files stay in the folder/],
  [['http://host.test/a', '-o', 'x', '--name', '{nam}'], 2, /there is no \{nam\}; known are \{i\}/],
  [['http://host.test/a', '-o', 'x', '--process', 'summ'], 2, /Did you mean sum/],
  [['http://host.test/a', '-o', 'x', '--concurrency', '0'], 2, /--concurrency must be between 1 and 1000/],
])('%j is refused', (args, code, message) => {
  const found = fanfold(folder, 'fetch', ...args);
  expect(found).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(message) });
});

test('Ctrl-C keeps what is finished, and says how to go on', async () => {
  const main = join(import.meta.dirname, '../../dist/cli/main.js');
  const urls = [served.url('good', 'a.txt'), served.url('stalled', 'b.npy')];
  const child = spawn(process.execPath, [main, 'fetch', ...urls, '-o', 'stopped'], { cwd: folder });
  let stderr = '';
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  const ended = new Promise<Ran['code']>((resolve) => child.once('exit', resolve));
  const watch = setInterval(() => {
    try {
      if (names('stopped').length === 0) return;
      // Once: a second one would end it at once.
      clearInterval(watch);
      child.kill('SIGINT');
    } catch {
      // The folder is not there yet.
    }
  }, 50);
  expect(await ended).toBe(75);
  expect(stderr).toBe('fanfold: stopped with 1 of 2 files saved in stopped. --resume goes on from there.\n');
  expect(names('stopped')).toEqual(['file_0.txt']);
});
