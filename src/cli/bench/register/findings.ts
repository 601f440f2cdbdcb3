import type { FrameContext, RowSummary } from '../summary.js';

/** Speed-ups are against the first step of the ladder. */
export const FRAMES: FrameContext = {
  baseOf: (measured) => measured.find(({ configuration }) => configuration.id === '1-serial'),
  serialOf: () => undefined,
};

/** A step that gains less is flat: runs of the same row differ as much. */
const FLAT = 0.03;

const STEPS: readonly (readonly [from: string, to: string, what: string])[] = [
  ['1-serial', '2-frames', '(2) split by frames'],
  ['1-serial', '2-points', '(2) split by points'],
  ['2-frames', '3-inverse', '(3) the inverse once a volume'],
  ['3-inverse', '4-kernel', '(4) SIMD kernels'],
  ['4-kernel', '5-bound', '(5) workers bound to cores'],
];

const WITHOUT: readonly (readonly [id: string, what: string])[] = [
  ['r-split', 'the split'],
  ['r-inverse', 'the inverse once a volume'],
  ['r-kernel', 'SIMD kernels'],
  ['4-kernel', 'workers bound to cores'],
];

const named = (rows: readonly RowSummary[], id: string): RowSummary | undefined =>
  rows.find(({ configuration, seconds }) => configuration.id === id && seconds !== null);

const secondsOf = (row: RowSummary | undefined): number => row?.seconds?.median ?? Number.NaN;

/** `2.03x`, and that it is flat where it is. */
function gain(before: RowSummary, after: RowSummary): string {
  const factor = secondsOf(before) / secondsOf(after);
  return `${factor.toFixed(2)}x${Math.abs(factor - 1) < FLAT ? ', flat' : ''}`;
}

function steps(rows: readonly RowSummary[]): string[] {
  return STEPS.flatMap(([from, to, what]) => {
    const [before, after] = [named(rows, from), named(rows, to)];
    if (!before || !after) return [];
    const [all, first] = [named(rows, '1-serial'), from === '1-serial'];
    const total = all && !first ? `; ${gain(all, after)} in all` : '';
    return [`${what}: ${gain(before, after)}${total}.`];
  });
}

function removed(rows: readonly RowSummary[]): string[] {
  const last = named(rows, '5-bound');
  return WITHOUT.flatMap(([id, what]) => {
    const without = named(rows, id);
    return last && without
      ? [`(5) without ${what} takes ${(secondsOf(without) / secondsOf(last)).toFixed(2)}x as long.`]
      : [];
  });
}

/** Against peers that do the same: with or without resampling, as many workers as they have. */
function againstPeers(rows: readonly RowSummary[]): string[] {
  const peers = rows.filter(({ configuration, seconds }) => configuration.row === 'peer' && seconds !== null);
  return peers.flatMap((peer) => {
    const { id, workers, label } = peer.configuration;
    const own = named(rows, `${id.endsWith('-estimate') ? 'estimate' : 'final'}-${workers}`);
    if (!own) return [];
    const errors =
      own.error !== null && peer.error !== null ? `; ${own.error.toFixed(4)} mm against ${peer.error.toFixed(4)}` : '';
    return [
      `${own.configuration.label}: ${(secondsOf(peer) / secondsOf(own)).toFixed(2)}x the speed of ${label}${errors}.`,
    ];
  });
}

/** Steps change speed, not results: errors of all rows of fanfold's own lie within this, mm. */
const SAME = 1e-3;

function errors(rows: readonly RowSummary[]): string[] {
  const own = rows.flatMap(({ configuration, error }) =>
    configuration.row === 'peer' || error === null ? [] : [error],
  );
  if (own.length < 2) return [];
  const [least, most] = [Math.min(...own), Math.max(...own)];
  const range =
    least.toFixed(4) === most.toFixed(4) ? `${most.toFixed(4)} mm` : `${least.toFixed(4)} to ${most.toFixed(4)} mm`;
  return [
    `Every row of fanfold: ${range} from the truth${most - least > SAME ? ', which differs more than rounding explains' : ''}.`,
  ];
}

/** Sentences that follow from the rows: peers, each step, what each is worth at the end, and errors. */
export function registerFindings(rows: readonly RowSummary[]): string[] {
  return [...againstPeers(rows), ...steps(rows), ...removed(rows), ...errors(rows)];
}
