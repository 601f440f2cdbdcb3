import { ByteWriter } from '../../byte-writer.js';
import type { StoredChunks } from './tree.js';

/** Entries of a full node: twice the K of 32 that readers assume when the superblock does not say. */
const NODE_ENTRIES = 64;

export interface ChunkIndexInput {
  readonly shape: readonly number[];
  readonly chunkShape: readonly number[];
  readonly chunks: StoredChunks;
  /** Where the first byte of the index will lie in the file. */
  readonly address: number;
}

interface Subtree {
  readonly address: number;
  /** Position of its first chunk in the list. */
  readonly first: number;
}

/**
 * Version 1 B-tree over the chunks of one data set, built from the leaves up in one pass; all nodes are full but the
 * last of each level.
 *
 * @returns the bytes of all nodes and the address of the root; -1 (undefined) when there is no chunk
 */
export function chunkIndex(input: ChunkIndexInput): { bytes: Uint8Array; root: number } {
  const { shape, chunkShape, chunks, address } = input;
  const count = chunks.index.length;
  if (count === 0) return { bytes: new Uint8Array(0), root: -1 };
  const rank = shape.length;
  const keyBytes = 8 + (rank + 1) * 8;
  const nodeBytes = 24 + NODE_ENTRIES * (keyBytes + 8) + keyBytes;
  const grid = shape.map((extent, d) => Math.ceil(extent / (chunkShape[d] ?? 1)));
  const out = new ByteWriter(Math.ceil((count / NODE_ENTRIES) * 1.04 + 3) * nodeBytes);

  /** Key of the chunk at `position` in the list; behind the last chunk, a key above all of them. */
  function key(position: number): void {
    const known = position < count;
    const at = known ? position : count - 1;
    let rest = chunks.index[at] ?? 0;
    const start = new Array<number>(rank).fill(0);
    for (let d = rank - 1; d >= 0; d--) {
      const extent = grid[d] ?? 1;
      start[d] = ((rest % extent) + (known ? 0 : 1)) * (chunkShape[d] ?? 1);
      rest = Math.floor(rest / extent);
    }
    out.u32(known ? (chunks.size[at] ?? 0) : 0).u32(0);
    for (const coordinate of start) out.u64(coordinate);
    out.u64(0);
  }

  function makeLevel(level: number, children: readonly Subtree[], end: number): Subtree[] {
    const nodes: Subtree[] = [];
    const firstAddress = address + out.length;
    const total = Math.ceil(children.length / NODE_ENTRIES);
    for (let n = 0; n < total; n++) {
      const own = children.slice(n * NODE_ENTRIES, (n + 1) * NODE_ENTRIES);
      nodes.push({ address: firstAddress + n * nodeBytes, first: own[0]?.first ?? 0 });
      const left = n === 0 ? -1 : firstAddress + (n - 1) * nodeBytes;
      const right = n === total - 1 ? -1 : firstAddress + (n + 1) * nodeBytes;
      out.ascii('TREE').u8(1, level).u16(own.length).u64(left).u64(right);
      for (const child of own) {
        key(child.first);
        out.u64(child.address);
      }
      key(children[(n + 1) * NODE_ENTRIES]?.first ?? end);
      out.zeros((NODE_ENTRIES - own.length) * (keyBytes + 8));
    }
    return nodes;
  }

  let level = 0;
  let nodes = makeLevel(
    level,
    Array.from(chunks.offset, (offset, first) => ({ address: offset, first })),
    count,
  );
  while (nodes.length > 1) nodes = makeLevel(++level, nodes, count);
  return { bytes: out.done(), root: nodes[0]?.address ?? -1 };
}
