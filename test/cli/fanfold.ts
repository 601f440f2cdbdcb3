import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const main = join(import.meta.dirname, '../../dist/cli/main.js');

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command in `folder`. */
export function fanfold(folder: string, ...args: string[]): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { code: status, stdout, stderr };
}

/** A folder for one file of tests, with `scan.npy` in it: (2, 3) positions, frames of (4, 5), uint16 i % 100. */
export function folderWithScan(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fanfold-cli-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  writeNpy(
    join(folder, 'scan.npy'),
    '<u2',
    [2, 3, 4, 5],
    Uint16Array.from({ length: 120 }, (_, i) => i % 100),
  );
  return folder;
}

/** Version 1.0 of NumPy's format: magic, header length, header padded to 64 bytes, data. */
export function writeNpy(path: string, type: string, shape: readonly number[], data: Uint16Array | Float64Array): void {
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const header = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const start = Buffer.alloc(10);
  start.write('\u0093NUMPY\u0001\u0000', 'latin1');
  start.writeUInt16LE(header.length, 8);
  writeFileSync(path, Buffer.concat([start, Buffer.from(header, 'latin1'), Buffer.from(data.buffer)]));
}

/** Text with what changes from run to run replaced: times, rates, memory of this machine. */
export function steady(text: string): string {
  return text
    .replace(/[\d.]+ (bytes|KiB|MiB|GiB|TiB)\/s/g, 'RATE')
    .replace(/\d+ frames\/s/g, 'N frames/s')
    .replace(/ in [\d.]+ m?s$/gm, ' in TIME')
    .replace(/peak memory [\d.]+ \wiB/g, 'peak memory SIZE')
    .replace(/limited by .*$/gm, 'limited by REASON')
    .replace(/[\d.]+ \wiB are free/g, 'SIZE are free')
    .replace(/[\d.]+ MiB projected/g, 'SIZE projected')
    .replace(/runtime [\d.]+ MiB/g, 'runtime SIZE');
}
