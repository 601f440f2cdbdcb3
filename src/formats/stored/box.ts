import { product } from '../../core/stack.js';
import { type ChunkedLayout, chunkGrid, type Storage } from '../../core/storage.js';

function unravel(index: number, extents: readonly number[]): number[] {
  const coordinates = new Array<number>(extents.length);
  let rest = index;
  for (let d = extents.length - 1; d >= 0; d--) {
    const extent = extents[d] ?? 1;
    coordinates[d] = rest % extent;
    rest = Math.floor(rest / extent);
  }
  return coordinates;
}

function ravel(coordinates: readonly number[], extents: readonly number[]): number {
  return extents.reduce((index, extent, d) => index * extent + (coordinates[d] ?? 0), 0);
}

/** Where chunks lie among frames, and the copying between the two. Chunks are named by their number in the table. */
export class ChunkBox {
  readonly #grid: readonly number[];
  readonly #chunkShape: readonly number[];
  readonly #positions: readonly number[];
  readonly #frame: readonly number[];
  readonly #elementBytes: number;
  readonly #bytes: Uint8Array;
  /** Chunks that share one range of positions: those that tile a frame. */
  readonly #perPosition: number;
  readonly #oneRow: boolean;
  readonly #imageRank: number;

  constructor(storage: Storage, layout: ChunkedLayout, frameRank: number, memory: WebAssembly.Memory) {
    const cut = Math.max(0, storage.shape.length - frameRank);
    this.#grid = chunkGrid(storage.shape, layout.chunkShape);
    this.#chunkShape = layout.chunkShape;
    this.#imageRank = layout.rowsCut ?? 2;
    this.#positions = storage.shape.slice(0, cut);
    this.#frame = storage.shape.slice(cut);
    this.#elementBytes = storage.type.bytes;
    this.#bytes = new Uint8Array(memory.buffer);
    this.#perPosition = product(this.#grid.slice(cut));
    this.#oneRow = layout.chunkShape.slice(0, Math.max(0, cut - 1)).every((extent) => extent === 1);
  }

  /** Numbers of the chunks that hold any of these frames, in the order of their first frames. */
  chunksOf(first: number, count: number): number[] {
    const chunks: number[] = [];
    const seen = new Set<number>();
    const rank = this.#positions.length;
    const extent = this.#positions[rank - 1] ?? 1;
    const step = this.#chunkShape[rank - 1] ?? 1;
    const alongRow = this.#grid[rank - 1] ?? 1;
    for (let frame = first; frame < first + count; ) {
      const column = frame % extent;
      const inRow = rank === 0 ? 0 : Math.floor(column / step);
      const place = this.#oneRow
        ? Math.floor(frame / extent) * alongRow + inRow
        : ravel(
            unravel(frame, this.#positions).map((at, d) => Math.floor(at / (this.#chunkShape[d] ?? 1))),
            this.#grid.slice(0, rank),
          );
      if (this.#oneRow || !seen.has(place)) {
        if (!this.#oneRow) seen.add(place);
        for (let k = 0; k < this.#perPosition; k++) chunks.push(place * this.#perPosition + k);
      }
      frame += rank === 0 ? 1 : Math.min((inRow + 1) * step, extent) - column;
    }
    return chunks;
  }

  /** Lowest frame number in a chunk. */
  firstFrame(chunk: number): number {
    let place = Math.floor(chunk / this.#perPosition);
    let frame = 0;
    let period = 1;
    for (let d = this.#positions.length - 1; d >= 0; d--) {
      const along = this.#grid[d] ?? 1;
      frame += (place % along) * (this.#chunkShape[d] ?? 1) * period;
      period *= this.#positions[d] ?? 1;
      place = Math.floor(place / along);
    }
    return frame;
  }

  /** Bytes of the rows of a chunk that lie inside its frame. */
  heldBytes(chunk: number): number {
    const rows = this.#chunkShape.length - this.#imageRank;
    const step = this.#chunkShape[rows] ?? 1;
    const extent = [...this.#positions, ...this.#frame][rows] ?? 1;
    const held = Math.min(step, extent - (unravel(chunk, this.#grid)[rows] ?? 0) * step);
    return (product(this.#chunkShape) / step) * held * this.#elementBytes;
  }

  /** For chunks that are runs of whole frames: true when the run lies within these frames and does not stick out. */
  liesWithin(chunk: number, first: number, count: number): boolean {
    const rank = this.#positions.length;
    if (rank === 0) return true;
    const start = this.firstFrame(chunk);
    const run = this.#chunkShape[rank - 1] ?? 1;
    const column = start % (this.#positions[rank - 1] ?? 1);
    return column + run <= (this.#positions[rank - 1] ?? 1) && start >= first && start + run <= first + count;
  }

  /** Calls `visit` with every frame of a chunk and its place among the chunk's positions. */
  #eachFrame(chunk: number, visit: (frame: number, place: number) => void): void {
    const rank = this.#positions.length;
    const start = unravel(chunk, this.#grid).map((at, d) => at * (this.#chunkShape[d] ?? 1));
    const walk = (d: number, frame: number, place: number): void => {
      if (d === rank) {
        visit(frame, place);
        return;
      }
      const [from, extent, run] = [start[d] ?? 0, this.#positions[d] ?? 1, this.#chunkShape[d] ?? 1];
      for (let i = 0; i < run && from + i < extent; i++) walk(d + 1, frame * extent + from + i, place * run + i);
    };
    walk(0, 0, 0);
  }

  framesOf(chunk: number): number[] {
    const frames: number[] = [];
    this.#eachFrame(chunk, (frame) => frames.push(frame));
    return frames;
  }

  /** Copies what a decoded chunk holds of frames `first` to `first + count` into a block of just those frames. */
  copyOut(decoded: Uint8Array, chunk: number, block: Uint8Array, first: number, count: number): void {
    const rank = this.#positions.length;
    const size = this.#elementBytes;
    const shape = this.#frame;
    const box = this.#chunkShape.slice(rank);
    const start = unravel(chunk, this.#grid)
      .slice(rank)
      .map((at, d) => at * (box[d] ?? 1));
    const inside = shape.map((extent, d) => Math.min(box[d] ?? 1, extent - (start[d] ?? 0)));
    const last = shape.length - 1;
    const rowBytes = (inside[last] ?? 1) * size;
    const rows = last > 0 ? (inside[last - 1] ?? 1) : 1;
    const [sourceStep, targetStep] = [(box[last] ?? 1) * size, (shape[last] ?? 1) * size];
    const planes = inside.slice(0, Math.max(0, last - 1));
    const planeCount = product(planes);
    this.#eachFrame(chunk, (frame, place) => {
      if (frame < first || frame >= first + count) return;
      for (let plane = 0; plane < planeCount; plane++) {
        const at = unravel(plane, planes);
        const corner = [...at, ...inside.slice(planes.length).map(() => 0)];
        let from = decoded.byteOffset + (place * product(box) + ravel(corner, box)) * size;
        let to =
          block.byteOffset +
          ((frame - first) * product(shape) +
            ravel(
              corner.map((i, d) => i + (start[d] ?? 0)),
              shape,
            )) *
            size;
        for (let row = 0; row < rows; row++) {
          this.#bytes.copyWithin(to, from, from + rowBytes);
          from += sourceStep;
          to += targetStep;
        }
      }
    });
  }

  /** Repeats one element over a whole chunk; doubling copies, because filling shared memory is slow. */
  fill(target: Uint8Array, element: Uint8Array): void {
    target.set(element);
    for (let done = element.byteLength; done < target.byteLength; done *= 2) {
      target.copyWithin(done, 0, Math.min(done, target.byteLength - done));
    }
  }
}
