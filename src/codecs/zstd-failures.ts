/** Why a chunk does not decode: entry k is code -(k + 1) of the WebAssembly module. */
export const ZSTD_FAILURES = [
  'no Zstandard frame',
  'bad frame header',
  'needs a dictionary',
  'bad block header',
  'bad literals',
  'bad Huffman code',
  'bad FSE table',
  'bad sequences',
  'distance too far back',
  'more output than expected',
  'input ends too early',
  'not as long as its header says',
  'content checksum does not match',
] as const;

export type ZstdFailure = (typeof ZSTD_FAILURES)[number];

/** Ends the plain decoder from any depth; `decodeZstd` catches it. */
export class ZstdStop extends Error {
  readonly failure: ZstdFailure;

  constructor(failure: ZstdFailure) {
    super(failure);
    this.failure = failure;
  }
}
