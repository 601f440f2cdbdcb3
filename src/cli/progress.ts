import { formatRate, formatSeconds } from '../core/size.js';
import { isTerminal } from './terminal.js';

export type ProgressKind = 'auto' | 'bar' | 'lines' | 'json' | 'none';

/** Shows how far a run is, on stderr. */
export interface Progress {
  update(frames: number, total: number): void;
  /** Frames that an earlier run has done: they count for the share, not for the rate. */
  goOn(frames: number): void;
  /** Takes the bar away again. */
  end(): void;
}

const INTERVAL = 100;

/** @param frameBytes decoded bytes of a frame, for the rate */
export function makeProgress(kind: ProgressKind, frameBytes: number): Progress {
  const shown = kind === 'auto' ? (isTerminal() ? 'bar' : 'lines') : kind;
  if (shown === 'none') return { update: () => undefined, goOn: () => undefined, end: () => undefined };
  const started = performance.now();
  let last = 0;
  let tenth = 0;
  let before = 0;
  const goOn = (frames: number): void => {
    before = frames;
  };
  const text = (frames: number, total: number): string => {
    const seconds = Math.max(1e-3, (performance.now() - started) / 1000);
    const now = frames - before;
    const left = now > 0 ? (seconds * (total - frames)) / now : 0;
    const percent = Math.floor((100 * frames) / total);
    return `${percent} %  ${frames}/${total} frames  ${formatRate((now * frameBytes) / seconds)}  ETA ${formatSeconds(left)}`;
  };
  if (shown === 'json') {
    return {
      update: (frames, total) => {
        const now = performance.now();
        if (now - last < INTERVAL && frames < total) return;
        last = now;
        const seconds = (now - started) / 1000;
        process.stderr.write(
          `${JSON.stringify({ progress: { frames, total, bytes: frames * frameBytes, seconds } })}\n`,
        );
      },
      goOn,
      end: () => undefined,
    };
  }
  if (shown === 'lines') {
    return {
      update: (frames, total) => {
        const now = Math.floor((10 * frames) / total);
        // Short runs are over before anybody would want to read about them.
        if (now <= tenth || performance.now() - started < 1000) return;
        tenth = now;
        process.stderr.write(`${text(frames, total)}\n`);
      },
      goOn,
      end: () => undefined,
    };
  }
  return {
    update: (frames, total) => {
      const now = performance.now();
      if (now - last < INTERVAL && frames < total) return;
      last = now;
      const width = 24;
      const full = Math.round((width * frames) / total);
      process.stderr.write(`\r\u001b[2K[${'#'.repeat(full)}${'.'.repeat(width - full)}] ${text(frames, total)}`);
    },
    goOn,
    end: () => {
      process.stderr.write('\r\u001b[2K');
    },
  };
}
