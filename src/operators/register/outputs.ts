import type { Slot } from '../../core/operator.js';
import type { Stack } from '../../core/stack.js';
import type { Given } from './method.js';

/** Whether frames are resampled: also for a mean that is only the reference of a second pass. */
export function reslices({ noReslice, reference }: Given): boolean {
  return !noReslice || reference === 'mean';
}

/** What registration gives, whatever the method. */
export function outputsOf(stack: Stack, values: Given): Readonly<Record<string, Slot>> {
  const six = { kind: 'each', shape: [6], dtype: 'float64' } as const;
  const series = { kind: 'derived', shape: stack.stackShape, dtype: 'float64' } as const;
  const shape = stack.frameShape;
  const axes = stack.axes.slice(stack.stackShape.length);
  const image = { shape, ...(axes.length === shape.length ? { axes } : {}) };
  const dtype = values.realignedDtype === 'input' ? stack.dtype : 'float32';
  return {
    params: { ...six, label: 'x, y, z (mm), pitch, roll, yaw (radians): correction of each frame' },
    errors: { ...six, label: 'standard errors of the six parameters', errorsOf: 'params' },
    flags: { kind: 'each', shape: [], dtype: 'uint8', label: 'what is wrong with the estimate, 0: nothing' },
    fd: { ...series, unit: 'mm', label: 'framewise displacement (Power)' },
    jenkinson: { ...series, unit: 'mm', label: 'framewise displacement (Jenkinson)' },
    ...(values.compare === undefined
      ? {}
      : { difference: { ...series, unit: 'mm', label: 'distance to the motion of --compare' } }),
    ...(reslices(values)
      ? {
          realigned: { kind: 'each', ...image, dtype, label: 'realigned frames', private: values.noReslice },
          total: { kind: 'whole', ...image, dtype: 'float64', merge: 'sum', private: true },
          covered: { kind: 'whole', ...image, dtype: 'uint32', merge: 'sum', label: 'frames that show a voxel' },
          mean: { kind: 'derived', ...image, dtype: 'float32', label: 'mean of the realigned frames' },
        }
      : {}),
  };
}
