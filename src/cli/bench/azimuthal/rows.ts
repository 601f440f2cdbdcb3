import { UsageError } from '../../../core/errors.js';
import type { Configuration, Row } from '../record.js';

/** How pixels are added up: `csr` as the published layouts do it, `auto` the fastest way there is. */
type Method = 'csr' | 'auto';

function row(
  name: Row,
  method: Method,
  layout: string,
  workers: number,
  label: string,
  flags: readonly string[] = [],
  threads = 1,
): Configuration {
  return {
    id: `${name}-${method}-${workers}${threads > 1 ? `-by-${threads}` : ''}`,
    row: name,
    label: `${label}${method === 'csr' ? ', csr' : ''}`,
    workers,
    threads: 1,
    files: 1,
    set: 'main',
    memoryPerWorker: null,
    engine: { kind: 'own', layout, flags: [...flags, '--method', method] },
  };
}

const count = (workers: number, what: string): string => `${workers} ${what}${workers === 1 ? '' : 's'}`;

/**
 * Serial loops, layout 0 (threads inside every frame), 1 (threads over frames) and 2 (processes over frames), each for every
 * number of workers, and what lies between them at the largest.
 */
export function azimuthalRows(workers: readonly number[]): Configuration[] {
  const most = Math.max(...workers);
  const inside = ['--split', 'inside'];
  const rows: Configuration[] = [
    row('s', 'csr', 'serial', 1, 'one thread, frame after frame'),
    row('s', 'auto', 'serial', 1, 'one thread, frame after frame'),
    ...workers.map((n) => row('0', 'csr', 'threads', n, `${count(n, 'thread')} inside a frame`, inside)),
    row('0', 'auto', 'threads', most, `${count(most, 'thread')} inside a frame`, inside),
    ...workers.map((n) => row('1', 'csr', 'threads', n, count(n, 'thread'))),
    ...workers.map((n) => row('1', 'auto', 'threads', n, count(n, 'thread'))),
    ...workers.map((n) => row('2', 'auto', 'processes', n, `${n} process${n === 1 ? '' : 'es'}`)),
  ];
  const teams = [2, 4].filter((size) => size < most && most % size === 0);
  for (const size of teams)
    rows.push(
      row('1', 'auto', 'threads', most, `${most} threads, ${size} to a frame`, [...inside, '--team', `${size}`], size),
    );
  return rows;
}

/** 1 to the number of cores, in steps that double when there are many. */
export function usualCounts(cores: number): number[] {
  const all = Array.from({ length: cores }, (_, k) => k + 1);
  return cores <= 4 ? all : all.filter((n) => n === cores || Number.isInteger(Math.log2(n)));
}

/** `1,2,4` as numbers of workers, ascending. @throws UsageError */
export function parseCounts(text: string): number[] {
  const counts = text.split(',').map(Number);
  if (counts.every((n) => Number.isInteger(n) && n >= 1)) return [...new Set(counts)].toSorted((a, b) => a - b);
  throw new UsageError('bad-value', `--workers takes numbers such as 1,2,4, not '${text}'.`);
}
