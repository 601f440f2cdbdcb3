// A server of files that misbehaves on request: /WAY/.../name is file `name` of its folder, sent in that way. Runs in a thread
// of its own, so that tests may wait synchronously.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename, join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';

const { folder } = workerData;
/** Requests by their path. */
const asked = new Map();
let open = 0;
let most = 0;

const kept = new Map();

function bytesOf(path) {
  const file = join(folder, basename(decodeURIComponent(path)));
  const key = `${file} ${statSync(file).mtimeMs}`;
  if (!kept.has(key)) kept.set(key, readFileSync(file));
  return kept.get(key);
}

/** As a good server does it. @returns the bytes that go out */
function head(request, response, bytes, headers = {}) {
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const etag = headers.etag ?? `"${bytes.length}"`;
  const isSame = request.headers['if-range'] === undefined || request.headers['if-range'] === etag;
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, { etag });
    return null;
  }
  if (!range || !isSame) {
    response.writeHead(200, { 'content-length': bytes.length, etag, 'accept-ranges': 'bytes', ...headers });
    return bytes;
  }
  const [first, last] = [Number(range[1]), Math.min(bytes.length - 1, range[2] === '' ? Infinity : Number(range[2]))];
  if (first >= bytes.length) {
    response.writeHead(416, { 'content-range': `bytes */${bytes.length}` });
    return null;
  }
  const part = bytes.subarray(first, last + 1);
  response.writeHead(206, {
    'content-length': part.length,
    'content-range': `bytes ${first}-${last}/${bytes.length}`,
    etag,
    ...headers,
  });
  return part;
}

const WAYS = {
  good: (request, response, path) => response.end(head(request, response, bytesOf(path))),
  status: (_, response, path) => {
    response.writeHead(Number(path.split('/')[2]), { 'retry-after': '0' });
    response.end('no');
  },
  // /failing/COUNT/name: so many answers are 503, then all is well.
  failing: (request, response, path, times) => {
    if (times > Number(path.split('/')[2])) return WAYS.good(request, response, path);
    response.writeHead(503).end();
  },
  // /dropping/COUNT/name: so many connections are cut in the middle of the body.
  dropping: (request, response, path, times) => {
    const bytes = head(request, response, bytesOf(path));
    if (times > Number(path.split('/')[2]) || bytes.length < 2) return response.end(bytes);
    response.write(bytes.subarray(0, bytes.length >> 1), () => setTimeout(() => request.socket.destroy(), 20));
  },
  cut: (request, response, path) => {
    const bytes = head(request, response, bytesOf(path));
    if (bytes.length < 2) return response.end(bytes);
    response.write(bytes.subarray(0, bytes.length >> 1), () => setTimeout(() => request.socket.destroy(), 20));
  },
  slow: (request, response, path) => {
    const bytes = head(request, response, bytesOf(path));
    let at = 0;
    const timer = setInterval(() => {
      const next = Math.min(bytes.length, at + Math.ceil(bytes.length / 10));
      response.write(bytes.subarray(at, next));
      at = next;
      if (at === bytes.length) response.end(() => clearInterval(timer));
    }, 30);
    request.socket.on('close', () => clearInterval(timer));
  },
  stalled: (request, response, path) => {
    const bytes = head(request, response, bytesOf(path));
    if (bytes.length < 2) response.end(bytes);
    else response.write(bytes.subarray(0, 1));
  },
  // Silent from the third request on.
  fading: (request, response, path, times) => (times > 2 ? undefined : WAYS.good(request, response, path)),
  silent: () => undefined,
  more: (request, _, path) => {
    const bytes = bytesOf(path);
    const text = `HTTP/1.1 200 OK\r\ncontent-length: ${bytes.length >> 1}\r\n\r\n`;
    request.socket.write(Buffer.concat([Buffer.from(text), bytes]));
  },
  // A range that is longer than it says, in an answer without a length.
  morerange: (request, response, path) => {
    const bytes = bytesOf(path);
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    if (!range || range[2] === '0') return WAYS.good(request, response, path);
    response.writeHead(206, {
      'content-range': `bytes ${range[1]}-${range[2]}/${bytes.length}`,
      etag: `"${bytes.length}"`,
    });
    response.end(Buffer.concat([bytes, bytes]));
  },
  wrongrange: (request, response, path) => {
    const bytes = bytesOf(path);
    if (request.headers.range === 'bytes=0-0') return WAYS.good(request, response, path);
    response.writeHead(206, {
      'content-range': `bytes 5-9/${bytes.length}`,
      'content-length': 5,
      etag: `"${bytes.length}"`,
    });
    response.end(bytes.subarray(5, 10));
  },
  whole: (_, response, path) => {
    const bytes = bytesOf(path);
    response.writeHead(200, { 'content-length': bytes.length, etag: '"whole"' }).end(bytes);
  },
  chunked: (_, response, path) => {
    const bytes = bytesOf(path);
    response.writeHead(200);
    response.write(bytes.subarray(0, bytes.length >> 1));
    response.end(bytes.subarray(bytes.length >> 1));
  },
  packed: (_, response, path) => {
    const bytes = gzipSync(bytesOf(path));
    response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': bytes.length }).end(bytes);
  },
  badpacked: (_, response, path) => {
    const bytes = gzipSync(bytesOf(path)).subarray(0, 20);
    response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': bytes.length }).end(bytes);
  },
  // Another content from the third request on.
  changing: (request, response, path, times) =>
    response.end(head(request, response, bytesOf(path), { etag: times > 2 ? '"new"' : '"old"' })),
  redirect: (_, response, path) => response.writeHead(302, { location: path.replace('/redirect/', '/good/') }).end(),
  // Another host, as far as addresses say; there /echo/ tells what it was sent.
  away: (request, response, path) =>
    response
      .writeHead(302, { location: `http://localhost:${request.socket.localPort}${path.replace('/away/', '/echo/')}` })
      .end(),
  echo: (request, response) => response.end(JSON.stringify(request.headers)),
  // Cut in the middle, and then gone on with in ranges that end too soon.
  dribbling: (request, response, path, times) => {
    if (times === 1) return WAYS.cut(request, response, path);
    const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
    if (range) request.headers.range = `bytes=${range[1]}-${Number(range[1]) + bytesOf(path).length / 4 - 1}`;
    WAYS.good(request, response, path);
  },
  late: (request, response, path) => void setTimeout(() => WAYS.good(request, response, path), 200),
  loop: (_, response, path) => response.writeHead(302, { location: path }).end(),
  elsewhere: (_, response) => response.writeHead(302, { location: 'ftp://localhost/file' }).end(),
  nowhere: (_, response) => response.writeHead(302).end(),
  private: (request, response, path) => {
    const wanted = `Basic ${Buffer.from('me:se/cret').toString('base64')}`;
    if (request.headers.authorization === wanted) return WAYS.good(request, response, path);
    response.writeHead(401, { 'www-authenticate': 'Basic' }).end();
  },
  listing: (request, response, path) => {
    if (!path.endsWith('/')) return WAYS.good(request, response, path);
    const kind = path.split('/')[2];
    const links = readdirSync(folder)
      .filter((name) => name.endsWith(kind))
      .map((name) => `<a href="${encodeURIComponent(name)}">${name}</a>`);
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(
      `<a href="../">up</a><a href="?C=N;O=D">Name</a>${links.join('\n')}<a href="http://else.test/x.npy">x</a>`,
    );
  },
};

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  const times = (asked.get(pathname) ?? 0) + 1;
  asked.set(pathname, times);
  most = Math.max(most, ++open);
  response.on('close', () => open--);
  const way = WAYS[pathname.split('/')[1]];
  const name = basename(decodeURIComponent(pathname));
  const isThere =
    (pathname.startsWith('/listing/') && pathname.endsWith('/')) ||
    /^\/(status|elsewhere|nowhere|silent|loop|away|echo)\//.test(pathname);
  if (!way || (!isThere && !statSync(join(folder, name), { throwIfNoEntry: false })))
    response.writeHead(404).end('none');
  else way(request, response, pathname, times);
});
server.listen(0, '127.0.0.1', () => parentPort.postMessage({ port: server.address().port }));
parentPort.on('message', (message) => {
  if (message === 'forget') {
    asked.clear();
    most = 0;
  }
  parentPort.postMessage({ asked: Object.fromEntries(asked), most });
});
