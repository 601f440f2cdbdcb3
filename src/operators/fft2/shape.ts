import { UsageError } from '../../core/errors.js';
import { type Axis, formatShape, plainAxis, type Stack } from '../../core/stack.js';

/** What a frame holds: real pixels, or pairs of real and imaginary parts. */
export interface PlaneShape {
  readonly height: number;
  readonly width: number;
  readonly isComplex: boolean;
}

/** @throws UsageError for frames that are neither (height, width) nor (height, width, 2) */
export function planeShape({ frameShape }: Stack): PlaneShape {
  const [height, width, parts] = frameShape;
  if (height === undefined || width === undefined || frameShape.length > 3 || (parts !== undefined && parts !== 2)) {
    throw new UsageError(
      'frame-rank',
      `fft2 needs images, frames of (height, width) or of complex numbers, (height, width, 2), but a frame here is ${formatShape(frameShape)}. ` +
        'Choose --frame-rank 2, or 3 for complex ones, one --channel of colours, or the right data set.',
    );
  }
  return { height, width, isComplex: parts === 2 };
}

function unitOf(unit: string): string {
  if (unit === '') return '';
  return unit.startsWith('1/') ? unit.slice(2) : `1/${unit}`;
}

/** Axes of the transform: cycles per unit of the frame's own axes, and the other way round. @param isCentred 0 lies in the middle */
export function transformedAxes(stack: Stack, isCentred: boolean): readonly Axis[] {
  return stack.frameShape.map((extent, i) => {
    const axis = stack.axes[stack.stackShape.length + i] ?? plainAxis(i);
    if (i === 2) return axis;
    const step = 1 / (extent * axis.step);
    return { name: axis.name, unit: unitOf(axis.unit), step, origin: isCentred ? -Math.floor(extent / 2) * step : 0 };
  });
}
