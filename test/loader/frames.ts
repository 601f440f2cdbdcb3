import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { type Batch, dataLoader, type LoaderOptions, type LoaderSource } from '../../dist/index.js';

export const SAMPLES = 61;
export const SHAPE = [3, 24] as const;
export const SIZE = 72;
const values = Float64Array.from({ length: SAMPLES * SIZE }, (_, i) => Math.sin(0.37 * i) + (i % 17));

export const frameOf = (sample: number): Float64Array => values.subarray(sample * SIZE, (sample + 1) * SIZE);
export const labels = Int32Array.from({ length: SAMPLES }, (_, i) => i % 3);

/** Writes the frames as NumPy does. */
export function writeFrames(path: string): void {
  const header = `{'descr': '<f8', 'fortran_order': False, 'shape': (${[SAMPLES, ...SHAPE].join(', ')}), }`;
  const text = `${header.padEnd(117)}\n`;
  const magic = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length & 255, text.length >> 8]);
  writeFileSync(path, Buffer.concat([magic, Buffer.from(text), Buffer.from(values.buffer)]));
}

export interface Seen {
  readonly hash: string;
  readonly index: number[];
  readonly labels: number[];
  readonly failed: Batch['failed'][number][];
}

/** What a loader gives in one epoch. */
export async function load(source: LoaderSource, options: LoaderOptions): Promise<Seen> {
  const hash = createHash('sha256');
  const seen = { index: [] as number[], labels: [] as number[], failed: [] as Batch['failed'][number][] };
  await using loader = dataLoader(source, options);
  for await (const batch of loader) {
    for (const { buffer, byteOffset, byteLength } of Object.values(batch.x))
      hash.update(new Uint8Array(buffer, byteOffset, byteLength));
    seen.index.push(...batch.index);
    seen.labels.push(...batch.y);
    seen.failed.push(...batch.failed);
    batch.release();
  }
  return { hash: hash.digest('hex'), ...seen };
}

/** Every way to make batches, with rings of one slot and of several. */
export const WAYS: readonly Partial<LoaderOptions>[] = [
  { layout: 'inline' },
  { layout: 'inline', memory: { ring: 60_000 } },
  { layout: 'threads', workers: 1 },
  { layout: 'threads', workers: 3, prefetch: 3 },
  { layout: 'threads', workers: 2, debug: true },
  { layout: 'processes', workers: 2 },
  { layout: 'processes', workers: 2, sharing: 'files' },
  { layout: 'processes', workers: 2, sharing: 'copies' },
  { layout: 'threads', workers: 2, chunk: 3 },
  { layout: 'processes', workers: 2, sharing: 'files', chunk: 3 },
  { layout: 'processes', workers: 2, sharing: 'copies', chunk: 3 },
  { layout: 'threads', workers: 2, chunk: 24 },
];
