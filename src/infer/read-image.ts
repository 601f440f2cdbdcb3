import { ARENA_BASE, Arena, makeMemory, SLACK } from '../core/arena.js';
import { SourceError } from '../core/errors.js';
import { readerBytes } from '../core/plan.js';
import type { FrameReader, OpenOptions, SourceHandle } from '../core/source.js';
import { frameCount, framePixels } from '../core/stack.js';
import { decodeImage } from '../formats/images/decode.js';
import { attachSource } from '../formats/registry.js';
import { extensionOf } from '../io/path.js';
import { localHost } from '../layouts/local.js';
import type { Image } from './image.js';
import type { SourceOrder } from './messages.js';
import { openForNetwork } from './open.js';

/** Bytes that reading frames takes. */
export function readingBytes(handle: SourceHandle, blockFrames: number): number {
  return readerBytes(handle, blockFrames, localHost.decodeScratch(handle)) + 64 * SLACK;
}

function attach(handle: SourceHandle, memory: WebAssembly.Memory, blockFrames: number): Promise<FrameReader> {
  const arena = new Arena(memory, ARENA_BASE, memory.buffer.byteLength - ARENA_BASE);
  return attachSource(handle, arena, { blockFrames, direct: false, onBadFrame: 'fail', replica: null, kernel: 'wasm' });
}

const BY_SHARP = ['.jpg', '.jpeg', '.webp'];

/** Reads files that are one image each, all in the same memory: taking memory anew costs more than a small image. */
export class ImageFiles {
  #memory: WebAssembly.Memory | null = null;

  /** The image is valid until the next call. @throws SourceError for files that are no image, damaged, or hold several */
  async read(path: string, options: OpenOptions): Promise<Image> {
    // What sharp decodes comes in memory of its own already.
    if (BY_SHARP.includes(extensionOf(path))) return { ...(await decodeImage(path, options.channel)), name: path };
    const { handle } = await openForNetwork(path, options);
    const { stack } = handle;
    const count = frameCount(stack);
    if (count !== 1) {
      const what = `${path} holds ${count} images, but files of a folder are one each. Name the file itself as the source.`;
      throw new SourceError('several-images', what, { path });
    }
    const bytes = readingBytes(handle, 1);
    if (!this.#memory || this.#memory.buffer.byteLength - ARENA_BASE < bytes) this.#memory = makeMemory(1.5 * bytes);
    const reader = await attach(handle, this.#memory, 1);
    try {
      return { data: reader.load(0, 1), shape: stack.frameShape, name: path };
    } finally {
      reader.close();
    }
  }
}

/** Reads frames of one source. */
export class Frames {
  readonly #reader: FrameReader;
  readonly #order: SourceOrder;

  private constructor(reader: FrameReader, order: SourceOrder) {
    this.#reader = reader;
    this.#order = order;
  }

  static async open(order: SourceOrder): Promise<Frames> {
    const reader = await attach(order.handle, makeMemory(order.readingBytes), order.blockFrames);
    return new Frames(reader, order);
  }

  /** As many of the frames from `first` on, `count` at most, as are read at once; valid until the next call. @throws SourceError */
  read(first: number, count: number): readonly Image[] {
    const { stack } = this.#order.handle;
    const end = this.#reader.blockEnd(first, Math.min(count, this.#order.blockFrames));
    const data = this.#reader.load(first, end - first);
    const size = framePixels(stack);
    return Array.from({ length: end - first }, (_, i) => ({
      data: data.subarray(i * size, (i + 1) * size),
      shape: stack.frameShape,
      name: `frame ${first + i}`,
    }));
  }

  close(): void {
    this.#reader.close();
  }
}
