import type { Series } from '../record.js';
import { medianOf } from '../spread.js';
import type { FrameContext, RowSummary } from '../summary.js';

const isLayout0 = (id: string): boolean => id.startsWith('0-csr-');

const secondsOf = ({ runs }: Series): number => medianOf(runs.map(({ seconds }) => seconds));

/** Speed-ups are against the fastest run of layout 0, which is what it can be at its best, and against the serial loop. */
export const FRAMES: FrameContext = {
  baseOf: (measured) =>
    measured
      .filter(({ configuration }) => isLayout0(configuration.id))
      .toSorted((a, b) => secondsOf(a) - secondsOf(b))[0],
  serialOf: (measured) => measured.find(({ configuration }) => configuration.id === 's-csr-1'),
};

/** More workers must gain this much for each that is added, or the curve has gone flat. */
const LEAST_GAIN = 1.05;
/** A curve counts as linear down to this share of as many times as fast. */
const LINEAR = 0.85;

const rateOf = (row: RowSummary | undefined): number => row?.framesPerSecond ?? 0;
const shown = (rate: number): string => rate.toFixed(rate < 100 ? 1 : 0);
const factor = (rate: number, against: number): string => (rate / against).toFixed(2);

function family(rows: readonly RowSummary[], ids: string): RowSummary[] {
  return rows.filter(({ configuration: { id }, framesPerSecond }) => id.startsWith(ids) && framesPerSecond !== null);
}

/** The fastest row of layouts 1 and 2 with at most so many workers. */
function best(rows: readonly RowSummary[], workers: number): RowSummary | undefined {
  return [...family(rows, '1-auto-'), ...family(rows, '2-auto-')]
    .filter(({ configuration }) => configuration.workers <= workers)
    .toSorted((a, b) => rateOf(b) - rateOf(a))[0];
}

function againstRivals(rows: readonly RowSummary[], version: string): string[] {
  const rivals = family(rows, 'pyfai-').toSorted(
    (a, b) => Number(b.configuration.id.startsWith('pyfai-2')) - Number(a.configuration.id.startsWith('pyfai-2')),
  );
  return rivals.flatMap((rival) => {
    const own = best(rows, rival.configuration.workers);
    if (!own) return [];
    const ratio = factor(rateOf(own), rateOf(rival));
    return [
      `(${own.configuration.row}) ${own.configuration.label}: ${ratio}x the speed of pyFAI ${version}, ${rival.configuration.label.replace('pyFAI ', '')}.`,
    ];
  });
}

/** Where the frame-by-frame loop with threads inside stops gaining, and where it falls behind one thread. */
function insideFrames(rows: readonly RowSummary[]): string[] {
  const all = family(rows, '0-csr-');
  const serial = family(rows, 's-csr-')[0];
  const [first] = all;
  if (!first || !serial) return [];
  const last = all.findIndex((row, k) => k > 0 && rateOf(row) < LEAST_GAIN * rateOf(all[k - 1]));
  const peak = last < 0 ? all[all.length - 1] : all[last - 1];
  const slower = all.filter((row) => rateOf(row) < rateOf(serial)).map(({ configuration }) => configuration.workers);
  const end = last < 0 ? 'and were still gaining' : 'and gain nothing beyond';
  return [
    `(0) threads inside a frame reach ${shown(rateOf(peak))} frames/s with ${peak?.configuration.workers} (${factor(rateOf(peak), rateOf(serial))}x the serial loop) ${end}; ` +
      (slower.length === 0
        ? 'never slower than the serial loop.'
        : `slower than the serial loop with ${slower.join(', ')}.`),
  ];
}

/** The part of a curve that is straight, and what holds it back after. */
function scaling(rows: readonly RowSummary[], ids: string, name: string): string[] {
  const all = family(rows, ids).filter(({ configuration: { id } }) => !id.includes('-by-'));
  const [one] = all;
  const last = all[all.length - 1];
  if (!one || !last || all.length < 2) return [];
  const share = (row: RowSummary): number =>
    rateOf(row) / rateOf(one) / (row.configuration.workers / one.configuration.workers);
  const straight = all.filter((row) => share(row) >= LINEAR);
  const upTo = straight[straight.length - 1]?.configuration.workers ?? one.configuration.workers;
  const text = `${name}: ${factor(rateOf(last), rateOf(one))}x with ${last.configuration.workers} against ${one.configuration.workers}`;
  return [
    upTo === last.configuration.workers
      ? `${text}, in proportion.`
      : `${text}, in proportion up to ${upTo}; limited by ${last.limiter}.`,
  ];
}

function compared(
  rows: readonly RowSummary[],
  [a, b]: readonly [string, string],
  text: (ratio: string) => string,
): string[] {
  const [one, other] = [a, b].map((id) => rows.find(({ configuration }) => configuration.id === id));
  return rateOf(one) > 0 && rateOf(other) > 0 ? [text(factor(rateOf(one), rateOf(other)))] : [];
}

/** Sentences that follow from the rows; the ratio to pyFAI's fastest layout comes first. */
export function azimuthalFindings(rows: readonly RowSummary[], version: string): string[] {
  const most = Math.max(0, ...family(rows, '1-').map(({ configuration }) => configuration.workers));
  const teams = family(rows, `1-auto-${most}-by-`);
  return [
    ...againstRivals(rows, version),
    ...insideFrames(rows),
    ...compared(
      rows,
      ['s-auto-1', 's-csr-1'],
      (ratio) => `One thread: the method chosen by itself has ${ratio}x the speed of the csr product.`,
    ),
    ...scaling(rows, '1-auto-', '(1) threads'),
    ...scaling(rows, '2-auto-', '(2) processes'),
    ...compared(
      rows,
      [`0-auto-${most}`, `1-auto-${most}`],
      (ratio) => `All ${most} threads inside a frame: ${ratio} of the speed of a frame to each thread.`,
    ),
    ...teams.flatMap(({ configuration: { id, label } }) =>
      compared(rows, [id, `1-auto-${most}`], (ratio) => `${label}: ${ratio} of the speed of a frame to each thread.`),
    ),
  ];
}
