import { UsageError } from '../../core/errors.js';
import type { PrepareContext } from '../../core/operator.js';
import { formatShape, frameCount, framePixels } from '../../core/stack.js';
import { imageShape } from './geometry.js';
import type { CorrelateParams } from './params.js';

/** Numbers that frames are correlated with, row by row. */
export interface Template {
  readonly shape: readonly [number, number];
  readonly data: Float64Array;
}

function checked(name: string, shape: readonly number[], data: Float64Array): Template {
  const [height, width] = shape;
  if (shape.length !== 2 || height === undefined || width === undefined || height * width === 0) {
    throw new UsageError(
      'template-shape',
      `${name} has shape ${formatShape(shape)}. A template is an image, (height, width), of at least one number.`,
    );
  }
  if (data.length !== height * width) {
    throw new UsageError(
      'template-shape',
      `${name} has shape ${formatShape(shape)} but holds ${data.length} numbers. Check how it was made.`,
    );
  }
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new UsageError(
      'template-values',
      `${name} holds ${data[bad]} at (${Math.floor(bad / width)}, ${bad % width}). A template must be finite numbers.`,
      { element: bad },
    );
  }
  return { shape: [height, width], data };
}

async function cutPatch({ stack, values, read }: PrepareContext<CorrelateParams>): Promise<Template> {
  const { patch = [], patchFrame } = values;
  const [height, width] = imageShape(stack);
  const [y = 0, x = 0, rows = 0, columns = 0] = patch;
  const isWhole = patch.every((value) => Number.isInteger(value));
  if (!isWhole || y < 0 || x < 0 || rows < 1 || columns < 1 || y + rows > height || x + columns > width) {
    throw new UsageError(
      'bad-value',
      `--patch ${patch.join(',')} is no part of a frame of ${formatShape([height, width])}: it takes y,x,height,width in whole pixels.`,
    );
  }
  const frames = frameCount(stack);
  if (patchFrame >= frames) {
    throw new UsageError('bad-value', `--patch-frame ${patchFrame} does not exist: frames are 0 to ${frames - 1}.`);
  }
  const frame = (await read(patchFrame, 1)).subarray(0, framePixels(stack));
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    data.set(frame.subarray((y + i) * width + x, (y + i) * width + x + columns), i * columns);
  }
  return checked(`The patch of frame ${patchFrame}`, [rows, columns], data);
}

/**
 * The template that parameters name: from a file, or cut from a frame; its mean subtracted when results are coefficients.
 *
 * @throws UsageError when there is none or more than one, or when it cannot be used
 */
export async function takeTemplate(context: PrepareContext<CorrelateParams>): Promise<Template> {
  const { template, patch, normalise } = context.values;
  const [first] = template;
  if (template.length + (patch ? 1 : 0) !== 1 || (first === undefined && !patch)) {
    throw new UsageError(
      'no-template',
      `correlate takes one template, but ${template.length + (patch ? 1 : 0)} are given. Give --template FILE.npy, or --patch y,x,height,width.`,
    );
  }
  let taken: Template;
  if (first === undefined) taken = await cutPatch(context);
  else {
    const { shape, data } = await context.load(first);
    taken = checked(
      typeof first === 'string' ? `The template ${first}` : 'The template',
      shape,
      Float64Array.from(data),
    );
  }
  if (!normalise) return taken;
  const { data } = taken;
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
  if (data.every((value) => value === data[0])) {
    throw new UsageError(
      'template-values',
      `The template is ${data[0]} everywhere: nothing correlates with it. Leave --normalise out, or take another template.`,
    );
  }
  return { ...taken, data: data.map((value) => value - mean) };
}
