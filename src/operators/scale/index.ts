import { defineOperator, type Prepared, type Slot } from '../../core/operator.js';
import type { Values } from '../../core/params.js';
import { frameBytes, frameCount } from '../../core/stack.js';
import { channelAxis, readSeries, seriesShape } from '../series.js';
import { fitChannels, RUN_BYTES } from './fit.js';
import { givenArrays } from './given.js';
import { fitRanges, params, type ScaleParams, targetOf } from './params.js';

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
each channel, or mean and std. Fit on the training part: what is taken of test frames tells a model about them. --given
takes what an earlier run saved, for frames of another file.

minmax: (x - low) / (high - low) * (b - a) + a for --range a,b. zscore: (x - mean) / std, with the population standard deviation,
sqrt(sum((x - mean)^2) / n). A channel that was constant in the fit is divided by 1. Values beyond the extremes of the fit
come out beyond the range: nothing is clipped.

For a fit, its frames are read twice. Everything is float64; float32 results are rounded at the end. A value that is not
finite ends the run.
`;

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
  const [a, b] = targetOf(values);
  return { from: low, by: high.map((value, c) => divisor(value - (low[c] ?? 0))), times: b - a, to: a };
}

/** Scales series channel by channel: frames of the shape they had. */
export default defineOperator<ScaleParams, string, ScaleState>({
  name: 'scale',
  summary: 'min-max or z-score scaling of channels, fitted on a part of the stack',
  details,
  frames: 'series',
  params,
  examples: [{ fit: '0:3' }, { method: 'zscore', dtype: 'float64' }],
  async prepare(context) {
    const { stack, values, read } = context;
    targetOf(values);
    const isScore = values.method === 'zscore';
    if (values.given.length > 0) return givenArrays(context, isScore ? ['mean', 'std'] : ['low', 'high']);
    const { low, high, mean, std } = await fitChannels(stack, read, fitRanges(values.fit, frameCount(stack)));
    return isScore ? { mean, std } : { low, high };
  },
  outputs(stack, values): Readonly<Record<string, Slot>> {
    const { channels } = seriesShape(stack, 'scale');
    const slot = { kind: 'derived', shape: [channels], dtype: 'float64', axes: [channelAxis(stack)] } as const;
    const frame = stack.axes.slice(stack.stackShape.length);
    const fitted = values.fit === 'all' ? 'all frames' : `frames ${values.fit}`;
    const of = values.given.length > 0 ? 'of each channel, as given' : `of each channel over ${fitted}`;
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
  revises: () => false,
  finish(out, _stack, _values, prepared) {
    for (const [name, fitted] of Object.entries(prepared)) if (typeof fitted === 'object') out[name]?.set(fitted);
  },
});
