/** One side of a mapping: the selected indices of every dimension, and how the array is cut into chunks. */
export interface Side {
  readonly indices: readonly Int32Array[];
  readonly shape: readonly number[];
  readonly chunkShape: readonly number[];
  readonly grid: readonly number[];
}

/**
 * Dimensions of the virtual array and of the source that run together. Both lists have one entry when one dimension is
 * another; several entries are a reshape, such as frames spread over the rows of a scan.
 */
export interface Group {
  readonly virtual: readonly number[];
  readonly source: readonly number[];
}

function isSingle(indices: Int32Array | undefined): boolean {
  return indices === undefined || indices.length === 1;
}

/** Splits both selections into groups of equal length, first dimension first; null when they do not fit together. */
export function groupDimensions(virtual: readonly Int32Array[], source: readonly Int32Array[]): Group[] | null {
  if (virtual.length === source.length && virtual.every((indices, d) => indices.length === source[d]?.length)) {
    return virtual.map((_, d) => ({ virtual: [d], source: [d] }));
  }
  const groups: Group[] = [];
  const waitingV = virtual.map((_, d) => d).filter((d) => !isSingle(virtual[d]));
  const waitingS = source.map((_, d) => d).filter((d) => !isSingle(source[d]));
  while (waitingV.length > 0 && waitingS.length > 0) {
    const group = { virtual: [waitingV.shift() ?? 0], source: [waitingS.shift() ?? 0] };
    let sizeV = virtual[group.virtual[0] ?? 0]?.length ?? 0;
    let sizeS = source[group.source[0] ?? 0]?.length ?? 0;
    while (sizeV !== sizeS) {
      const next = sizeV < sizeS ? waitingV.shift() : waitingS.shift();
      if (next === undefined) return null;
      if (sizeV < sizeS) {
        group.virtual.push(next);
        sizeV *= virtual[next]?.length ?? 0;
      } else {
        group.source.push(next);
        sizeS *= source[next]?.length ?? 0;
      }
    }
    groups.push(group);
  }
  if (waitingV.length + waitingS.length > 0) return null;
  virtual.forEach((indices, d) => {
    if (isSingle(indices)) groups.push({ virtual: [d], source: [] });
  });
  source.forEach((indices, d) => {
    if (isSingle(indices)) groups.push({ virtual: [], source: [d] });
  });
  return groups;
}

/** Chunk extents of the virtual array that the source's chunks give it. */
export function virtualChunkShape(rank: number, groups: readonly Group[], sourceChunk: readonly number[]): number[] {
  const shape = new Array<number>(rank).fill(1);
  for (const { virtual, source } of groups) {
    const [v, s] = [virtual[0], source[0]];
    if (virtual.length === 1 && source.length === 1 && v !== undefined && s !== undefined)
      shape[v] = sourceChunk[s] ?? 1;
  }
  return shape;
}

/** Table positions that chunks along one group contribute, virtual and source side by side. */
export interface Pairs {
  readonly virtual: number[];
  readonly source: number[];
}

function strideOf(grid: readonly number[], dimension: number): number {
  return grid.slice(dimension + 1).reduce((total, extent) => total * extent, 1);
}

/** Whole chunks of one dimension onto whole chunks of another; null when an edge of a chunk is cut. */
function pairDimension(virtual: Side, v: number, source: Side, s: number): Pairs | null {
  const chunk = virtual.chunkShape[v] ?? 1;
  const extent = virtual.shape[v] ?? 0;
  const ours = virtual.indices[v] ?? new Int32Array(0);
  const theirs = source.indices[s] ?? new Int32Array(0);
  const [strideV, strideS] = [strideOf(virtual.grid, v), strideOf(source.grid, s)];
  const pairs: Pairs = { virtual: [], source: [] };
  for (let k = 0; k < ours.length; ) {
    const here = ours[k] ?? 0;
    const there = theirs[k] ?? 0;
    const count = Math.min(chunk, extent - here);
    if (here % chunk !== 0 || there % chunk !== 0 || k + count > ours.length) return null;
    for (let i = 1; i < count; i++) if (ours[k + i] !== here + i || theirs[k + i] !== there + i) return null;
    pairs.virtual.push((here / chunk) * strideV);
    pairs.source.push((there / chunk) * strideS);
    k += count;
  }
  return pairs;
}

/** Chunks of one reshape at most. */
const MAX_COMBINATIONS = 2 ** 24;

/** Table positions of all index combinations of some dimensions, row-major; null when their chunks are not 1. */
function enumerate(side: Side, dimensions: readonly number[]): number[] | null {
  let places = [0];
  const count = dimensions.reduce((total, d) => total * (side.indices[d]?.length ?? 0), 1);
  if (count > MAX_COMBINATIONS) return null;
  for (const d of dimensions) {
    if ((side.chunkShape[d] ?? 1) !== 1) return null;
    const stride = strideOf(side.grid, d);
    const indices = side.indices[d] ?? new Int32Array(0);
    places = places.flatMap((place) => Array.from(indices, (index) => place + index * stride));
  }
  return places;
}

/** Which chunk of the source each chunk of the virtual array is, group by group; null when chunks do not line up. */
export function pairChunks(virtual: Side, source: Side, groups: readonly Group[]): Pairs[] | null {
  const all: Pairs[] = [];
  for (const group of groups) {
    const [v, s] = [group.virtual[0], group.source[0]];
    const simple = group.virtual.length === 1 && group.source.length === 1 && v !== undefined && s !== undefined;
    if (simple) {
      const pairs = pairDimension(virtual, v, source, s);
      if (pairs === null) return null;
      all.push(pairs);
      continue;
    }
    const ours = enumerate(virtual, group.virtual);
    const theirs = enumerate(source, group.source);
    if (ours === null || theirs === null) return null;
    all.push({ virtual: ours, source: theirs });
  }
  return all;
}
