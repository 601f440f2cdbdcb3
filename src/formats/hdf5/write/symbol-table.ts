import { ByteWriter } from '../../byte-writer.js';

/** Group leaf K and internal K: symbols of a leaf and leaves of a node are twice that. */
export const LEAF_K = 16;
export const INTERNAL_K = 16;

const LEAF_SYMBOLS = 2 * LEAF_K;
const NODE_CHILDREN = 2 * INTERNAL_K;
const LEAF_BYTES = 8 + LEAF_SYMBOLS * 40;

export interface Symbols {
  readonly bytes: Uint8Array;
  /** Addresses of the B-tree and of the local heap, for the group's header. */
  readonly tree: number;
  readonly heap: number;
}

/** One symbol table entry. */
export function symbol(out: ByteWriter, name: number, header: number): void {
  out.u64(name).u64(header).u32(0).u32(0).zeros(16);
}

/**
 * The links of a group of the original kind: a local heap of names, leaves of sorted symbols, one B-tree node.
 *
 * @param links addresses of object headers by name; at most 1024
 * @param address where the first byte will lie in the file
 */
export function symbolTable(links: ReadonlyMap<string, number>, address: number): Symbols {
  const names = [...links.keys()].sort();
  if (names.length > LEAF_SYMBOLS * NODE_CHILDREN)
    throw new RangeError(`a group of ${names.length} links is too large`);
  const segment = new ByteWriter().u64(0);
  const offsets = new Map<string, number>();
  for (const name of names) {
    offsets.set(name, segment.length);
    segment.bytes(new TextEncoder().encode(`${name}\0`)).pad(8);
  }
  const out = new ByteWriter();
  out
    .ascii('HEAP')
    .u32(0)
    .u64(segment.length)
    .u64(1)
    .u64(address + 32)
    .bytes(segment.done());

  const leaves: { address: number; last: number }[] = [];
  for (let first = 0; first < names.length; first += LEAF_SYMBOLS) {
    const own = names.slice(first, first + LEAF_SYMBOLS);
    leaves.push({ address: address + out.length, last: offsets.get(own.at(-1) ?? '') ?? 0 });
    const start = out.length;
    out.ascii('SNOD').u8(1, 0).u16(own.length);
    for (const name of own) symbol(out, offsets.get(name) ?? 0, links.get(name) ?? 0);
    out.zeros(start + LEAF_BYTES - out.length);
  }

  const tree = address + out.length;
  out.ascii('TREE').u8(0, 0).u16(leaves.length).u64(-1).u64(-1).u64(0);
  for (const leaf of leaves) out.u64(leaf.address).u64(leaf.last);
  out.zeros((NODE_CHILDREN - leaves.length) * 16);
  return { bytes: out.done(), tree, heap: address };
}
