import type { NumericArray } from '../../core/dtype.js';

const SIX = ['trans_x', 'trans_y', 'trans_z', 'rot_x', 'rot_y', 'rot_z'];

/** Columns of one number a frame: what they are called here, in which slot they are, whether the first frame has none. */
const SERIES = [
  ['framewise_displacement', 'fd', true],
  ['rmsd', 'jenkinson', true],
  ['dvars', 'dvars', true],
  ['std_dvars', 'stdDvars', true],
  ['difference', 'difference', false],
  ['flags', 'flags', false],
] as const;

const cell = (value: number | undefined): string =>
  value !== undefined && Number.isFinite(value) ? String(Number(value.toPrecision(9))) : 'n/a';

/**
 * A table of what may go into a model beside the task, as BIDS has it: separated by tabs, n/a where there is none.
 *
 * @param slots by name; those that are absent have no columns
 */
export function confoundsText(slots: Readonly<Record<string, NumericArray | undefined>>, frames: number): string {
  const series = SERIES.filter(([, slot]) => slots[slot] !== undefined);
  const sixes = [
    ['params', ''],
    ['errors', '_se'],
  ].filter(([slot = '']) => slots[slot] !== undefined);
  const head = [
    ...sixes.flatMap(([, suffix]) => SIX.map((name) => `${name}${suffix}`)),
    ...series.map(([title]) => title),
  ];
  const rows = Array.from({ length: frames }, (_, frame) => [
    ...sixes.flatMap(([slot = '']) => SIX.map((_name, p) => cell(slots[slot]?.[6 * frame + p]))),
    ...series.map(([, slot, isChange]) => (isChange && frame === 0 ? 'n/a' : cell(slots[slot]?.[frame]))),
  ]);
  return [head, ...rows].map((row) => `${row.join('\t')}\n`).join('');
}
