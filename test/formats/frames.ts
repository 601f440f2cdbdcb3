import { ARENA_BASE, Arena, makeMemory } from '../../dist/core/arena.js';
import type { NumericArray } from '../../dist/core/dtype.js';
import type { Source } from '../../dist/core/source.js';
import { frameCount } from '../../dist/core/stack.js';
import { attachSource } from '../../dist/formats/registry.js';

const ROOM = 96 * 2 ** 20;

/** Shows every frame of a source in order; each stands until the next. Decodes one frame at a time. */
export async function eachFrame(source: Source, visit: (frame: NumericArray, index: number) => void): Promise<void> {
  const arena = new Arena(makeMemory(ROOM), ARENA_BASE, ROOM);
  const options = { blockFrames: 1, direct: false, onBadFrame: 'fail', replica: null, kernel: 'wasm' } as const;
  const reader = await attachSource(source.handle, arena, options);
  try {
    for (let i = 0; i < frameCount(source.handle.stack); i++) visit(reader.load(i, 1), i);
  } finally {
    reader.close();
  }
}

/** All pixels of a small source. */
export async function allPixels(source: Source): Promise<number[]> {
  const pixels: number[] = [];
  await eachFrame(source, (frame) => {
    for (const value of frame) pixels.push(value);
  });
  return pixels;
}

/** Sum, and sum weighted with position modulo 1009, of every frame: exact in both languages. */
export async function frameSums(source: Source): Promise<[number, number][]> {
  const sums: [number, number][] = [];
  await eachFrame(source, (frame) => {
    let [sum, weighted] = [0, 0];
    for (let i = 0; i < frame.length; i++) {
      const value = frame[i] ?? 0;
      sum += value;
      weighted += value * (i % 1009);
    }
    sums.push([sum, weighted]);
  });
  return sums;
}

/** The same for an array `a` in NumPy, as a list. */
export const FRAME_SUMS = `
def frame_sums(a):
    a = a.reshape(a.shape[0], -1).astype('i8')
    w = np.arange(a.shape[1]) % 1009
    return [[int(x.sum()), int((x * w).sum())] for x in a]
`;
