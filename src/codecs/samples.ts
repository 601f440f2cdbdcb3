import { CHANNELS, type Channel, elementsOf } from '../core/channel.js';
import type { Filter } from '../core/storage.js';
import { instantiate } from '../core/wasm.js';
import { badChunk, type Codec, type Kernel } from './codec.js';
import { samplesWasm } from './samples.wasm.js';

/** Interleaved samples of pixels; of four the last is opacity, of two as well, which is left out. */
export interface Sampled {
  readonly samples: number;
  readonly elementBytes: 1 | 2;
  readonly order: 'little' | 'big';
}

/** Takes a run of pixels; pixel i goes to byte `i * step` of the target, in native order. */
export type TakeSamples = (
  source: Uint8Array,
  target: Uint8Array,
  pixels: number,
  sampled: Sampled,
  step: number,
) => void;

/** Looks up a run of numbers of `bits` bits, highest bits of a byte first. */
export type TakeIndexed = (source: Uint8Array, target: Uint8Array, pixels: number, bits: number, step: number) => void;

/** Parts of 65536 in the luminance (ITU-R BT.601). They add up to 65536: equal colours give their value exactly. */
const [RED, GREEN, BLUE] = [19595, 38470, 7471];

/** Luminance of integers, rounded. */
export function luminance(red: number, green: number, blue: number): number {
  return (red * RED + green * GREEN + blue * BLUE + 32768) >>> 16;
}

/** The values that a frame has of one pixel. */
function valuesOf(channel: Channel, red: number, green: number, blue: number): readonly number[] {
  if (channel === 'all') return [red, green, blue];
  if (channel === 'grey') return [luminance(red, green, blue)];
  return [channel === 'red' ? red : channel === 'green' ? green : blue];
}

/** The plain reference of the WebAssembly kernel. */
function takeInScript(channel: Channel): TakeSamples {
  return (source, target, pixels, { samples, elementBytes, order }, step) => {
    const [from, to] = [source, target].map((bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length));
    if (!from || !to) return;
    const get = (at: number) => (elementBytes === 1 ? from.getUint8(at) : from.getUint16(at, order === 'little'));
    const isColour = samples >= 3;
    for (let i = 0; i < pixels; i++) {
      const at = i * samples * elementBytes;
      const red = get(at);
      const [green, blue] = isColour ? [get(at + elementBytes), get(at + 2 * elementBytes)] : [red, red];
      for (const [k, value] of valuesOf(channel, red, green, blue).entries()) {
        if (elementBytes === 1) to.setUint8(i * step + k, value);
        else to.setUint16(i * step + 2 * k, value, true);
      }
    }
  };
}

/** @param memory where source and target lie with the `wasm` kernel */
export function makeTakeSamples(channel: Channel, memory: WebAssembly.Memory, kernel: Kernel): TakeSamples {
  if (kernel === 'ts') return takeInScript(channel);
  const run = instantiate(samplesWasm, memory).takeSamples;
  const number = CHANNELS.indexOf(channel);
  return (source, target, pixels, { samples, elementBytes, order }, step) => {
    run?.(
      ...[source.byteOffset, target.byteOffset, pixels, samples, elementBytes],
      ...[order === 'big' ? 1 : 0, number, step],
    );
  };
}

/** Bytes of the table of 256 pixels that `makeTakeIndexed` looks numbers up in. */
export const TABLE_BYTES = 768;

/** What frames have of the pixels of a palette, (red, green, blue) each: one byte, or three, for each of its numbers. */
export function tableOf(palette: Uint8Array, channel: Channel, into: Uint8Array): void {
  const elements = elementsOf(channel);
  into.fill(0);
  for (let i = 0; i * 3 < palette.length; i++) {
    const [red = 0, green = 0, blue = 0] = palette.subarray(i * 3, i * 3 + 3);
    into.set(valuesOf(channel, red, green, blue), i * elements);
  }
}

/** @param table as `tableOf` fills it, in `memory` with the `wasm` kernel */
export function makeTakeIndexed(
  table: Uint8Array,
  channel: Channel,
  memory: WebAssembly.Memory,
  kernel: Kernel,
): TakeIndexed {
  const elements = elementsOf(channel);
  if (kernel === 'wasm') {
    const run = instantiate(samplesWasm, memory).takeIndexed;
    return (source, target, pixels, bits, step) => {
      run?.(source.byteOffset, target.byteOffset, pixels, bits, table.byteOffset, elements, step);
    };
  }
  return (source, target, pixels, bits, step) => {
    for (let i = 0; i < pixels; i++) {
      const bit = i * bits;
      const index = ((source[bit >> 3] ?? 0) >> (8 - bits - (bit & 7))) & ((1 << bits) - 1);
      target.set(table.subarray(index * elements, (index + 1) * elements), i * step);
    }
  };
}

type SamplesFilter = Extract<Filter, { readonly name: 'samples' }>;

/** Bytes of the samples that frames of `bytes` bytes are taken from. */
export function sampledBytes({ samples, channel }: SamplesFilter, bytes: number): number {
  return (bytes / elementsOf(channel)) * samples;
}

/** Undoes the interleaving of samples: what is left is what frames have of each pixel, in native order. */
export function makeSamples(filter: SamplesFilter, memory: WebAssembly.Memory, kernel: Kernel): Codec {
  const take = makeTakeSamples(filter.channel, memory, kernel);
  const pixelBytes = filter.samples * filter.elementBytes;
  const step = elementsOf(filter.channel) * filter.elementBytes;
  return (input, output) => {
    const pixels = input.length / pixelBytes;
    if (!Number.isInteger(pixels) || pixels * step > output.length)
      throw badChunk(`holds ${input.length} bytes, no whole pixels of ${pixelBytes}`, { filter: 'samples' });
    take(input, output, pixels, filter, step);
    return output.subarray(0, pixels * step);
  };
}
