import { type ChunkDecoder, makeDecoder } from '../../codecs/pipeline.js';
import type { Arena } from '../../core/arena.js';
import {
  alignedBlockEnd,
  chunkBytes,
  chunksAreFrameRuns,
  FETCH_GAP,
  fetchBytes,
  type Grouping,
  grouping,
} from '../../core/blocks.js';
import { AS_STORED, dtypeOf, type NumericArray, needsWidening, type Scale, viewOf } from '../../core/dtype.js';
import { FanfoldError, SourceError, UsageError } from '../../core/errors.js';
import type { FrameReader, ReadOptions, ReadStatistics, SourceHandle } from '../../core/source.js';
import { product } from '../../core/stack.js';
import type { ChunkedLayout, Storage } from '../../core/storage.js';
import { BY_ITSELF, type Member } from '../../core/team.js';
import { ChunkBox } from './box.js';
import { type ElementStep, makeElementStep } from './elements.js';
import { StoredFiles } from './files.js';
import { chunkShare, type DecodeShare, shareDecoder } from './shared.js';

const MISSING = -1;

/** So much is asked for ahead of the first read of a part: half of what is kept of files on servers. */
const EXPECTED_BYTES = 16 * 2 ** 20;

/** What member 0 of a team tells the others instead of an address: `bad` and `retry` of a fetch. */
const BAD = -1;
const RETRY = -2;

/** How a chunk is decoded: by one worker, its neighbours free to be written on or not, or by the whole team. */
type Way = 'alone' | 'beside-others' | 'together';

/**
 * Reads frames out of chunks: neighbouring chunks are fetched together, decoded one by one and put in their place. In a team
 * member 0 fetches; then each member decodes some of the chunks or, where there are fewer chunks than members, some of the
 * blocks of each. Stored bytes and decoded frames lie in the window that the team shares, decoders in each member's own.
 */
class ChunkedReader implements FrameReader {
  readonly statistics: ReadStatistics = { readSeconds: 0, decodeSeconds: 0, bytes: 0, badFrames: new Set() };
  readonly #group: Grouping;
  readonly #storage: Storage;
  readonly #layout: ChunkedLayout;
  readonly #options: ReadOptions;
  readonly #files: StoredFiles;
  readonly #decoder: ChunkDecoder;
  readonly #box: ChunkBox;
  readonly #block: Uint8Array;
  readonly #chunk: Uint8Array;
  readonly #convert: ElementStep;
  readonly #frameBytes: number;
  readonly #fetchLimit: number;
  readonly #inPlace: boolean;
  readonly #chunkBytes: number;
  /** Filter mask of a chunk to which no filter was applied. */
  readonly #plainMask: number;
  readonly #member: Member;
  readonly #decodeShare: DecodeShare | null;
  /** Elements need more than a view: bytes in another order, or of another width. */
  readonly #isConverted: boolean;
  readonly #memory: WebAssembly.Memory;

  constructor(
    handle: Extract<SourceHandle, { kind: 'stored' }>,
    layout: ChunkedLayout,
    arena: Arena,
    options: ReadOptions,
  ) {
    const { storage, stack } = handle;
    this.#group = grouping(handle);
    this.#storage = storage;
    this.#layout = layout;
    this.#options = options;
    const pixels = product(stack.frameShape);
    this.#frameBytes = pixels * storage.type.bytes;
    this.#fetchLimit = fetchBytes(handle, options.blockFrames);
    this.#member = options.shared?.member ?? BY_ITSELF;
    const frames = options.shared?.arena ?? arena;
    this.#memory = arena.memory;
    this.#files = new StoredFiles(
      storage.files,
      options.replica,
      options.direct,
      frames,
      this.#fetchLimit,
      this.statistics,
    );
    this.#chunkBytes = chunkBytes(storage);
    this.#plainMask = 2 ** storage.pipeline.length - 1;
    this.#inPlace = chunksAreFrameRuns(storage, stack.frameShape.length);
    this.#decoder = makeDecoder(storage.pipeline, chunkBytes(storage), storage.type.bytes, arena, options.kernel);
    this.#decodeShare = shareDecoder(storage, arena, options.kernel, this.#member);
    this.#block = frames.bytes(options.blockFrames * this.#frameBytes);
    this.#chunk = arena.bytes(chunkBytes(storage));
    this.#box = new ChunkBox(storage, layout, stack.frameShape.length, arena.memory);
    this.#convert = makeElementStep(storage.type, options.blockFrames * pixels, frames, options.kernel);
    this.#isConverted = needsWidening(storage.type) || (storage.type.order === 'big' && storage.type.bytes > 1);
    if (options.onBadFrame === 'nan' && storage.type.kind !== 'f') {
      throw new UsageError('bad-value', '--on-bad-frame nan needs floating-point frames; use zero for integer counts.');
    }
  }

  blockEnd(first: number, maxFrames: number): number {
    return alignedBlockEnd(this.#group, first, maxFrames);
  }

  load(first: number, count: number): NumericArray {
    // Nobody looks at the last block any more.
    this.#member.meet();
    const wanted = this.#box.chunksOf(first, count);
    const whole = this.#alias(wanted, first, count);
    if (whole) return this.#elementsOf(whole, first);
    for (let k = 0; k < wanted.length; ) k = this.#loadRun(wanted, k, first, count);
    return this.#elementsOf(this.#block.subarray(0, count * this.#frameBytes), first);
  }

  /** Member 0 alone converts, in the shared window. */
  #elementsOf(bytes: Uint8Array, first: number): NumericArray {
    if (this.#member.size === 1 || !this.#isConverted) return this.#timedConvert(bytes, first);
    const at = this.#member.lead(() => this.#timedConvert(bytes, first).byteOffset);
    return viewOf(dtypeOf(this.#storage.type), this.#memory.buffer, at, bytes.length / this.#storage.type.bytes);
  }

  #timedConvert(bytes: Uint8Array, first: number): NumericArray {
    const started = performance.now();
    const result = this.#convert(bytes, this.#scalesOf(first, bytes.length / this.#frameBytes));
    this.statistics.decodeSeconds += (performance.now() - started) / 1000;
    return result;
  }

  /** What the numbers of each frame mean, where that differs from file to file. */
  #scalesOf(first: number, count: number): Scale[] | undefined {
    const { scales } = this.#storage;
    if (!scales) return undefined;
    return Array.from({ length: count }, (_, k) => {
      const file = this.#layout.table.file[this.#box.chunksOf(first + k, 1)[0] ?? 0] ?? 0;
      return scales[file] ?? AS_STORED;
    });
  }

  #isStoredPlain(index: number): boolean {
    return ((this.#layout.table.mask[index] ?? 0) & this.#plainMask) === this.#plainMask;
  }

  /** The frames where they were fetched, when unfiltered chunks lie one behind the other and hold just this block. */
  #alias(wanted: readonly number[], first: number, count: number): Uint8Array | null {
    const { table } = this.#layout;
    const bytes = count * this.#frameBytes;
    const size = this.#chunkBytes;
    const start = wanted[0];
    if (!this.#inPlace || start === undefined || wanted.length * size !== bytes || bytes > this.#fetchLimit)
      return null;
    if (this.#box.firstFrame(start) !== first) return null;
    const file = table.file[start] ?? 0;
    const offset = table.offset[start] ?? MISSING;
    if (offset === MISSING) return null;
    for (let k = 0; k < wanted.length; k++) {
      const index = wanted[k] ?? 0;
      const follows = table.offset[index] === offset + k * size && table.size[index] === size;
      if (!follows || table.file[index] !== file || !this.#isStoredPlain(index)) return null;
    }
    if (this.#options.onBadFrame !== 'fail') return null;
    const fetched = this.#fetch(file, offset, bytes);
    return fetched.byteOffset % this.#storage.type.bytes === 0 ? fetched : null;
  }

  #fetch(file: number, offset: number, length: number): Uint8Array {
    const at = this.#member.lead(() => this.#files.fetch(file, offset, length).byteOffset);
    return new Uint8Array(this.#memory.buffer, at, length);
  }

  /** Fetches as many of the wanted chunks from `start` on as lie close together; returns the next one to do. */
  #loadRun(wanted: readonly number[], start: number, first: number, count: number): number {
    const { table } = this.#layout;
    const index = wanted[start] ?? 0;
    const offset = table.offset[index] ?? MISSING;
    if (offset === MISSING) {
      if (this.#member.rank === 0) this.#place(index, null, first, count, 'alone');
      this.#member.meet();
      return start + 1;
    }
    const file = table.file[index] ?? 0;
    let end = offset + (table.size[index] ?? 0);
    let stop = start + 1;
    for (; stop < wanted.length; stop++) {
      const next = wanted[stop] ?? 0;
      const at = table.offset[next] ?? MISSING;
      const until = at + (table.size[next] ?? 0);
      if (at < end || at > end + FETCH_GAP || table.file[next] !== file || until - offset > this.#fetchLimit) break;
      end = until;
    }
    const fetched = this.#fetchOrNull(file, offset, end - offset, stop === start + 1);
    if (fetched === 'retry') stop = start + 1;
    const bytes = fetched === 'retry' ? this.#fetchOrNull(file, offset, table.size[index] ?? 0, true) : fetched;
    const isTogether = this.#decodeShare !== null && stop - start < this.#member.size && bytes instanceof Uint8Array;
    const [from, to] = isTogether ? [0, stop - start] : chunkShare(stop - start, this.#member);
    for (let k = start + from; k < start + to; k++) {
      const item = wanted[k] ?? 0;
      const at = (table.offset[item] ?? 0) - offset;
      const input = bytes instanceof Uint8Array ? bytes.subarray(at, at + (table.size[item] ?? 0)) : null;
      const isLast = k + 1 === start + to && to < stop - start;
      this.#place(
        item,
        input,
        first,
        count,
        isTogether ? 'together' : isLast ? 'beside-others' : 'alone',
        bytes === 'bad',
      );
    }
    // The next fetch overwrites what others may still be decoding.
    this.#member.meet();
    return stop;
  }

  /** With a policy other than `fail`, a run that cannot be read is tried again chunk by chunk. */
  #fetchOrNull(file: number, offset: number, length: number, single: boolean): Uint8Array | 'retry' | 'bad' {
    const at = this.#member.lead(() => {
      try {
        return this.#files.fetch(file, offset, length).byteOffset;
      } catch (error) {
        const isShort = error instanceof SourceError && (error.code === 'truncated' || error.code === 'empty');
        if (this.#options.onBadFrame === 'fail' || !isShort) throw error;
        return single ? BAD : RETRY;
      }
    });
    if (at < 0) return at === BAD ? 'bad' : 'retry';
    return new Uint8Array(this.#memory.buffer, at, length);
  }

  #place(item: number, input: Uint8Array | null, first: number, count: number, way: Way, bad = false): void {
    const started = performance.now();
    const isInside = this.#inPlace && this.#box.liesWithin(item, first, count);
    const at = (this.#box.firstFrame(item) - first) * this.#frameBytes;
    const place = isInside ? this.#block.subarray(at, at + this.#chunk.byteLength) : null;
    if (way === 'together' && (place === null || input === null || this.#isStoredPlain(item))) {
      if (this.#member.rank === 0) this.#place(item, input, first, count, 'alone');
      return;
    }
    if (way === 'together' && place && input) {
      this.#decodeTogether(item, input, place);
      return;
    }
    // A decoder may write beyond its output, where another member's chunk lies.
    const target = place && way === 'alone' ? place : this.#chunk;
    if (!bad && !input) this.#box.fill(target, this.#storage.fill);
    else if (bad || !input || !this.#decode(item, input, target)) this.#replace(item, target);
    if (!place) this.#box.copyOut(this.#chunk, item, this.#block, first, count);
    else if (target !== place) place.set(target);
    this.statistics.decodeSeconds += (performance.now() - started) / 1000;
  }

  /** This member's share of a chunk. When any share is damaged, so is the chunk. */
  #decodeTogether(item: number, input: Uint8Array, place: Uint8Array): void {
    const started = performance.now();
    const isGood = this.#tryDecoding(item, () => this.#decodeShare?.(input, place));
    this.statistics.decodeSeconds += (performance.now() - started) / 1000;
    if (this.#options.onBadFrame === 'fail') return;
    const failures = Float64Array.of(isGood ? 0 : 1);
    this.#member.sum(failures);
    if (this.#member.rank === 0 && failures[0] !== 0) this.#replace(item, place);
  }

  #decode(item: number, input: Uint8Array, target: Uint8Array): boolean {
    const least = this.#layout.rowsCut ? this.#box.heldBytes(item) : target.length;
    const mask = this.#layout.table.mask[item] ?? 0;
    return this.#tryDecoding(item, () => this.#decoder.decode(input, mask, target, least));
  }

  /** False for a damaged chunk that is to be replaced. @throws SourceError for one that ends the run */
  #tryDecoding(item: number, decode: () => void): boolean {
    const { table } = this.#layout;
    try {
      decode();
      return true;
    } catch (error) {
      if (!(error instanceof FanfoldError) || error.code !== 'bad-chunk') throw error;
      if (this.#options.onBadFrame !== 'fail') return false;
      const frame = this.#box.firstFrame(item);
      const offset = table.offset[item] ?? 0;
      throw new SourceError(
        'bad-chunk',
        `Frame ${frame} is damaged: its chunk at byte ${offset} of ${this.#files.path(table.file[item] ?? 0)} ${error.message}. ` +
          'To go on without such frames use --on-bad-frame zero (or nan).',
        { ...error.fields, frame, offset, path: this.#files.path(table.file[item] ?? 0) },
      );
    }
  }

  #replace(item: number, target: Uint8Array): void {
    const nan = this.#options.onBadFrame === 'nan';
    const element = new Uint8Array(this.#storage.type.bytes);
    if (nan) {
      // A quiet NaN of any width has its leading bits set: 0x7e00, 0x7fc00000 and 0x7ff80000... all begin so.
      const top =
        this.#storage.type.bytes === 2 ? [0x7e, 0x00] : this.#storage.type.bytes === 4 ? [0x7f, 0xc0] : [0x7f, 0xf8];
      element.set(
        this.#storage.type.order === 'big' ? top : top.toReversed(),
        this.#storage.type.order === 'big' ? 0 : element.length - 2,
      );
    }
    this.#box.fill(target, element);
    for (const frame of this.#box.framesOf(item)) this.statistics.badFrames.add(frame);
  }

  expect(first: number, count: number): void {
    if (!this.#files.areRemote || this.#member.rank > 0) return;
    const { table } = this.#layout;
    const spans = new Map<number, { start: number; end: number }>();
    for (const item of this.#box.chunksOf(first, count)) {
      const at = table.offset[item] ?? MISSING;
      if (at === MISSING) continue;
      const file = table.file[item] ?? 0;
      const { start, end } = spans.get(file) ?? { start: at, end: at };
      spans.set(file, { start: Math.min(start, at), end: Math.max(end, at + (table.size[item] ?? 0)) });
    }
    let room = EXPECTED_BYTES;
    for (const [file, { start, end }] of spans) {
      if (room <= 0) break;
      this.#files.expect(file, start, end);
      room -= end - start;
    }
  }

  close(): void {
    this.#files.close();
  }
}

export function openChunked(
  handle: Extract<SourceHandle, { kind: 'stored' }>,
  layout: ChunkedLayout,
  arena: Arena,
  options: ReadOptions,
): FrameReader {
  const unsupported = handle.storage.pipeline.find((filter) => filter.name === 'unsupported');
  if (unsupported) {
    const path = handle.storage.files[0] ?? '?';
    throw new SourceError(
      'unsupported-filter',
      `The chunks in ${path} are stored with the filter ${unsupported.label} (id ${unsupported.id}), which this version cannot decode. ` +
        `Make a copy with h5repack -f GZIP=4 ${path} copy.h5 and read that.`,
      { path, filter: unsupported.label, id: unsupported.id },
    );
  }
  return new ChunkedReader(handle, layout, arena, options);
}
