import { describe, expect, it } from 'vitest';
import { makeZstd, ZSTD_SCRATCH } from '../../dist/codecs/zstd.js';
import { encodeZstdFrame } from '../../dist/codecs/zstd-encode.js';
import { ZSTD_FAILURES } from '../../dist/codecs/zstd-failures.js';
import { damaged } from './damage.js';
import { makeGuarded } from './guardedblock.js';
import { KINDS, sample } from './streams.js';
import { hasZstdTool, zstdTool } from './zstdtool.js';

const guarded = makeGuarded(({ arena, kernel }) => makeZstd(arena, kernel), [ZSTD_SCRATCH], 30_000);
const SIZES = [60, 900, 4000, 25_000];

function check(streams: readonly Uint8Array[], count: number, seed: number): Set<string> {
  const seen = new Set<string>();
  let run = 0;
  for (const stream of damaged(streams, count, seed)) {
    const { failure } = guarded(stream, SIZES[run % 4] ?? 0, run & 255);
    seen.add(failure?.replace('does not decode as Zstandard: ', '') ?? '');
    run++;
  }
  return seen;
}

describe('damaged Zstandard frames', () => {
  it('of the own encoder end in the same error with both kernels', { timeout: 120_000 }, () => {
    const streams = KINDS.flatMap((kind) => SIZES.map((size) => encodeZstdFrame(sample(kind, size, size), 5)));
    const seen = check(streams, 12_000, 11);
    for (const failure of ZSTD_FAILURES.slice(0, -1)) expect(seen).toContain(failure);
  });

  it('of the zstd tool end in the same error with both kernels', { timeout: 120_000 }, () => {
    if (!hasZstdTool('damaged frames of the zstd tool')) return;
    const ways = [['-1'], ['-19', '--no-check'], ['-3', '--no-check', '--stream-size=4000']];
    const streams = KINDS.flatMap((kind) => ways.map((way) => zstdTool(sample(kind, 4000, 4), ...way)));
    const seen = check(streams, 12_000, 12);
    for (const failure of ZSTD_FAILURES) expect(seen).toContain(failure);
  });
});
