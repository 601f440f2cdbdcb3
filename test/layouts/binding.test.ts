import { describe, expect, it } from 'vitest';
import { run } from '../../dist/api/run.js';
import { describeReport } from '../../dist/core/report.js';
import { makeStack, product } from '../../dist/core/stack.js';
import { openMemory } from '../../dist/formats/memory.js';
import { allowedCoreList, allowedCores, parseCoreList } from '../../dist/io/affinity.js';
import { bindingReason, dealCores } from '../../dist/layouts/processes/binding.js';

const reason = bindingReason();
if (reason !== null) process.stderr.write(`not run: workers bound to cores (${reason})\n`);

const shape = [40, 512, 512];
const source = openMemory(
  makeStack(shape, 'uint8', 2),
  Uint8Array.from({ length: product(shape) }, (_, i) => (i * 7) & 255),
);

describe('processors for workers', () => {
  it('are dealt in turn, as many as each has threads', () => {
    expect(dealCores([0, 1, 2, 3], 4, 1)).toEqual(['0', '1', '2', '3']);
    expect(dealCores([0, 2, 1, 3], 2, 2)).toEqual(['0,2', '1,3']);
    expect(dealCores([4, 5], 3, 1)).toEqual(['4', '5', '4']);
    expect(dealCores([7], 2, 2)).toEqual(['7', '7']);
  });

  it('are read as the system lists them', () => {
    expect(parseCoreList('0-3,8,10-11\n')).toEqual([0, 1, 2, 3, 8, 10, 11]);
    expect(parseCoreList('')).toEqual([]);
  });

  it.runIf(allowedCoreList() !== null)('are those this process may use', () => {
    expect(allowedCores().toSorted((a, b) => a - b)).toEqual(parseCoreList(allowedCoreList() ?? ''));
  });
});

describe('--bind cores', () => {
  it.runIf(reason === null)('holds each worker process to its own, and reports what it got', async () => {
    const free = await run('sum', source, { layout: 'processes', workers: 2 });
    const bound = await run('sum', source, { layout: 'processes', workers: 2, bind: 'cores' });
    expect(bound.arrays).toEqual(free.arrays);
    expect(bound.report.perWorker.map(({ cores }) => cores)).toEqual(dealCores(allowedCores(), 2, 1));
    for (const { cores } of free.report.perWorker) expect(cores).toBe(allowedCoreList());
    const isShared = allowedCores().length < 2;
    expect(bound.report.fallbacks).toHaveLength(isShared ? 1 : 0);
    if (!isShared) expect(describeReport(bound.report).join('\n')).toMatch(/workers held to processors \d+ \| \d+/);
  });

  it.runIf(reason === null)('says when workers must share', async () => {
    const workers = allowedCores().length + 1;
    const { report } = await run('sum', source, { layout: 'processes', workers, bind: 'cores' });
    // A machine of many processors has more of them than these frames can be cut into parts.
    if (report.workers === workers)
      expect(report.fallbacks.join('\n')).toContain(`${workers} workers share ${workers - 1} processors`);
  });

  it.each([
    ['threads', /Node cannot bind its threads\. Use --layout processes/],
    ['serial', /Node cannot bind itself\. Use --layout processes/],
  ])('is not there for %s, which says so', async (layout, message) => {
    const { report } = await run('sum', source, { layout, workers: layout === 'serial' ? 1 : 2, bind: 'cores' });
    expect(report.fallbacks.join('\n')).toMatch(message);
  });

  it('goes on without it where it is not possible', async () => {
    const path = process.env.PATH;
    process.env.PATH = '/nowhere';
    try {
      const { report } = await run('sum', source, { layout: 'processes', workers: 2, bind: 'cores' });
      expect(report.fallbacks.join('\n')).toMatch(/--bind cores is not possible: .*\. Workers are not bound\./);
    } finally {
      process.env.PATH = path;
    }
  });
});
