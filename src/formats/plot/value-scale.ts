import type { Measured } from '../measured.js';
import type { PngOptions } from '../png/options.js';
import { sortedSample } from '../png/range.js';
import { CURVE_THRESHOLDS, chooseScale, makeScale, type Scale } from './scale.js';

/** The upright axis of a plot of curves. */
interface Range {
  readonly scale: Scale;
  /** How it was chosen, in words. */
  readonly notes: string[];
}

/** The scale of the values: from 0 where they come near it, and bent where a few are far brighter than the rest. */
export function valueScale({ signal, errors }: Measured, options: PngOptions): Range {
  const sorted = sortedSample(signal.data);
  const notes: string[] = [];
  const chosen = options.scale ?? chooseScale(sorted, CURVE_THRESHOLDS).kind;
  const count = signal.data.length;
  let finite = 0;
  let [low, high, positive] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let i = 0; i < count; i++) {
    const value = signal.data[i] ?? Number.NaN;
    if (!Number.isFinite(value)) continue;
    finite++;
    const error = Math.abs(errors?.data[i] ?? 0);
    const spread = Number.isFinite(error) ? error : 0;
    low = Math.min(low, value - spread);
    high = Math.max(high, value + spread);
    if (value > 0) positive = Math.min(positive, value);
  }
  if (finite < count) notes.push(`${count - finite} of ${count} values are not finite`);
  if (options.limits) return { scale: makeScale(chosen, ...options.limits), notes };
  if (finite === 0) return { scale: makeScale('linear', 0, 1), notes };
  if (low === high || high <= 0) {
    if (low === high) notes.unshift('constant');
    const apart = low === high ? Math.abs(low) * 0.1 || 1 : (high - low) * 0.05;
    return { scale: makeScale('linear', low > 0 ? 0 : low - apart, high + apart), notes };
  }
  if (chosen === 'log' && Number.isFinite(positive)) {
    const from = Math.max(positive, high * 1e-6);
    notes.unshift('logarithmic scale');
    if (low <= 0) notes.push('values of 0 and less are not drawn');
    return { scale: makeScale('log', from * 0.8, high * 1.4), notes };
  }
  if (chosen === 'sqrt' && low >= 0) {
    notes.unshift('square root scale');
    return { scale: makeScale('sqrt', 0, high * 1.1), notes };
  }
  const room = (high - low) * 0.05;
  return { scale: makeScale('linear', low >= 0 && low < 0.5 * high ? 0 : low - room, high + room), notes };
}
