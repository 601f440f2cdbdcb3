import { formatBytes } from '../../../core/size.js';
import type { FrameContext, RowSummary } from '../summary.js';

/** Speed-ups are against NumPy at its best; without it, against the first row. */
export const FRAMES: FrameContext = {
  baseOf: (measured) =>
    measured.find(({ configuration: { id } }) => id === 'batch32' || id === 'reuse') ??
    measured.find(({ configuration: { row } }) => row === 'own'),
  serialOf: () => undefined,
};

const ofRow = (rows: readonly RowSummary[], name: RowSummary['configuration']['row']): RowSummary[] =>
  rows.filter(({ configuration, seconds }) => configuration.row === name && seconds !== null);

const warm = (row: RowSummary): number => row.seconds?.median ?? Number.NaN;
const cold = (row: RowSummary): number => row.coldSeconds ?? Number.NaN;
const times = (factor: number): string => `${factor >= 10 ? factor.toFixed(0) : factor.toFixed(1)}x`;

/** Of as many threads: the share of the pace at which C fills the same memory. */
function againstMemset(rows: readonly RowSummary[]): string[] {
  const floors = ofRow(rows, 'native');
  return ofRow(rows, 'own').flatMap((own) => {
    const { label, workers } = own.configuration;
    const floor = floors.find(({ configuration }) => configuration.workers === workers);
    return floor ? [`${label}: ${((100 * warm(floor)) / warm(own)).toFixed(0)} % of the pace of memset.`] : [];
  });
}

/** The fastest row of each kind, by the part of the id before its number of workers. */
function bestOfEach(rows: readonly RowSummary[]): RowSummary[] {
  const best = new Map<string, RowSummary>();
  for (const row of ofRow(rows, 'own')) {
    const kind = row.configuration.id.replace(/-\d+$/, '');
    const known = best.get(kind);
    if (!known || warm(row) < warm(known)) best.set(kind, row);
  }
  return [...best.values()];
}

function againstPeers(rows: readonly RowSummary[]): string[] {
  const peers = ofRow(rows, 'peer');
  if (peers.length === 0) return [];
  return bestOfEach(rows).map((own) => {
    const each = peers.map(
      (peer) =>
        `${times(warm(peer) / warm(own))} the speed of ${peer.configuration.label} (${times(cold(peer) / cold(own))} the first time)`,
    );
    return `${own.configuration.label}: ${each.join('; ')}.`;
  });
}

/** @param output bytes of all images, or null where everything is there before */
function memory(rows: readonly RowSummary[], output: number | null): string[] {
  if (output === null) return [];
  return ofRow(rows, 'own').flatMap(({ configuration: { id, label }, aboveIdle }) => {
    if (aboveIdle === null) return [];
    const beyond = !/^(keep|run|into)/.test(id)
      ? `${formatBytes(aboveIdle)} above an idle program`
      : `${formatBytes(Math.max(0, aboveIdle - output))} above an idle program and the images`;
    return [`${label}: ${beyond}.`];
  });
}

/** Sentences that follow from the rows of one table. */
export function gafFindings(rows: readonly RowSummary[], output: number | null): string[] {
  return [...againstMemset(rows), ...againstPeers(rows), ...memory(rows, output)];
}
