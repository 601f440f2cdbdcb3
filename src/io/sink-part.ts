import { DTYPES, type Dtype, type NumericArray, viewOf } from '../core/dtype.js';
import { SinkError } from '../core/errors.js';
import type { ChunkEntries, SinkPart, SinkRef } from '../core/sink.js';
import { InputFile } from './file.js';
import { OutputPart } from './output.js';

/** Encoded frames wait until this many bytes can be written in one call. */
const BATCH_BYTES = 2 ** 20;

/** Entries smaller than this are gathered before they are written. */
const GATHER_BYTES = 2 ** 16;

const NO_ENTRIES: ChunkEntries = {
  index: new Float64Array(0),
  offset: new Float64Array(0),
  size: new Float64Array(0),
};

function bytesOf(frames: NumericArray): Uint8Array {
  return new Uint8Array(frames.buffer, frames.byteOffset, frames.byteLength);
}

/** Small neighbouring entries are gathered and written in one call; large ones go straight through. */
class RegionPart implements SinkPart {
  readonly #ref: Extract<SinkRef, { kind: 'region' }>;
  readonly #file: OutputPart;
  readonly #buffer = new Uint8Array(GATHER_BYTES);
  #start = 0;
  #length = 0;

  constructor(ref: Extract<SinkRef, { kind: 'region' }>) {
    this.#ref = ref;
    this.#file = new OutputPart(ref.path);
  }

  write(first: number, frames: NumericArray): void {
    const bytes = bytesOf(frames);
    const position = this.#ref.offset + first * this.#ref.frameBytes;
    if (position !== this.#start + this.#length || this.#length + bytes.byteLength > GATHER_BYTES) this.flush();
    if (bytes.byteLength > GATHER_BYTES) {
      this.#file.write(bytes, position);
      return;
    }
    if (this.#length === 0) this.#start = position;
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.byteLength;
  }

  flush(): void {
    if (this.#length > 0) this.#file.write(this.#buffer.subarray(0, this.#length), this.#start);
    this.#length = 0;
  }

  close(): ChunkEntries {
    try {
      this.flush();
    } finally {
      this.#file.close();
    }
    return NO_ENTRIES;
  }
}

/** Encodes frames one by one; a batch of them goes into space claimed from the file's shared end. */
class ChunkPart implements SinkPart {
  readonly #ref: Extract<SinkRef, { kind: 'chunks' }>;
  readonly #encode: (frame: Uint8Array) => Uint8Array;
  readonly #file: OutputPart;
  readonly #entries: { index: number; offset: number; size: number }[] = [];
  #waiting: { index: number; bytes: Uint8Array }[] = [];
  #waitingBytes = 0;

  constructor(ref: Extract<SinkRef, { kind: 'chunks' }>, encode: (frame: Uint8Array) => Uint8Array) {
    this.#ref = ref;
    this.#encode = encode;
    this.#file = new OutputPart(ref.path);
  }

  write(first: number, frames: NumericArray): void {
    const { frameBytes } = this.#ref;
    const bytes = bytesOf(frames);
    for (let at = 0, index = first; at < bytes.byteLength; at += frameBytes, index++) {
      const encoded = this.#encode(bytes.subarray(at, at + frameBytes));
      this.#waiting.push({ index, bytes: encoded });
      this.#waitingBytes += encoded.byteLength;
      if (this.#waitingBytes >= BATCH_BYTES) this.flush();
    }
  }

  flush(): void {
    if (this.#waitingBytes === 0) return;
    const start = Number(Atomics.add(this.#ref.end, 0, BigInt(this.#waitingBytes)));
    const batch = new Uint8Array(this.#waitingBytes);
    let at = 0;
    for (const { index, bytes } of this.#waiting) {
      batch.set(bytes, at);
      this.#entries.push({ index, offset: start + at, size: bytes.byteLength });
      at += bytes.byteLength;
    }
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#file.write(batch, start);
  }

  close(): ChunkEntries {
    try {
      this.flush();
    } finally {
      this.#file.close();
    }
    return {
      index: Float64Array.from(this.#entries, (entry) => entry.index),
      offset: Float64Array.from(this.#entries, (entry) => entry.offset),
      size: Float64Array.from(this.#entries, (entry) => entry.size),
    };
  }
}

/**
 * Opens a streamed output for one worker.
 * @param encode makes the chunk of one frame, for a `chunks` output; its result must stay as it is
 * @throws SinkError when the file is gone or cannot be shared
 */
export function openSinkPart(ref: SinkRef, encode: (frame: Uint8Array) => Uint8Array): SinkPart {
  if (ref.kind === 'region') return new RegionPart(ref);
  if (!(ref.end.buffer instanceof SharedArrayBuffer)) {
    throw new SinkError(
      'not-shared',
      'Compressed output needs a counter that all workers share. Use --layout threads or serial, or no --codec.',
      { path: ref.path },
    );
  }
  return new ChunkPart(ref, encode);
}

/** Entries of a `region` output, also before it is committed. @throws SinkError when it is of another kind, or gone */
export function readRegion(ref: SinkRef, dtype: Dtype, first: number, count: number): NumericArray {
  if (ref.kind !== 'region')
    throw new SinkError('not-readable', 'A compressed output cannot be read back while it is written.', {
      path: ref.path,
    });
  const bytes = new Uint8Array(count * ref.frameBytes);
  const file = InputFile.open(ref.path);
  try {
    file.read(bytes, ref.offset + first * ref.frameBytes);
  } finally {
    file.close();
  }
  return viewOf(dtype, bytes.buffer, 0, bytes.byteLength / DTYPES[dtype].bytes);
}
