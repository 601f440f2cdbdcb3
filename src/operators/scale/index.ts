import { UsageError } from '../../core/errors.js';
import { defineOperator, type Prepared, type Slot } from '../../core/operator.js';
import type { Params, Values } from '../../core/params.js';
import { parseRange } from '../../core/selection.js';
import { frameBytes, frameCount, type Stack } from '../../core/stack.js';
import { channelAxis, readSeries, seriesShape } from '../series.js';
import { fitChannels, RUN_BYTES } from './fit.js';

const params = {
  method: {
    kind: 'choice',
    choices: ['minmax', 'zscore'],
    default: 'minmax',
    help: 'Map the extremes of each channel to --range, or its mean to 0 and its standard deviation to 1.',
  },
  range: {
    kind: 'numbers',
    length: 2,
    default: [-1, 1],
    example: '-1,1',
    help: 'Where minmax maps the smallest and the largest value to.',
  },
  fit: {
    kind: 'text',
    default: 'all',
    help: 'The frames that extremes, or mean and standard deviation, are taken of: a range such as 0:800, the training part, or all.',
  },
  dtype: {
    kind: 'choice',
    choices: ['float32', 'float64'],
    default: 'float32',
    help: 'Element type of scaled frames.',
  },
} as const satisfies Params;

type ScaleParams = typeof params;

interface ScaleState {
  readonly channels: number;
  readonly series: Float64Array;
  /** Of each channel: scaled = (value - from) / by * times + to. */
  readonly from: Float64Array;
  readonly by: Float64Array;
  readonly times: number;
  readonly to: number;
}

const details = `
Every channel is scaled alike in all frames, unlike in a Gramian field, where each series is scaled for itself. What it is scaled by
is taken over the frames of --fit alone, all their points together, and is saved with the result: low and high, the extremes of
each channel, or mean and std. Fit on the training part: what is taken of test frames tells a model about them.

minmax: (x - low) / (high - low) * (b - a) + a for --range a,b. zscore: (x - mean) / std, with the population standard deviation,
sqrt(sum((x - mean)^2) / n). A channel that is constant over --fit is divided by 1. Values beyond the extremes of the fit
come out beyond the range: nothing is clipped.

The stack is read twice, first for the fit. Everything is float64; float32 results are rounded at the end. A value that is not
finite ends the run.
`;

function rangeOf(values: Values<ScaleParams>): readonly [number, number] {
  const [low = -1, high = 1] = values.range;
  if (!(low < high)) throw new UsageError('bad-value', `--range takes two ascending numbers, not ${low},${high}.`);
  return [low, high];
}

const fitOf = (stack: Stack, { fit }: Values<ScaleParams>): [number, number] =>
  fit === 'all' ? [0, frameCount(stack)] : parseRange(fit, frameCount(stack), '--fit');

/** What divides the values of a channel: 1 instead of 0. */
const divisor = (width: number): number => (width > 0 ? width : 1);

function stateOf(prepared: Prepared, values: Values<ScaleParams>): Pick<ScaleState, 'from' | 'by' | 'times' | 'to'> {
  if (values.method === 'zscore') {
    return {
      from: prepared.mean as Float64Array,
      by: (prepared.std as Float64Array).map(divisor),
      times: 1,
      to: 0,
    };
  }
  const [low, high] = [prepared.low as Float64Array, prepared.high as Float64Array];
  const [a, b] = rangeOf(values);
  return { from: low, by: high.map((value, c) => divisor(value - (low[c] ?? 0))), times: b - a, to: a };
}

/** Scales series channel by channel: frames of the shape they had. */
export default defineOperator<ScaleParams, string, ScaleState>({
  name: 'scale',
  summary: 'min-max or z-score scaling of channels, fitted on a part of the stack',
  details,
  params,
  examples: [{ fit: '0:3' }, { method: 'zscore', dtype: 'float64' }],
  async prepare({ stack, values, read }) {
    rangeOf(values);
    const { low, high, mean, std } = await fitChannels(stack, read, fitOf(stack, values));
    return values.method === 'zscore' ? { mean, std } : { low, high };
  },
  outputs(stack, values): Readonly<Record<string, Slot>> {
    const { channels } = seriesShape(stack, 'scale');
    const slot = { kind: 'derived', shape: [channels], dtype: 'float64', axes: [channelAxis(stack)] } as const;
    const frame = stack.axes.slice(stack.stackShape.length);
    const of = `of each channel over frames ${fitOf(stack, values).join(':')}`;
    return {
      scaled: {
        kind: 'each',
        shape: stack.frameShape,
        dtype: values.dtype,
        label: values.method === 'zscore' ? 'standard scores' : 'values scaled by the extremes',
        ...(frame.length > 0 ? { axes: frame } : {}),
      },
      ...(values.method === 'zscore'
        ? { mean: { ...slot, label: `mean ${of}` }, std: { ...slot, label: `standard deviation ${of}` } }
        : { low: { ...slot, label: `smallest value ${of}` }, high: { ...slot, label: `largest value ${of}` } }),
    };
  },
  cost(stack) {
    const { length } = seriesShape(stack, 'scale');
    // A run of frames as it is decoded, its copy, and what a decoder takes besides.
    return { workerBytes: 8 * length + 128, hostBytes: 3 * Math.max(RUN_BYTES, frameBytes(stack)) };
  },
  init({ stack, values, prepared, arena }) {
    const { channels, length } = seriesShape(stack, 'scale');
    return { channels, series: arena.float64(length), ...stateOf(prepared, values) };
  },
  process(tile, { channels, series, from, by, times, to }, { scaled }) {
    if (!scaled) return;
    const { length } = series;
    for (let frame = 0; frame < tile.count; frame++) {
      for (let c = 0; c < channels; c++) {
        readSeries(tile, frame, c, channels, series);
        const [origin, width] = [from[c] ?? 0, by[c] ?? 1];
        const start = (frame * channels + c) * length;
        for (let t = 0; t < length; t++) scaled[start + t] = (((series[t] ?? 0) - origin) / width) * times + to;
      }
    }
  },
  finish(out, _stack, _values, prepared) {
    for (const [name, fitted] of Object.entries(prepared)) if (typeof fitted === 'object') out[name]?.set(fitted);
  },
});
