import { allocate, viewOf } from '../../core/dtype.js';
import { UsageError } from '../../core/errors.js';
import type { Segment } from '../../core/series.js';
import {
  formatShape,
  frameBytes,
  frameCount,
  framePixels,
  makeStack,
  plainAxis,
  type Stack,
} from '../../core/stack.js';
import { defineGenerator } from './generator.js';
import { FAULT_DEFAULTS, type FaultSeriesOptions, faultRecording, MOST_CHANNELS } from './series.js';
import { FAULTS } from './series-plant.js';

const PARAMS = {
  classes: { kind: 'number', help: 'faults, the healthy plant included', default: 6, min: 1, max: 6, integer: true },
  interval: { kind: 'number', help: 'from point to point', unit: 's', default: 300, min: 1, max: 86400, integer: true },
} as const;

/** Windows of a segment. */
const WINDOWS = 5;

/** What makes a stack of windows: recordings of two segments of five windows each, the last one perhaps more than is taken. */
export function faultOptions(
  stack: Pick<Stack, 'stackShape' | 'frameShape'>,
  classes: number,
  interval: number,
  seed: number,
): Required<FaultSeriesOptions> {
  const [channels = 1, length = 2] = stack.frameShape;
  const { segments } = FAULT_DEFAULTS;
  const count = stack.stackShape.reduce((total, extent) => total * extent, 1);
  return {
    recordings: Math.ceil(count / (segments * WINDOWS)),
    segments,
    points: WINDOWS * length,
    channels,
    classes,
    interval,
    seed,
  };
}

/** Which segment a window is from, and where it begins there. */
function placeOf(window: number, length: number): { recording: number; segment: number; at: number } {
  const { segments } = FAULT_DEFAULTS;
  const recording = Math.floor(window / (segments * WINDOWS));
  const within = window % (segments * WINDOWS);
  return { recording, segment: Math.floor(within / WINDOWS), at: (within % WINDOWS) * length };
}

/** Sensors of an air handler with faults: windows over recordings, in the order of time. */
export default defineGenerator({
  name: 'series',
  summary: 'windows over sensors of an air handler, healthy and with five faults, days, weather, noise and gaps',
  params: PARAMS,
  dtypes: ['float64', 'float32'],
  stack(shape, { interval }, dtype = 'float64') {
    const [channels = 0, length = 0] = shape.slice(-2);
    if (shape.length < 3 || channels > MOST_CHANNELS || length < 2)
      throw new UsageError(
        'bad-shape',
        `series needs windows x sensors x points, at most ${MOST_CHANNELS} sensors and at least 2 points, such as 2000x9x96, not ${formatShape(shape)}.`,
      );
    const axes = shape.map((_, d) => plainAxis(d));
    const named = [
      { name: 'channel', unit: '', step: 1, origin: 0 },
      { name: 'time', unit: 's', step: interval, origin: 0 },
    ];
    return makeStack(shape, dtype, 2, [...axes.slice(0, -2), ...named]);
  },
  makeWriter(stack, { classes, interval }, seed) {
    const options = faultOptions(stack, classes, interval, seed);
    const [channels = 1, length = 2] = stack.frameShape;
    const frame = viewOf(stack.dtype, new ArrayBuffer(frameBytes(stack)), 0, framePixels(stack));
    let [held, number]: [readonly Segment[], number] = [[], -1];
    return {
      read(first, count, into) {
        for (let i = 0; i < count; i++) {
          const { recording, segment, at } = placeOf(first + i, length);
          if (number !== recording) [held, number] = [faultRecording(recording, options), recording];
          const { values, length: points } = held[segment] ?? { values: new Float64Array(0), length: 0 };
          for (let c = 0; c < channels; c++)
            frame.set(values.subarray(c * points + at, c * points + at + length), c * length);
          into.set(new Uint8Array(frame.buffer), i * frame.byteLength);
        }
      },
    };
  },
  truth(stack, { classes }) {
    const label = allocate('int32', frameCount(stack));
    for (let i = 0; i < label.length; i++) label[i] = placeOf(i, 1).recording % classes;
    const axes = stack.axes.slice(0, stack.stackShape.length);
    const names = FAULTS.slice(0, classes).join(', ');
    return [{ name: 'label', shape: stack.stackShape, data: label, axes, unit: '', label: `class: ${names}` }];
  },
});
