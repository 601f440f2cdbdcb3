import { UsageError } from '../../core/errors.js';
import type { LoadedArray } from '../../core/operator.js';
import type { ArrayInput } from '../../core/params.js';
import { formatShape, product } from '../../core/stack.js';

type Load = (input: ArrayInput) => Promise<LoadedArray>;

/** An array of the shape of a frame; leading dimensions of length 1 do not count. @throws UsageError for any other shape */
async function frameArray(flag: string, input: ArrayInput, shape: readonly number[], load: Load): Promise<LoadedArray> {
  const array = await load(input);
  const inner = array.shape.slice(Math.max(0, array.shape.length - shape.length));
  if (inner.join() === shape.join() && product(array.shape) === product(shape)) return array;
  throw new UsageError(
    'wrong-shape',
    `--${flag} has the shape ${formatShape(array.shape)}, but a frame is ${formatShape(shape)}. Give one that matches the frames.`,
    { flag, found: formatShape(array.shape), wanted: formatShape(shape) },
  );
}

/** All masks united, one byte per pixel: nonzero is bad. NaN counts as bad. @throws UsageError for a wrong shape */
export async function loadMask(
  inputs: readonly ArrayInput[],
  shape: readonly number[],
  load: Load,
): Promise<Uint8Array> {
  const masked = new Uint8Array(product(shape));
  for (const input of inputs) {
    const { data } = await frameArray('mask', input, shape, load);
    for (let p = 0; p < masked.length; p++) if (data[p] !== 0) masked[p] = 1;
  }
  return masked;
}

/**
 * A flat field or dark image as float32, or one number for all pixels; null when none was given.
 * @throws UsageError for a wrong shape, or more than one
 */
export async function loadImage(
  flag: string,
  inputs: readonly ArrayInput[],
  shape: readonly number[],
  load: Load,
): Promise<Float32Array | null> {
  const [input, more] = inputs;
  if (input === undefined) return null;
  if (more !== undefined)
    throw new UsageError('bad-value', `--${flag} takes one array, not ${inputs.length}.`, { flag });
  const pixels = product(shape);
  const constant = typeof input === 'string' && input.trim() !== '' ? Number(input) : Number.NaN;
  if (Number.isFinite(constant)) return new Float32Array(pixels).fill(constant);
  return Float32Array.from((await frameArray(flag, input, shape, load)).data);
}

/** One number per frame; of length 0 when none were given. @throws UsageError unless there are as many as frames */
export async function loadMonitor(inputs: readonly ArrayInput[], frames: number, load: Load): Promise<Float64Array> {
  const [input, more] = inputs;
  if (input === undefined) return new Float64Array(0);
  if (more !== undefined) throw new UsageError('bad-value', `--monitor takes one array, not ${inputs.length}.`);
  const { data, shape } = await load(input);
  if (data.length !== frames) {
    throw new UsageError(
      'wrong-shape',
      `--monitor holds ${formatShape(shape)} numbers, but there are ${frames} frames. Give one number for each frame that is selected.`,
      { found: data.length, wanted: frames },
    );
  }
  const bad = data.findIndex((value) => !(value > 0 && Number.isFinite(value)));
  if (bad >= 0) {
    throw new UsageError(
      'bad-value',
      `--monitor is ${data[bad]} for frame ${bad}; intensities are divided by it. Leave such frames out with --frames, and their numbers out of --monitor.`,
      { frame: bad },
    );
  }
  return Float64Array.from(data);
}
