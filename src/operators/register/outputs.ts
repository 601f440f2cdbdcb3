import { type Dtype, isInteger } from '../../core/dtype.js';
import { UsageError } from '../../core/errors.js';
import type { Slot } from '../../core/operator.js';
import { frameCount, type Stack } from '../../core/stack.js';
import { unitOf } from './grid.js';
import type { Given } from './method.js';
import { carpetRows } from './quality/carpet.js';

/** Whether frames are resampled: also for a mean that is only the reference of a second pass, which SPM makes otherwise. */
export function reslices({ method, noReslice, reference }: Given): boolean {
  return !noReslice || (reference === 'mean' && method !== 'spm');
}

function realignedDtype({ dtype }: Stack, values: Given): Dtype {
  if (values.realignedDtype === 'float32') return 'float32';
  if (values.outside === 'nan' && isInteger(dtype)) {
    throw new UsageError(
      'bad-value',
      `--outside nan needs floating-point frames, but --realigned-dtype input makes ${dtype} of them. Leave out one of the two.`,
    );
  }
  return dtype;
}

/** What registration gives, whatever the method. */
export function outputsOf(stack: Stack, values: Given): Readonly<Record<string, Slot>> {
  const unit = unitOf(stack, values.affine, values.voxel);
  const six = { kind: 'each', shape: [6], dtype: 'float64' } as const;
  const series = { kind: 'derived', shape: stack.stackShape, dtype: 'float64' } as const;
  const shape = stack.frameShape;
  const axes = stack.axes.slice(stack.stackShape.length);
  const image = { shape, ...(axes.length === shape.length ? { axes } : {}) };
  const dtype = realignedDtype(stack, values);
  return {
    params: { ...six, label: `x, y, z (${unit}), pitch, roll, yaw (radians): correction of each frame` },
    errors: {
      ...six,
      label: 'standard errors of the six parameters',
      errorsOf: 'params',
      // They are over the intensity, which is next to 0 where a frame does not resemble the reference at all.
      tolerance: 1e-3,
    },
    flags: { kind: 'each', shape: [], dtype: 'uint8', label: 'what is wrong with the estimate, 0: nothing' },
    fd: { ...series, unit, label: 'framewise displacement (Power)' },
    jenkinson: { ...series, unit, label: 'framewise displacement (Jenkinson)' },
    ...(values.compare === undefined
      ? {}
      : { difference: { ...series, unit, label: 'distance to the motion of --compare' } }),
    ...(values.noReslice
      ? {}
      : {
          realigned: { kind: 'each', ...image, dtype, label: 'realigned frames' },
          dvars: {
            ...series,
            label: 'DVARS: change from the frame before, per 1000 of the median; the first has none',
          },
          stdDvars: { ...series, label: 'standardised DVARS: over the change that noise would make' },
          carpet: {
            kind: 'derived',
            shape: [carpetRows(stack), frameCount(stack)],
            dtype: 'float32',
            label: 'courses of some voxels',
            private: true,
          },
        }),
    ...(reslices(values)
      ? {
          // Of each voxel over the frames that show it (resample/moments.ts): the mean and the sum of squared deviations from it.
          // mean = average, standard deviation = sqrt(squares / (covered - 1)), all in 16 bytes a voxel.
          average: { kind: 'whole', ...image, dtype: 'float64', merge: 'operator', private: true },
          squares: { kind: 'whole', ...image, dtype: 'float32', merge: 'operator', private: true },
          covered: { kind: 'whole', ...image, dtype: 'uint32', merge: 'operator', label: 'frames that show a voxel' },
          mean: { kind: 'derived', ...image, dtype: 'float32', label: 'mean of the realigned frames' },
          tsnr: {
            kind: 'derived',
            ...image,
            dtype: 'float32',
            label: 'mean over standard deviation in time',
            // A small deviation of large values keeps few digits.
            tolerance: 0.05,
          },
          mask: { kind: 'derived', ...image, dtype: 'uint8', label: '1 where every frame shows the voxel' },
        }
      : {}),
  };
}
