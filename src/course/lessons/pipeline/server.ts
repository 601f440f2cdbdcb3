import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** A server on this machine that answers slowly and not always. */
export interface SlowServer {
  readonly urls: readonly string[];
  /** Most requests it had to answer at the same time since it was last asked. */
  mostAtOnce(): number;
  close(): Promise<void>;
}

/** @param count files it offers; every tenth is missing (404) @param delay milliseconds before each answer */
export async function openServer(count: number, delay: number): Promise<SlowServer> {
  let [now, most] = [0, 0];
  const server = createServer(async (request, response) => {
    now++;
    most = Math.max(most, now);
    await pause(delay);
    now--;
    const number = Number(request.url?.slice(1));
    if (number % 10 === 9) response.writeHead(404).end('no such file\n');
    else response.end(`${Array.from({ length: 1000 }, (_, i) => number + i).join('\n')}\n`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    urls: Array.from({ length: count }, (_, i) => `http://127.0.0.1:${port}/${i}`),
    mostAtOnce() {
      const seen = most;
      most = 0;
      return seen;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
