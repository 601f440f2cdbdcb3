import type { WorkerReport } from './layout.js';
import { formatBytes, formatRate, formatSeconds } from './size.js';

/** What happened in a run, in plain seconds, bytes and counts. */
export interface Report {
  readonly operator: string;
  readonly source: string;
  readonly layout: string;
  readonly kernel: 'wasm' | 'ts';
  readonly workers: number;
  /** Workers that shared each frame; 1 when frames were dealt out whole. */
  readonly team: number;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly frames: number;
  /** Decoded bytes of the frames. */
  readonly bytes: number;
  /** Bytes fetched from storage. */
  readonly bytesRead: number;
  /** `read`, `decode`, `compute`, `write` and `wait` are sums over workers; the others are wall time on the host. */
  readonly seconds: {
    readonly prepare: number;
    readonly start: number;
    readonly read: number;
    readonly decode: number;
    readonly compute: number;
    readonly write: number;
    readonly wait: number;
    readonly merge: number;
    /** From the first part handed out to the last result merged. */
    readonly run: number;
    /** Everything from planning to the finished result. */
    readonly wall: number;
  };
  /** Highest resident size, worker processes included (an upper bound there: shared pages count in each). */
  readonly peakBytes: number;
  readonly projectedBytes: number;
  readonly direct: boolean;
  readonly amplification: number;
  readonly badFrames: readonly number[];
  /** Result entries that are NaN or infinite. */
  readonly nonFinite: number;
  /** Parts handed out. */
  readonly parts: number;
  /** Every step that was not taken as asked or as planned, in sentences. */
  readonly fallbacks: readonly string[];
  readonly limiter: string;
  readonly perWorker: readonly Omit<WorkerReport, 'entries'>[];
}

const sum = (reports: readonly WorkerReport[], pick: (report: WorkerReport) => number): number =>
  reports.reduce((total, report) => total + pick(report), 0);

/**
 * Which of its activities the workers spent most time in, as a phrase with its share.
 *
 * @param reading what fetching frames is called for this source
 * @param waiting what workers without work wait for
 */
export function findLimiter(reports: readonly WorkerReport[], reading: string, waiting = 'waiting for parts'): string {
  const shares: [string, number][] = [
    [reading, sum(reports, (r) => r.readSeconds)],
    ['decoding', sum(reports, (r) => r.decodeSeconds)],
    ['arithmetic', sum(reports, (r) => r.computeSeconds)],
    ['writing', sum(reports, (r) => r.writeSeconds)],
    [waiting, sum(reports, (r) => r.waitSeconds)],
  ];
  const total = shares.reduce((all, [, seconds]) => all + seconds, 0);
  const [name, most] = shares.reduce((best, next) => (next[1] > best[1] ? next : best));
  return total > 0 ? `${name} (${Math.round((100 * most) / total)} % of worker time)` : 'nothing to do';
}

/** Sums over workers of what they report. */
export function totalSeconds(reports: readonly WorkerReport[]) {
  return {
    read: sum(reports, (r) => r.readSeconds),
    decode: sum(reports, (r) => r.decodeSeconds),
    compute: sum(reports, (r) => r.computeSeconds),
    write: sum(reports, (r) => r.writeSeconds),
    wait: sum(reports, (r) => r.waitSeconds),
  };
}

/** The report as a few lines for a person. */
export function describeReport(report: Report): string[] {
  const { seconds } = report;
  const rate = report.bytes / seconds.run;
  const sharing = report.team > 1 ? ` sharing each frame in teams of ${report.team}` : '';
  const lines = [
    `${report.operator} over ${report.shape.join(' x ')} ${report.dtype} in ${formatSeconds(seconds.wall)}`,
    `  ${report.frames} frames, ${formatBytes(report.bytes)} (${formatBytes(report.bytesRead)} read), ` +
      `${formatRate(rate)}, ${Math.round(report.frames / seconds.run)} frames/s`,
    `  ${report.layout}, ${report.workers} worker${report.workers === 1 ? '' : 's'}${sharing}, ${report.kernel} kernel` +
      `${report.direct ? ', direct I/O' : ''}, peak memory ${formatBytes(report.peakBytes)}`,
    `  limited by ${report.limiter}`,
  ];
  if (report.layout === 'processes') {
    const each = (1e6 * seconds.wait) / report.parts;
    lines.push(`  ${report.parts} parts, ${each.toFixed(0)} us of waiting for each`);
  }
  const places = report.perWorker.map(({ cores }) => cores ?? '');
  if (new Set(places).size > 1) lines.push(`  workers held to processors ${places.join(' | ')}`);
  if (report.amplification > 1) lines.push(`  each chunk decoded ${report.amplification}x`);
  if (report.badFrames.length > 0) {
    const shown = report.badFrames.slice(0, 10).join(', ');
    lines.push(
      `  ${report.badFrames.length} damaged frames replaced: ${shown}${report.badFrames.length > 10 ? ', ...' : ''}`,
    );
  }
  if (report.nonFinite > 0)
    lines.push(`  ${report.nonFinite} result values are not finite (NaN or infinite), as pixels they come from may be`);
  for (const fallback of report.fallbacks) lines.push(`  note: ${fallback}`);
  return lines;
}
