import { UsageError } from '../core/errors.js';

/** Extents as a network declares them; text stands for one that is free. */
export type Declared = readonly (number | string)[];

/** An input or output of a network. */
export interface Declaration {
  readonly name: string;
  /** Element type as ONNX names it, such as `float32`; null for what is no tensor. */
  readonly type: string | null;
  readonly shape: Declared;
}

/** What a network takes and gives. */
export interface Interface {
  readonly inputs: readonly Declaration[];
  readonly outputs: readonly Declaration[];
}

/** The images a network takes; null stands for an extent that is free. */
export interface Wanted {
  readonly input: string;
  readonly output: string;
  /** Channels before rows and columns, or behind them. */
  readonly layout: 'nchw' | 'nhwc';
  readonly batch: number | null;
  readonly channels: number;
  readonly height: number | null;
  readonly width: number | null;
}

const COLOURS = [1, 3, 4];

const listed = (shape: Declared): string => `(${shape.join(', ')})`;

const described = ({ name, type, shape }: Declaration): string => `${name} ${listed(shape)}, ${type ?? 'no tensor'}`;

const extent = (declared: number | string | undefined): number | null =>
  typeof declared === 'number' && declared > 0 ? declared : null;

/** Why a network is not one over images; it says what it takes. */
function refuse(path: string, why: string, { inputs }: Interface): UsageError {
  const takes = inputs.map(described).join('; ') || 'nothing';
  return new UsageError(
    'wrong-network',
    `${path} ${why}. It takes ${takes}. Wanted is one float32 input of images: (N, channels, height, width) or (N, height, width, channels).`,
    { path },
  );
}

/**
 * What a network that was opened wants of images, and which of its outputs is used.
 *
 * @param output name of the output; the first without
 * @throws UsageError that says what the network takes or gives, for other inputs than one of images, and other outputs than float32
 */
export function wantedOf(path: string, declared: Interface, output?: string): Wanted {
  const { inputs, outputs } = declared;
  const [input, ...others] = inputs;
  if (!input || others.length > 0) throw refuse(path, `has ${inputs.length} inputs, not one`, declared);
  if (input.type !== 'float32') throw refuse(path, `takes ${input.type ?? 'no tensor'}, not float32`, declared);
  if (input.shape.length !== 4)
    throw refuse(path, `has an input of ${input.shape.length} dimensions, not four`, declared);
  const names = outputs.map(({ name }) => name);
  const given = output === undefined ? outputs[0] : outputs.find(({ name }) => name === output);
  if (!given) {
    throw new UsageError(
      'no-output',
      `${path} has no output ${output ?? ''}. Its outputs: ${names.join(', ') || 'none'}.`,
      { path },
    );
  }
  if (given.type !== 'float32') {
    const what = `Output ${given.name} of ${path} is ${given.type ?? 'no tensor'} ${listed(given.shape)}, not float32.`;
    throw new UsageError('wrong-output', `${what} Its outputs: ${outputs.map(described).join('; ')}.`, { path });
  }
  const [batch, a, b, c] = input.shape;
  const isLast = COLOURS.includes(extent(c) ?? 0) && !COLOURS.includes(extent(a) ?? 0);
  const [channels, height, width] = isLast ? [c, a, b] : [a, b, c];
  return {
    input: input.name,
    output: given.name,
    layout: isLast ? 'nhwc' : 'nchw',
    batch: extent(batch),
    // Networks that leave even their channels open are photographs', as good as always.
    channels: extent(channels) ?? 3,
    height: extent(height),
    width: extent(width),
  };
}
