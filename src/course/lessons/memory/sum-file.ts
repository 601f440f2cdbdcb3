import { open, readFile } from 'node:fs/promises';
import { openSource, run } from 'fanfold';

/** Numbers a chunk holds. */
export const CHUNK = 1000;

/** The numbers of a headerless file, `CHUNK` at a time, in one buffer that is used again and again. */
async function* chunksOf(path: string): AsyncGenerator<Float64Array> {
  const file = await open(path);
  try {
    const buffer = new Float64Array(CHUNK);
    const bytes = new Uint8Array(buffer.buffer);
    for (let at = 0; ; ) {
      const { bytesRead } = await file.read(bytes, 0, bytes.length, at);
      if (bytesRead === 0) return;
      // The last chunk is shorter: a view, so that nobody adds up what the chunk before left behind.
      yield buffer.subarray(0, bytesRead / 8);
      at += bytesRead;
    }
  } finally {
    await file.close();
  }
}

const WAYS: Readonly<Record<string, (path: string) => Promise<number>>> = {
  nothing: async () => 0,
  async whole(path) {
    const { buffer, byteOffset, byteLength } = await readFile(path);
    let total = 0;
    for (const value of new Float64Array(buffer, byteOffset, byteLength / 8)) total += value;
    return total;
  },
  async chunks(path) {
    let total = 0;
    for await (const chunk of chunksOf(path)) for (const value of chunk) total += value;
    return total;
  },
  async fanfold(path) {
    const source = await openSource(path, { dtype: 'float64', frameShape: [CHUNK], frameRank: 1 });
    const { arrays } = await run('sum', source, { layout: 'serial' });
    let total = 0;
    for (const value of arrays[0]?.data ?? []) total += Number(value);
    return total;
  },
};

/** What the process took at most, as the system counted it: this is what an empty machine must have free. */
async function peakBytes(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const line = /^VmHWM:\s+(\d+) kB/m.exec(status);
  return line ? Number(line[1]) * 1024 : process.resourceUsage().maxRSS * 1024;
}

const [, , way = '', path = ''] = process.argv;
const start = performance.now();
const total = await WAYS[way]?.(path);
const seconds = (performance.now() - start) / 1000;
process.stdout.write(JSON.stringify({ total, seconds, bytes: await peakBytes() }));
