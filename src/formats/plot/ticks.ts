import type { Scale } from './scale.js';

/** A mark on an axis: its place from 0 to 1, and what stands beside it (nothing for a small one). */
export interface Tick {
  readonly at: number;
  readonly label: string;
}

/** Ticks and the power of ten that their labels are to be multiplied by. */
export interface Ticks {
  readonly ticks: readonly Tick[];
  readonly exponent: number;
}

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** `-3` as small raised letters. */
export function superscript(exponent: number | string): string {
  return String(exponent).replaceAll(/[-\d]/g, (letter) =>
    letter === '-' ? '⁻' : (SUPERSCRIPTS[Number(letter)] ?? ''),
  );
}

/** Smallest of 1, 2, 2.5, 5 times a power of ten that is at least `rough`. */
function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return Number((([1, 2, 2.5, 5].find((factor) => factor * power >= rough * (1 - 1e-9)) ?? 10) * power).toPrecision(3));
}

/** Digits behind the point that a step of 1, 2, 2.5 or 5 times a power of ten needs. */
function decimals(step: number): number {
  for (let digits = 0; digits < 15; digits++) {
    const shifted = step * 10 ** digits;
    if (Math.round(shifted) > 0 && Math.abs(shifted - Math.round(shifted)) < 1e-6 * shifted) return digits;
  }
  return 15;
}

/** Steps that divide a turn, for angles over a good part of one. */
const TURN_STEPS = [15, 30, 45, 60, 90];

function linearTicks(scale: Scale, most: number, unit: string): Ticks {
  const [low, high] = [Math.min(scale.low, scale.high), Math.max(scale.low, scale.high)];
  const rough = (high - low) / Math.max(1, most);
  const turn = /^deg/.test(unit) && high - low >= 90 ? TURN_STEPS.find((one) => one >= rough) : undefined;
  const step = turn ?? roundStep(rough);
  const largest = Math.max(Math.abs(low), Math.abs(high));
  const exponent = largest >= 1e5 || largest < 0.01 ? 3 * Math.floor(Math.log10(largest) / 3) : 0;
  const digits = decimals(step / 10 ** exponent);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  const ticks = Array.from({ length: Math.max(0, count) }, (_, i) => {
    const value = (first + i) * step;
    const text = (value / 10 ** exponent).toFixed(digits);
    return { at: scale.at(value), label: Number(text) === 0 ? '0' : text };
  });
  return { ticks, exponent };
}

function powerLabel(value: number): string {
  if (value === 0) return '0';
  const power = Math.floor(Math.log10(value) + 1e-9);
  if (power >= -2 && power < 5) return value.toFixed(Math.max(0, -power));
  const factor = Math.round(value / 10 ** power);
  return `${factor === 1 ? '' : `${factor}×`}10${superscript(power)}`;
}

/** Labels at 1, 5 and 2 times powers of ten, the rounder first, where there is room; small ticks at all others. */
function bentTicks(scale: Scale, most: number): Ticks {
  const powers: number[] = [];
  const top = Math.floor(Math.log10(scale.high) + 1e-9);
  for (let power = top; power >= top - 12; power--) powers.push(power);
  const candidates = [
    ...(scale.low <= 0 ? [0] : []),
    ...[1, 5, 2].flatMap((factor) => powers.map((power) => Number(`${factor}e${power}`))),
  ].filter((value) => value >= scale.low * (1 - 1e-9) && value <= scale.high * (1 + 1e-9));
  const room = 1 / Math.max(1, most);
  const labelled: Tick[] = [];
  for (const value of candidates) {
    const at = scale.at(value);
    if (labelled.every((tick) => Math.abs(tick.at - at) >= room * 0.8)) labelled.push({ at, label: powerLabel(value) });
  }
  // Where the marks of a decade would run together it has none.
  const open = powers.filter((power) => scale.at(Number(`2e${power}`)) - scale.at(Number(`1e${power}`)) > 0.012);
  const small = open.flatMap((power) =>
    [1, 2, 3, 4, 5, 6, 7, 8, 9].map((factor) => scale.at(Number(`${factor}e${power}`))),
  );
  const marks = small.filter((at) => at >= 0 && at <= 1).map((at) => ({ at, label: '' }));
  return { ticks: [...labelled, ...marks], exponent: 0 };
}

/**
 * Ticks at round values.
 *
 * @param most labels, as many as there is room for
 * @param unit of the values: degrees have other round values
 */
export function ticksOf(scale: Scale, most: number, unit = ''): Ticks {
  const bent = scale.kind === 'linear' ? null : bentTicks(scale, most);
  const labels = bent?.ticks.filter(({ label }) => label !== '').length ?? 0;
  // Less than a decade: round numbers of an even step say more.
  return bent && labels >= 3 ? bent : linearTicks(scale, most, unit);
}
