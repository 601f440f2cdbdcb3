import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Journal } from '../../dist/cli/bench/journal.js';
import type { Configuration } from '../../dist/cli/bench/record.js';
import { type Attempt, runInterleaved, type Session } from '../../dist/cli/bench/runner.js';
import { configured, measured } from './fabricate.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fanfold-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const journalAt = (): Journal => new Journal(join(folder, 'journal.jsonl'));
const never = new AbortController().signal;

function session(calls: string[], rest: Partial<Session> = {}): Session {
  return {
    group: 'random raw',
    configurations: [configured('one'), configured('two')],
    warmups: 1,
    runs: 2,
    reasonAgainst: () => null,
    measure: async ({ id }: Configuration, repeat: number): Promise<Attempt> => {
      calls.push(`${id} ${repeat}`);
      return { measurement: measured(repeat + 2) };
    },
    ...rest,
  };
}

describe('interleaved runs', () => {
  it('goes round after round over all rows, warm-ups first', async () => {
    const calls: string[] = [];
    const journal = journalAt();
    journal.open('here', false);
    const all = await runInterleaved(session(calls), journal, never);
    expect(calls).toEqual(['one -1', 'two -1', 'one 0', 'two 0', 'one 1', 'two 1']);
    expect(all.map(({ warmups, runs }) => [warmups.length, runs.map(({ seconds }) => seconds)])).toEqual([
      [1, [2, 3]],
      [1, [2, 3]],
    ]);
  });

  it('leaves out what cannot run, and what failed once', async () => {
    const calls: string[] = [];
    const journal = journalAt();
    journal.open('here', false);
    const configurations = ['one', 'two', 'three'].map((id) => configured(id));
    const measure = async ({ id }: Configuration, repeat: number): Promise<Attempt> => {
      calls.push(`${id} ${repeat}`);
      return id === 'two' ? { reason: 'ran out of memory' } : { measurement: measured(1) };
    };
    const reasonAgainst = ({ id }: Configuration) => (id === 'three' ? 'needs 256 GiB of disk' : null);
    const all = await runInterleaved(session(calls, { configurations, measure, reasonAgainst }), journal, never);
    expect(calls).toEqual(['one -1', 'two -1', 'one 0', 'one 1']);
    expect(all.map(({ reason }) => reason)).toEqual([null, 'ran out of memory', 'needs 256 GiB of disk']);
  });

  it('goes on where it was interrupted, and tries failures again', async () => {
    const calls: string[] = [];
    const stop = new AbortController();
    const first = journalAt();
    expect(first.open('here', true)).toBe(0);
    const measure = async ({ id }: Configuration, repeat: number): Promise<Attempt> => {
      calls.push(`${id} ${repeat}`);
      if (id === 'two') return { reason: 'disk was busy' };
      if (repeat === 1) stop.abort();
      return { measurement: measured(7) };
    };
    await expect(runInterleaved(session(calls, { measure }), first, stop.signal)).rejects.toThrow('stopped');
    expect(calls).toEqual(['one -1', 'two -1', 'one 0', 'one 1']);
    // The run that was under way when the signal came is not trusted, nor is a line that was cut off.
    appendFileSync(first.path, '{"kind":"run","group":"random raw","confi');
    const second = journalAt();
    expect(second.open('here', true)).toBe(2);
    calls.length = 0;
    const all = await runInterleaved(session(calls), second, never);
    expect(calls).toEqual(['two -1', 'two 0', 'one 1', 'two 1']);
    expect(all.map(({ runs }) => runs.map(({ seconds }) => seconds))).toEqual([
      [7, 3],
      [2, 3],
    ]);
    for (const line of readFileSync(first.path, 'utf8').trim().split('\n'))
      expect(() => JSON.parse(line)).not.toThrow();
  });

  it('refuses the journal of another benchmark and leaves it alone; starts afresh without resume', async () => {
    const journal = journalAt();
    journal.open('here', false);
    await runInterleaved(session([]), journal, never);
    const before = readFileSync(journal.path, 'utf8');
    expect(journalAt().open('elsewhere', true)).toBeNull();
    expect(readFileSync(journal.path, 'utf8')).toBe(before);
    expect(journalAt().open('elsewhere', false)).toBe(0);
    expect(readFileSync(journal.path, 'utf8').trim().split('\n')).toHaveLength(1);
  });

  it('keeps groups apart', async () => {
    const calls: string[] = [];
    const journal = journalAt();
    journal.open('here', false);
    await runInterleaved(session(calls, { warmups: 0, runs: 1 }), journal, never);
    await runInterleaved(session(calls, { warmups: 0, runs: 1, group: 'random gzip' }), journal, never);
    expect(calls).toEqual(['one 0', 'two 0', 'one 0', 'two 0']);
  });
});
