import type { Configuration, Row } from '../record.js';

function row(
  id: string,
  name: Row,
  label: string,
  workers: number,
  layout: string,
  flags: readonly string[],
): Configuration {
  return {
    id,
    row: name,
    label,
    workers,
    threads: 1,
    files: 1,
    set: 'main',
    memoryPerWorker: null,
    engine: { kind: 'own', layout, flags },
  };
}

const TS = ['--kernel', 'ts'];
const EACH = ['--inverse', 'voxel'];
const BOUND = ['--bind', 'cores'];
const INSIDE = ['--split', 'inside'];

const processes = (workers: number): string => `${workers} process${workers === 1 ? '' : 'es'}`;
const threads = (workers: number): string => `${workers} thread${workers === 1 ? '' : 's'}`;

/**
 * The ladder of a published program, one change a step: (1) serial, (2) split by frames or by points, (3) the inverse once a
 * volume, (4) compiled inner loops, (5) workers bound to cores; then (r) the last step without each of them; then what
 * fanfold does by itself.
 */
export function registerRows(workers: number): Configuration[] {
  const w = workers;
  const serial = 'one thread, plain TypeScript, an inverse for every voxel';
  return [
    row('1-serial', '1', serial, 1, 'serial', [...TS, ...EACH]),
    row('2-frames', '2', `split by frames, ${processes(w)}`, w, 'processes', [...TS, ...EACH]),
    row('2-points', '2', `split by points, ${threads(w)} a frame`, w, 'threads', [...TS, ...EACH, ...INSIDE]),
    row('3-inverse', '3', 'the inverse once a volume', w, 'processes', TS),
    row('4-kernel', '4', 'SIMD kernels', w, 'processes', []),
    row('5-bound', '5', 'workers bound to cores', w, 'processes', BOUND),
    row('r-split', 'r', '(5) without the split: one process', 1, 'processes', BOUND),
    row('r-inverse', 'r', '(5) with an inverse for every voxel', w, 'processes', [...BOUND, ...EACH]),
    row('r-kernel', 'r', '(5) in plain TypeScript', w, 'processes', [...BOUND, ...TS]),
    row('final-1', 'own', 'by itself, one thread', 1, 'serial', []),
    ...(w > 1 ? [row(`final-${w}`, 'own', `by itself, ${threads(w)}`, w, 'threads', [])] : []),
    ...(w > 1 ? [row(`final-inside-${w}`, 'own', `by itself, ${threads(w)} a frame`, w, 'threads', INSIDE)] : []),
    row('estimate-1', 'own', 'the estimate alone, one thread', 1, 'serial', ['--no-reslice']),
    ...(w > 1
      ? [row(`estimate-${w}`, 'own', `the estimate alone, ${threads(w)}`, w, 'threads', ['--no-reslice'])]
      : []),
  ];
}
