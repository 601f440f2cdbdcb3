import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { JobFacts, TimedRun, Trial } from '../../dist/api/advise/advice.js';
import { decide, diskRate } from '../../dist/api/advise/decide.js';
import { fitLine } from '../../dist/api/advise/line.js';
import { advise, createArrayFile, openArray } from '../../dist/index.js';

const GiB = 2 ** 30;

/** Runs over 100 and 400 frames that take a start and then so much a frame, exactly. */
function runs(start: number, perFrame: number): TimedRun[] {
  return [100, 400].map((frames) => ({ frames, seconds: start + frames * perFrame, startSeconds: start }));
}

const facts: JobFacts = {
  frames: 10_000,
  frameBytes: 2 ** 20,
  storedFrameBytes: 0,
  keptFrameBytes: 8,
  memory: { bytes: 16 * GiB, isAsked: false, free: 32 * GiB },
  reading: null,
  shares: { read: 0.1, decode: 0.2, compute: 0.7, write: 0 },
  parts: 512,
  load: { programs: 0.1, cores: 2 },
  rounds: 3,
};

const serial: Trial = { layout: 'serial', workers: 1, runs: runs(0.01, 0.002), peakBytes: 2 ** 27 };
const threads: Trial = { layout: 'threads', workers: 2, runs: runs(0.11, 0.001), peakBytes: 2 ** 28 };
const processes: Trial = { layout: 'processes', workers: 2, runs: runs(0.51, 0.001), peakBytes: 2 ** 29 };
const all = [serial, threads, processes];

describe('the line through samples', () => {
  test('tells starting from computing', () => {
    const line = fitLine(runs(0.5, 0.01));
    expect(line.start).toBeCloseTo(0.5, 12);
    expect(line.perFrame).toBeCloseTo(0.01, 12);
    expect(line.isFitted).toBe(true);
  });

  test('goes through medians, so that one slow run does not move it', () => {
    const slow = { frames: 400, seconds: 60, startSeconds: 0.5 };
    const twice = [...runs(0.5, 0.01), ...runs(0.5, 0.01), ...runs(0.5, 0.01), slow];
    expect(fitLine(twice).perFrame).toBeCloseTo(0.01, 12);
  });

  test('has no part below zero', () => {
    // 400 frames took more than four times as long as 100: there is nothing left to start with.
    const steep = [100, 400].map((frames) => ({ frames, seconds: frames === 100 ? 0.1 : 2, startSeconds: 0 }));
    expect(fitLine(steep)).toEqual({ start: 0, perFrame: 2 / 400, isFitted: true });
    const falling = [100, 400].map((frames) => ({ frames, seconds: frames === 100 ? 2 : 1, startSeconds: 0.2 }));
    expect(fitLine(falling)).toEqual({ start: 0.2, perFrame: 0.8 / 400, isFitted: false });
    const [only] = runs(0.5, 0.01);
    expect(fitLine(only ? [only] : [])).toMatchObject({ start: 0.5, isFitted: false });
  });
});

describe('what is advised', () => {
  test('a long job goes to threads, and from where on they pay is told', () => {
    const { best, rows, verdict } = decide(facts, all);
    expect(best).toMatchObject({ layout: 'threads', workers: 2 });
    // 0.01 + 0.002 n = 0.11 + 0.001 n at n = 100
    expect(rows.map(({ paysFrom }) => paysFrom)).toEqual([null, 100, 500]);
    expect(rows[1]?.seconds).toBeCloseTo(10.11, 9);
    expect(rows[1]?.framesPerSecond).toBeCloseTo(1000, 9);
    expect(rows[1]?.bytesPerSecond).toBeCloseTo(1000 * 2 ** 20, 3);
    expect(verdict).toBe(
      '2 worker threads: 10,000 frames take 10.1 s against 20.0 s in one thread, 2.0x. They pay from 100 frames on.',
    );
  });

  test('a short job is for one thread, and says so', () => {
    const { best, verdict } = decide({ ...facts, frames: 50 }, all);
    expect(best).toMatchObject({ layout: 'serial', workers: 1 });
    expect(verdict).toBe(
      'Serial is faster: 50 frames take 110 ms in one thread and 160 ms with 2 worker threads, of which 110 ms to start. 2 worker threads would pay from 100 frames on.',
    );
  });

  test('workers that are no faster than one pay at no size', () => {
    const slow: Trial = { ...threads, runs: runs(0.11, 0.003) };
    const { best, rows, verdict } = decide(facts, [serial, slow]);
    expect([best?.layout, rows[1]?.paysFrom]).toEqual(['serial', null]);
    expect(verdict).toContain('Workers would pay at no size: together they are no faster than one.');
  });

  test('of two that are alike, the simpler one', () => {
    const alike: Trial = { ...threads, runs: runs(0.01, 0.00197) };
    expect(decide(facts, [serial, alike]).best?.layout).toBe('serial');
    expect(decide(facts, [serial, alike]).verdict).toMatch(/^Serial is as fast, and simpler/);
  });

  test('what was not measured stands there with its reason, and is not chosen', () => {
    const missing: Trial = { layout: 'gpu', workers: 1, runs: [], peakBytes: null, refusal: 'not available' };
    const { rows, best } = decide(facts, [...all, missing]);
    expect(rows[3]).toEqual({
      ...{ layout: 'gpu', workers: 1, refusal: 'not available', peakBytes: null, paysFrom: null },
      ...{ startSeconds: null, framesPerSecond: null, bytesPerSecond: null, seconds: null },
    });
    expect(best?.layout).toBe('threads');
  });
});

describe('memory', () => {
  test('what passes it is not chosen, and warned of with a remedy', () => {
    const { best, warnings } = decide(
      { ...facts, memory: { bytes: 200 * 2 ** 20, isAsked: true, free: 32 * GiB } },
      all,
    );
    expect(best?.layout).toBe('serial');
    expect(warnings).toEqual([
      'threads with 2 workers would take 256 MiB, and --memory is 200 MiB: use fewer workers.',
      'processes with 2 workers would take 512 MiB, and --memory is 200 MiB: use fewer workers.',
    ]);
  });

  test('results that are kept are named, with how many frames fit', () => {
    const large = all.map((trial) => ({ ...trial, peakBytes: 20 * GiB }));
    const { best, verdict, warnings } = decide({ ...facts, keptFrameBytes: 2 ** 21 }, large);
    expect([best, verdict]).toEqual([null, 'Nothing can run this job here as it is.']);
    expect(warnings).toEqual([
      'Nothing fits: at least 20.0 GiB are needed, and half of the free memory is 16.0 GiB. Results of 19.5 GiB are kept until the end: ' +
        'write them while running (-o FILE.npy --resume), or take 4,096 frames at a time (--frames 0:4096).',
    ]);
  });

  test('little room is told', () => {
    const tight = all.map((trial) => ({ ...trial, peakBytes: 28 * GiB }));
    expect(decide({ ...facts, memory: { bytes: 30 * GiB, isAsked: true, free: 32 * GiB } }, tight).warnings).toEqual([
      'This takes 28.0 GiB of the 32.0 GiB that are free: little is left for other programs and the page cache.',
    ]);
  });
});

describe('reading', () => {
  const stored: JobFacts = {
    ...facts,
    storedFrameBytes: 2 ** 20,
    reading: { cached: 1, first: 4 * GiB, again: 5 * GiB, direct: GiB },
  };
  const cold = { ...stored, reading: { cached: 0, first: 0.5 * GiB, again: 5 * GiB, direct: 0.4 * GiB } };

  test('from the page cache while the file is in it and fits', () => {
    expect(diskRate(stored)).toBeNull();
    expect(decide(stored, all).notes[0]).toBe(
      '100 % of the file is in the page cache, and the times hold while it is. Past it, it is read at 1.00 GiB/s.',
    );
    expect(diskRate(facts)).toBeNull();
  });

  test('from the disk when it is not, or is larger than memory', () => {
    expect(diskRate(cold)).toBe(0.5 * GiB);
    expect(diskRate({ ...stored, frames: 100_000 })).toBe(GiB);
    const { rows, notes } = decide(cold, all);
    // A frame takes 1/512 s from the disk: workers wait for it at the same time, and are no faster than it.
    expect(rows[0]?.seconds).toBeCloseTo(0.01 + 10_000 * (0.002 + 1 / 512 - 1 / 5120), 6);
    expect(rows[1]?.seconds).toBeCloseTo(0.11 + 10_000 / 512, 6);
    expect(notes[0]).toBe(
      '0 % of the file is in the page cache. Samples were read from the cache; the times count 9.77 GiB from the disk at 512 MiB/s.',
    );
    const half = { ...stored, reading: { cached: 0.5, first: 2 * GiB, again: 5 * GiB, direct: GiB } };
    expect(diskRate(half)).toBe(2 * GiB);
    expect(decide(half, all).notes[0]).toContain('count 4.88 GiB from the disk at 1.00 GiB/s');
  });
});

describe('what is not here', () => {
  const long = { ...facts, frames: 1_000_000 };

  test('a GPU gains what arithmetic takes', () => {
    const { gpu } = decide(long, all);
    // 30 % of 2000 s remain of 1000 s.
    expect(gpu.helps).toBe(false);
    expect(gpu.reason).toContain('bound by arithmetic (70 % of a worker');
    const heavy = { ...long, shares: { read: 0.02, decode: 0, compute: 0.98, write: 0 } };
    expect(decide(heavy, all).gpu).toEqual({
      helps: true,
      reason:
        "bound by arithmetic (98 % of a worker's time): it could gain at most 25x, as 40.0 s of reading and decoding remain, copies to it not counted",
    });
    const reading = { ...long, shares: { read: 0.8, decode: 0.1, compute: 0.1, write: 0 } };
    expect(decide(reading, all).gpu).toMatchObject({ helps: false });
    expect(decide(reading, all).gpu.reason).toContain('bound by reading (80 %');
    expect(decide({ ...facts, frames: 10 }, all).gpu.reason).toContain(
      'about as long as a device takes to be made ready',
    );
  });

  test('more machines help a long job that does not wait for one disk', () => {
    expect(decide(facts, all).cluster).toMatchObject({ helps: false });
    expect(decide(long, all).cluster).toEqual({
      helps: true,
      reason: "bound by arithmetic (70 % of a worker's time): 4 machines like this one would take about 4 min 10 s",
    });
    expect(decide({ ...long, parts: 1 }, all).cluster.reason).toBe('the job is one part, which cannot be divided');
    const disk = {
      ...long,
      storedFrameBytes: 2 ** 20,
      reading: { cached: 0, first: GiB, again: 8 * GiB, direct: GiB },
    };
    const { helps, reason } = decide(disk, all).cluster;
    expect(helps).toBe(false);
    expect(reason).toContain('bound by the disk: 977 GiB at 1.00 GiB/s take 16 min 17 s of 23 min 47 s');
  });
});

test('a real job is measured on every layout that is asked for', async () => {
  const source = openArray([64, 32, 32], new Float32Array(64 * 1024).fill(1));
  const outcome = await advise('mean', source, { layout: 'threads', workers: 2, sampleSeconds: 0.2 });
  expect(outcome).toMatchObject({ operator: 'mean', frames: 64, frameBytes: 4096 });
  expect(outcome.rows.map(({ layout, workers }) => [layout, workers])).toEqual([
    ['serial', 1],
    ['threads', 1],
    ['threads', 2],
    ['gpu', 1],
    ['mpi', 1],
  ]);
  const controller = new AbortController();
  controller.abort();
  await expect(advise('mean', source, { signal: controller.signal })).rejects.toThrow('stopped');
  await expect(advise('maen', source)).rejects.toThrow('Did you mean');
});

describe('results that go to a file while they are made', () => {
  const folder = mkdtempSync(join(tmpdir(), 'advise-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('take no memory, and a job that keeps them does not fit', async () => {
    // 1.5 GiB of zeros, which are not on the disk.
    const file = await createArrayFile(join(folder, 'zeros.npy'), { shape: [96, 1024, 2048], dtype: 'float64' });
    const request = { memory: 2 ** 30, sampleSeconds: 0.1, layout: 'serial' };
    const kept = await advise('copy', file, request);
    expect(kept.best).toBeNull();
    expect(kept.warnings[0]).toMatch(
      /^Nothing fits: at least 1\.[67]\d GiB are needed, and --memory is 1\.00 GiB\. Results of 1\.50 GiB/,
    );
    const streamed = await advise('copy', file, { ...request, outputs: [join(folder, 'copy.npy')] });
    expect(streamed.best?.layout).toBe('serial');
    expect(streamed.rows[0]?.peakBytes).toBeLessThan(2 ** 29);
    expect(streamed.warnings).toEqual([]);
    file.close();
    expect(readdirSync(folder)).toEqual(['zeros.npy']);
  });
});

test('what the numbers hold for is told', () => {
  const { notes } = decide({ ...facts, rounds: 1, load: { programs: 3.25, cores: 2 } }, all);
  expect(notes).toEqual([
    'Other programs are at work (3.3 of them on 2 cores in the last minute): the times hold while they are.',
    'Everything was measured once: give --sample more time for medians of several.',
  ]);
  expect(decide(facts, all).notes).toEqual([]);
});
