import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';

/** What the server does with one of its addresses. */
export type Manner =
  | { readonly kind: 'whole'; readonly bytes: number }
  | { readonly kind: 'status'; readonly status: number }
  /** Promises `bytes` and ends the connection half-way. */
  | { readonly kind: 'cut'; readonly bytes: number };

/** A server on this machine that answers some addresses, refuses others and breaks off. */
export interface RoughServer {
  readonly urls: readonly string[];
  /** Most requests in work at the same time. */
  readonly mostAtOnce: number;
  /** How often each address was asked for. */
  readonly asked: readonly number[];
  close(): Promise<void>;
}

/** Byte of a file at a place. */
export const byteAt = (file: number, place: number): number => (file * 31 + place * 7) & 127;

/** A multiple of the period of `byteAt`, so that one block serves a whole file. */
const BLOCK = 2 ** 16;

/** The first `bytes` bytes of a file; then, when it is to be cut off, an error. */
function* bodyOf(file: number, bytes: number, isCut: boolean): Generator<Uint8Array> {
  const block = Uint8Array.from({ length: BLOCK }, (_, i) => byteAt(file, i));
  for (let sent = 0; sent < bytes; sent += BLOCK) yield block.subarray(0, Math.min(BLOCK, bytes - sent));
  if (isCut) throw new Error('cut off');
}

async function answer(file: number, manner: Manner, response: ServerResponse): Promise<void> {
  if (manner.kind === 'status') {
    response.writeHead(manner.status).end('this text is no file\n');
    return;
  }
  const isCut = manner.kind === 'cut';
  response.writeHead(200, { 'content-length': manner.bytes });
  // A client that goes away, and our own cut, both end here; the client's side is what is looked at.
  await pipeline(bodyOf(file, isCut ? manner.bytes / 2 : manner.bytes, isCut), response).catch(() => undefined);
}

/** @param delays milliseconds before the answer of each address */
export async function openRoughServer(manners: readonly Manner[], delays: readonly number[]): Promise<RoughServer> {
  const asked = manners.map(() => 0);
  let [now, most] = [0, 0];
  const server = createServer(async (request, response) => {
    const file = Number(request.url?.slice(1));
    asked[file] = (asked[file] ?? 0) + 1;
    most = Math.max(most, ++now);
    response.once('close', () => now--);
    await pause(delays[file]);
    await answer(file, manners[file] ?? { kind: 'status', status: 404 }, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    urls: manners.map((_, i) => `http://127.0.0.1:${port}/${i}`),
    get mostAtOnce() {
      return most;
    },
    asked,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
