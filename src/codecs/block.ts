import { type Arena, SLACK } from '../core/arena.js';
import { instantiate } from '../core/wasm.js';
import { badChunk, type Codec } from './codec.js';

/**
 * Decodes one compressed block into `output`, which may be larger than the result.
 * @returns the decoded bytes, or -(k + 1) for entry k of `BLOCK_FAILURES`
 */
export type BlockDecoder = (input: Uint8Array, output: Uint8Array) => number;

/** Why a block does not decode: entry k is code -(k + 1) of the decoders in TypeScript and WebAssembly. */
export const BLOCK_FAILURES = [
  'input ends too early',
  'more output than expected',
  'distance too far back',
  'bad code word',
  'a block does not decode to its size',
  'impossible block size',
] as const;

export const EXHAUSTED = -1;
export const OVERFLOW = -2;
export const TOO_FAR = -3;
export const BAD_CODE = -4;
export const WRONG_SIZE = -5;
export const BAD_BLOCK = -6;

/** What the message calls a failure: entry k of `BLOCK_FAILURES` for -(k + 1). */
export function blockFailure(code: number): string {
  return BLOCK_FAILURES[-1 - code] ?? 'damaged data';
}

/** A decoder of blocks as the undoing of the filter `name`, called `label` in messages. */
export function blockCodec(name: string, label: string, decode: BlockDecoder): Codec {
  return (input, output) => {
    const decoded = decode(input, output);
    if (decoded >= 0) return output.subarray(0, decoded);
    const reason = blockFailure(decoded);
    throw badChunk(`does not decode as ${label}: ${reason}`, { filter: name, reason });
  };
}

/**
 * The export `name` of a WebAssembly module as a decoder. It is called with the address and length of the input, those of
 * the output, and `scratch`; input and output lie in the arena's memory with 64 bytes of slack each.
 */
export function blockKernel(module: string, name: string, { memory }: Arena, scratch = 0): BlockDecoder {
  const run = instantiate(module, memory)[name];
  return (input, output) => {
    if (
      Math.max(input.byteOffset + input.length, output.byteOffset + output.length) + SLACK >
      memory.buffer.byteLength
    ) {
      throw new RangeError(`${name} needs 64 bytes of slack behind its input and output`);
    }
    const code = run?.(input.byteOffset, input.length, output.byteOffset, output.length, scratch) ?? 0;
    // More than 2 GiB come back as a negative number, too.
    return code < -BLOCK_FAILURES.length ? code >>> 0 : code;
  };
}
