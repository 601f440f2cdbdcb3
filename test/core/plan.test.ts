import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alignedBlockEnd, groupEdgeAfter, groupEdgeBefore, grouping } from '../../dist/core/blocks.js';
import { PlanError } from '../../dist/core/errors.js';
import { cutParts, type Limits, makePlan, type PlanInput } from '../../dist/core/plan.js';
import { selectFrames, selectRegion } from '../../dist/core/selection.js';
import type { SourceHandle } from '../../dist/core/source.js';
import { frameCount, makeStack } from '../../dist/core/stack.js';
import { chunkGrid, makeChunkTable } from '../../dist/core/storage.js';

function chunked(shape: number[], chunkShape: number[], chunkStored = 1000): SourceHandle {
  const table = makeChunkTable(chunkGrid(shape, chunkShape));
  table.size.fill(chunkStored);
  return {
    kind: 'stored',
    stack: makeStack(shape, 'uint16', 2),
    storage: {
      files: ['/nowhere.h5'],
      shape,
      type: { kind: 'u', bytes: 2, order: 'little' },
      layout: { kind: 'chunked', chunkShape, table },
      pipeline: [{ name: 'deflate' }],
      fill: new Uint8Array(2),
    },
  };
}

const LIMITS: Limits = {
  memory: null,
  free: 16 * 2 ** 30,
  workers: null,
  cores: 4,
  team: 1,
  hostBytes: 100 * 2 ** 20,
  workerRuntimeBytes: 16 * 2 ** 20,
  preparedCopies: 2,
  preparedPerWorker: 0,
  resultCopies: 1,
  windowBytes: null,
  tileBytes: 2 ** 20,
  blockBytes: 2 ** 20,
};

const input = (source: SourceHandle, limits: Partial<Limits> = {}): PlanInput => ({
  source,
  slots: [{ kind: 'each', shape: [], dtype: 'float64' }],
  costs: [{ workerBytes: 4096 }],
  sharedBytes: 65536,
  limits: { ...LIMITS, ...limits },
  decodeScratch: 0,
  streamed: [false],
  pendingPartials: 2,
});

/** Scans of up to 40 x 40 positions in chunks of up to 5 x 9 positions. */
const stacks = fc
  .record({
    ny: fc.integer({ min: 1, max: 40 }),
    nx: fc.integer({ min: 1, max: 40 }),
    cy: fc.integer({ min: 1, max: 5 }),
    cx: fc.integer({ min: 1, max: 9 }),
    side: fc.integer({ min: 1, max: 64 }),
  })
  .map(({ ny, nx, cy, cx, side }) => chunked([ny, nx, side, side], [Math.min(cy, ny), Math.min(cx, nx), side, side]));

describe('parts', () => {
  test('cover every frame once, in order, and end on chunk groups', () => {
    fc.assert(
      fc.property(stacks, fc.integer({ min: 1, max: 500 }), (source, partFrames) => {
        const parts = cutParts(source, partFrames);
        expect(parts[0]).toBe(0);
        expect(parts[parts.length - 1]).toBe(frameCount(source.stack));
        const group = grouping(source);
        for (let k = 1; k < parts.length; k++) {
          expect(parts[k]).toBeGreaterThan(parts[k - 1] ?? 0);
          if (k < parts.length - 1) expect(groupEdgeAfter(group, parts[k] ?? 0)).toBe(parts[k]);
        }
      }),
    );
  });

  test('do not depend on workers, cores or memory', () => {
    fc.assert(
      fc.property(
        stacks,
        fc.integer({ min: 1, max: 64 }),
        fc.integer({ min: 1, max: 64 }),
        (source, workers, cores) => {
          const one = makePlan(input(source));
          const other = makePlan(input(source, { workers, cores, memory: 2 ** 33 }));
          expect(other.parts).toEqual(one.parts);
        },
      ),
    );
  });

  test('of a region of the scan cover just the selected frames', () => {
    const source = selectRegion(chunked([20, 30, 8, 8], [1, 5, 8, 8]), '3:11,7:29');
    const parts = cutParts(source, 10);
    expect(parts[parts.length - 1]).toBe(8 * 22);
    expect([...parts]).toEqual([...parts].sort((a, b) => a - b));
  });
});

describe('blocks', () => {
  test('start and end on chunk edges whenever a whole group fits', () => {
    fc.assert(
      fc.property(stacks, fc.nat(), fc.integer({ min: 1, max: 2000 }), (source, at, maxFrames) => {
        const group = grouping(source);
        const first = groupEdgeBefore(group, at % frameCount(source.stack));
        const end = alignedBlockEnd(group, first, maxFrames);
        expect(end).toBeGreaterThan(first);
        expect(end).toBeLessThanOrEqual(first + maxFrames);
        if (groupEdgeAfter(group, first + 1) <= first + maxFrames) expect(groupEdgeBefore(group, end)).toBe(end);
      }),
    );
  });
});

describe('memory', () => {
  test('a plan never projects more than its limit, or is refused with both numbers', () => {
    fc.assert(
      fc.property(
        stacks,
        fc.integer({ min: 2 ** 20, max: 2 ** 28 }),
        fc.integer({ min: 1, max: 64 }),
        fc.constantFrom(1, 2, 3, Number.POSITIVE_INFINITY),
        (source, memory, workers, team) => {
          try {
            const plan = makePlan(input(source, { memory, workers, team }));
            expect(plan.workers % plan.team).toBe(0);
            expect(plan.team).toBeLessThanOrEqual(team);
            expect(plan.teamBytes > 0).toBe(plan.team > 1);
            expect(plan.projectedBytes).toBeLessThanOrEqual(memory);
            expect(plan.workers).toBeGreaterThanOrEqual(1);
            expect(plan.workers).toBeLessThanOrEqual(workers);
            expect(plan.tileFrames).toBeLessThanOrEqual(plan.blockFrames);
          } catch (error) {
            expect(error).toBeInstanceOf(PlanError);
            expect((error as PlanError).fields.needBytes).toBeGreaterThan(memory);
            expect((error as PlanError).message).toMatch(/^Needs .* but --memory is .*\. Try --memory \d+MiB\.$/);
          }
        },
      ),
    );
  });

  test('counts every copy of prepared arrays and results', () => {
    const source = chunked([64, 64, 64, 64], [1, 1, 64, 64]);
    const of = (limits: Partial<Limits>) =>
      makePlan({ ...input(source, { workers: 2, ...limits }), sharedBytes: 2 ** 20 }).projectedBytes;
    const base = of({});
    expect(of({ preparedCopies: 5 }) - base).toBe(3 * 2 ** 20);
    expect(of({ preparedPerWorker: 2 }) - base).toBe(2 * 2 * 2 ** 20);
    expect(of({ resultCopies: 3 }) - base).toBe(2 * 64 * 64 * 8);
  });

  test('the remedy a refusal names is enough', () => {
    const source = chunked([64, 64, 2048, 2048], [1, 1, 2048, 2048], 8e6);
    try {
      makePlan(input(source, { memory: 2 ** 26 }));
      expect.unreachable('64 MiB cannot hold the runtime');
    } catch (error) {
      const remedy = Number(/--memory (\d+)MiB/.exec((error as PlanError).message)?.[1]);
      expect(makePlan(input(source, { memory: remedy * 2 ** 20 })).workers).toBe(1);
    }
  });

  test('chunks of many frames are decoded again rather than refused, and the plan says so', () => {
    const source = chunked([64, 64, 256, 256], [32, 32, 256, 256], 2 ** 24);
    const roomy = makePlan(input(source, { memory: 8 * 2 ** 30, workers: 1 }));
    expect([roomy.amplification, roomy.blockFrames]).toEqual([1, 32 * 64]);
    const tight = makePlan(input(source, { memory: 500 * 2 ** 20, workers: 1 }));
    expect(tight.amplification).toBeGreaterThan(1);
    expect(tight.reasons.join(' ')).toMatch(
      /decoded \d+x, because 2048 frames share a row of chunks: give --memory \d+MiB/,
    );
  });

  test('a window limit below one frame is refused', () => {
    const source = chunked([4, 4, 4096, 4096], [1, 1, 4096, 4096], 2 ** 24);
    expect(() => makePlan(input(source, { windowBytes: 2 ** 20 }))).toThrow(
      /One worker needs .* --memory-per-worker leaves 1.00 MiB/,
    );
  });
});

describe('selection', () => {
  const base = chunked([10, 12, 4, 4], [1, 1, 4, 4]);

  test('negative ends count from the end', () => {
    const { stack } = selectFrames(base, '-5:');
    expect(stack.stackShape).toEqual([5]);
  });

  test.each(['5:5', '0:121', 'a:b', '7', ':-121'])('refuses --frames %s', (range) => {
    expect(() => selectFrames(base, range)).toThrow(/--frames/);
  });

  test.each(['0:5', '0:11,0:1', '3:2,0:1'])('refuses --roi %s', (region) => {
    expect(() => selectRegion(base, region)).toThrow(/--roi/);
  });
});
