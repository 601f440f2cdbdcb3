import { UsageError } from '../../core/errors.js';
import { type Axis, formatShape, plainAxis, type Stack } from '../../core/stack.js';
import type { Mode } from './params.js';

/** Where a template meets frames. Result (i, j) is the sum over (a, b) of template (a, b) times pixel (i - above + a, j - before + b). */
export interface Geometry {
  readonly height: number;
  readonly width: number;
  readonly templateHeight: number;
  readonly templateWidth: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly above: number;
  readonly before: number;
}

/** Height and width of frames. @throws UsageError for frames of another rank */
export function imageShape({ frameShape }: Stack): readonly [number, number] {
  const [height, width] = frameShape;
  if (frameShape.length !== 2 || height === undefined || width === undefined) {
    throw new UsageError(
      'frame-rank',
      `correlate needs images, but a frame here is ${formatShape(frameShape)}. Choose --frame-rank 2, one --channel of colours, or the right data set.`,
    );
  }
  return [height, width];
}

/** Results along one direction, and how many of them come before the template's first number meets the first pixel. */
function along(extent: number, template: number, mode: Mode): readonly [number, number] {
  if (mode === 'full') return [extent + template - 1, template - 1];
  if (mode === 'valid') return [extent - template + 1, 0];
  return [extent, Math.floor(template / 2)];
}

/** @throws UsageError when no position is left in which the template lies within the frame */
export function geometryOf(stack: Stack, template: readonly [number, number], mode: Mode): Geometry {
  const [height, width] = imageShape(stack);
  const [templateHeight, templateWidth] = template;
  if (mode === 'valid' && (templateHeight > height || templateWidth > width)) {
    throw new UsageError(
      'template-size',
      `The template of ${formatShape(template)} does not lie within a frame of ${formatShape([height, width])} anywhere. Use --mode same or full, or a smaller template.`,
      { template: template.join(','), frame: `${height},${width}` },
    );
  }
  const [outHeight, above] = along(height, templateHeight, mode);
  const [outWidth, before] = along(width, templateWidth, mode);
  return { height, width, templateHeight, templateWidth, outHeight, outWidth, above, before };
}

/** Axes of results: where the middle of the template, (N / 2, rounded down), lies in the frame. */
export function resultAxes(stack: Stack, geometry: Geometry): readonly Axis[] {
  const moved = [
    Math.floor(geometry.templateHeight / 2) - geometry.above,
    Math.floor(geometry.templateWidth / 2) - geometry.before,
  ];
  return moved.map((pixels, i) => {
    const axis = stack.axes[stack.stackShape.length + i] ?? plainAxis(i);
    return { ...axis, origin: axis.origin + pixels * axis.step };
  });
}
