import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll } from 'vitest';

/** A server for one file of tests, and the folder it serves. */
export interface Served {
  readonly folder: string;
  /** `http://127.0.0.1:PORT`. */
  readonly host: string;
  /** The address of a file, sent in one of the ways of `server.mjs`. */
  url(way: string, name: string): string;
  /** Requests by path, and how many there were at most at a time, since the last `forget`. */
  asked(): Promise<{ readonly asked: Readonly<Record<string, number>>; readonly most: number }>;
  forget(): Promise<unknown>;
}

/** Starts the server before the tests of this file, and ends it after them. */
export function serve(): Served {
  const folder = mkdtempSync(join(tmpdir(), 'fanfold-served-'));
  let worker: Worker | null = null;
  let port = 0;
  const answer = (): Promise<never> => new Promise((resolve) => worker?.once('message', resolve));
  beforeAll(async () => {
    worker = new Worker(new URL('./server.mjs', import.meta.url), { workerData: { folder } });
    ({ port } = (await answer()) as { port: number });
  });
  afterAll(async () => {
    await worker?.terminate();
    rmSync(folder, { recursive: true, force: true });
  });
  const ask = (what: string): Promise<never> => {
    worker?.postMessage(what);
    return answer();
  };
  return {
    folder,
    get host() {
      return `http://127.0.0.1:${port}`;
    },
    url: (way, name) => `http://127.0.0.1:${port}/${way}/${name}`,
    asked: () => ask('asked'),
    forget: () => ask('forget'),
  };
}
