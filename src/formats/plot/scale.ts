export const SCALE_KINDS = ['linear', 'sqrt', 'log'] as const;
export type ScaleKind = (typeof SCALE_KINDS)[number];

/** How values become positions. */
export interface Scale {
  readonly kind: ScaleKind;
  readonly low: number;
  readonly high: number;
  /** 0 at `low`, 1 at `high`; NaN for what has no place, such as 0 on a logarithmic scale. */
  at(value: number): number;
}

const SHAPES: Readonly<Record<ScaleKind, (value: number) => number>> = {
  linear: (value) => value,
  sqrt: (value) => Math.sign(value) * Math.sqrt(Math.abs(value)),
  log: (value) => (value > 0 ? Math.log10(value) : Number.NaN),
};

/** @param low different from `high`, above 0 for a logarithmic scale; either may be the larger */
export function makeScale(kind: ScaleKind, low: number, high: number): Scale {
  const shape = SHAPES[kind];
  const [from, to] = [shape(low), shape(high)];
  return { kind, low, high, at: (value) => (shape(value) - from) / (to - from) };
}

/** Brightness of the highest values over the middle ones, from which on a scale is bent. */
export interface Thresholds {
  readonly sqrt: number;
  readonly log: number;
}

/** Colours show fewer steps than the height of a curve. */
export const CURVE_THRESHOLDS: Thresholds = { sqrt: 30, log: 1000 };
export const COLOUR_THRESHOLDS: Thresholds = { sqrt: 6, log: 300 };

/** @param sorted finite values, ascending */
export function chooseScale(sorted: ArrayLike<number>, thresholds: Thresholds): { kind: ScaleKind; ratio: number } {
  const at = (fraction: number): number => sorted[Math.round(fraction * (sorted.length - 1))] ?? 0;
  const [lowest, high] = [at(0.001), at(0.999)];
  let zeros = 0;
  while (zeros < sorted.length && (sorted[zeros] ?? 1) <= 0) zeros++;
  const middle = sorted[(sorted.length + zeros) >> 1] ?? 0;
  const ratio = middle > 0 ? high / middle : 1;
  if (lowest < -0.01 * high || ratio < thresholds.sqrt) return { kind: 'linear', ratio };
  return { kind: ratio < thresholds.log ? 'sqrt' : 'log', ratio };
}
