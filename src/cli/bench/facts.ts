import { formatBytes, formatRate } from '../../core/size.js';
import type { BenchReport, GroupReport } from './report.js';

const SPINNING = new Map([
  [true, 'rotational'],
  [false, 'not rotational'],
  [null, 'kind unknown'],
]);

/** Machine, disks and versions as name and value. */
export function stateFacts({ state, groups }: BenchReport): [string, string][] {
  const { machine, versions } = state;
  const rates = groups.flatMap(({ floors }) => (floors.disk === null ? [] : [floors.disk]));
  const measured = rates.length > 0 ? `, ${formatRate(Math.max(...rates))} read in sequence past the page cache` : '';
  const disks = state.disks.map(
    ({ role, name, rotational }, i) => `${role} on ${name} (${SPINNING.get(rotational)}${i === 0 ? measured : ''})`,
  );
  const names = state.disks.map(({ name }) => name);
  if (names.length > 1 && new Set(names).size === 1) disks.push('both copies on one disk');
  return [
    ['CPU', `${machine.cpu}, ${machine.cores} core${machine.cores === 1 ? '' : 's'}`],
    ['memory', formatBytes(machine.memoryBytes)],
    ['disks', disks.join('; ')],
    ['GPU', state.gpu],
    ['system', [state.distribution, machine.os].filter(Boolean).join(', ')],
    [
      'versions',
      [`fanfold ${state.fanfold}`, `Node ${machine.node}`, ...Object.entries(versions).map(named)].join(', '),
    ],
  ];
}

const named = ([name, text]: [string, string]): string => (name === 'C' ? text : `${name} ${text}`);

/** The data sets of a group in one sentence each. */
export function fileFacts({ files }: GroupReport): string[] {
  return Object.entries(files).map(([name, { decodedBytes, storedBytes }]) => {
    const ratio = decodedBytes / storedBytes;
    const packed = ratio > 1.01 ? `, ${formatBytes(storedBytes)} stored (${ratio.toFixed(2)} to 1)` : '';
    return `${name}: ${formatBytes(decodedBytes)} of frames${packed}.`;
  });
}
