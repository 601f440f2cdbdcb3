// Downloads of many small files from a server on this machine, in a process of its own: files/s of fetchAll beside a plain loop of
// node:http requests over kept connections (what the server gives), fetch with Promise.all, and Python.
//
//   npm run build && node bench/fetch.mjs [--files 1000] [--bytes 4096] [--concurrency 8] [--rounds 7]
//
// Rounds of all alternate. The plain loop saves its files, too, each with one write; it checks nothing. Python: urllib in threads,
// aiohttp and requests where they are installed (bench/peers/fetch.py; PYTHON names the interpreter). Memory: resident bytes of a
// process after 1000 and after 10000 files.
import { fork, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, createServer, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    files: { type: 'string', default: '1000' },
    bytes: { type: 'string', default: '4096' },
    concurrency: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '7' },
  },
});
const FILES = Number(values.files);
const BYTES = Number(values.bytes);
const WIDTH = Number(values.concurrency);
const ROUNDS = Number(values.rounds);
const TARGET = 0.9;

async function fanfold(urls, folder) {
  const { fetchAll } = await import('../dist/index.js');
  const { saved } = await fetchAll(urls, { folder, concurrency: WIDTH });
  if (saved !== urls.length) throw new Error(`${saved} of ${urls.length} saved`);
}

const agent = new Agent({ keepAlive: true });

/** The limit: requests over kept connections, answers written as they come, nothing else. */
async function plain(urls, folder) {
  let next = 0;
  const one = (url, path) =>
    new Promise((resolve, reject) => {
      get(url, { agent }, (response) => {
        const pieces = [];
        response.on('data', (piece) => pieces.push(piece));
        response.on('end', () => {
          writeFileSync(path, Buffer.concat(pieces));
          resolve();
        });
        response.on('error', reject);
      }).on('error', reject);
    });
  const work = async () => {
    while (next < urls.length) {
      const i = next++;
      await one(urls[i], join(folder, `file_${i}.txt`));
    }
  };
  await Promise.all(Array.from({ length: WIDTH }, work));
}

/** What a program would do with what Node has. */
async function builtin(urls, folder) {
  let next = 0;
  const work = async () => {
    while (next < urls.length) {
      const i = next++;
      const response = await fetch(urls[i]);
      writeFileSync(join(folder, `file_${i}.txt`), new Uint8Array(await response.arrayBuffer()));
    }
  };
  await Promise.all(Array.from({ length: WIDTH }, work));
}

function serverOf() {
  const child = fork(fileURLToPath(import.meta.url), ['serve', '--bytes', values.bytes]);
  return new Promise((resolve) => child.once('message', ({ port }) => resolve({ child, port })));
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
const urlsOf = (port, count) => Array.from({ length: count }, (_, i) => `http://127.0.0.1:${port}/${i}.txt`);

async function timed(way, urls) {
  const folder = mkdtempSync(join(tmpdir(), 'fanfold-bench-'));
  try {
    const started = performance.now();
    await way(urls, folder);
    return (performance.now() - started) / 1000;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function flatness(port) {
  const after = [];
  for (const count of [FILES, 9 * FILES]) {
    await timed(fanfold, urlsOf(port, count));
    global.gc?.();
    after.push(process.memoryUsage.rss());
  }
  console.log(JSON.stringify(after));
}

async function compare() {
  const { child, port } = await serverOf();
  try {
    const urls = urlsOf(port, FILES);
    const ways = { fanfold, 'plain loop': plain, 'built-in fetch': builtin };
    const seconds = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
    for (const way of Object.values(ways)) await timed(way, urls.slice(0, 200));
    for (let round = 0; round < ROUNDS; round++)
      for (const [name, way] of Object.entries(ways)) seconds[name].push(await timed(way, urls));
    const limit = median(seconds['plain loop']);
    console.log(`${FILES} files of ${BYTES} bytes, ${WIDTH} at a time, median of ${ROUNDS} rounds`);
    const show = (name, s) =>
      console.log(
        `${name.padEnd(24)} ${s.toFixed(3)} s  ${Math.round(FILES / s)} files/s  ${(limit / s).toFixed(2)} of the plain loop`,
      );
    for (const name of Object.keys(ways)) show(name, median(seconds[name]));
    const peer = spawnSync(
      process.env.PYTHON ?? '/usr/bin/python3',
      [fileURLToPath(new URL('peers/fetch.py', import.meta.url)), String(port), String(FILES), String(WIDTH), '3'],
      { encoding: 'utf8' },
    );
    if (peer.status === 0) for (const [name, s] of Object.entries(JSON.parse(peer.stdout))) show(`python ${name}`, s);
    else console.log(`python: not measured (${(peer.stderr ?? String(peer.error)).trim().split('\n').at(-1)})`);
    const memory = spawnSync(
      process.execPath,
      [
        '--expose-gc',
        fileURLToPath(import.meta.url),
        'memory',
        String(port),
        '--files',
        values.files,
        '--concurrency',
        values.concurrency,
      ],
      { encoding: 'utf8' },
    );
    const [few = 0, many = 0] = JSON.parse(memory.stdout);
    console.log(
      `memory after ${FILES} files ${(few / 2 ** 20).toFixed(0)} MiB, after ${10 * FILES} ${(many / 2 ** 20).toFixed(0)} MiB`,
    );
    const share = limit / median(seconds.fanfold);
    console.log(
      `${share >= TARGET ? 'reached' : 'MISSED'}: ${share.toFixed(2)} of the server's limit, ${TARGET} wanted`,
    );
  } finally {
    child.kill();
  }
}

if (positionals[0] === 'serve') {
  const body = Buffer.alloc(BYTES, 'fanfold ');
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-length': body.length, 'content-type': 'text/plain' });
    response.end(body);
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
} else if (positionals[0] === 'memory') await flatness(Number(positionals[1]));
else await compare();
