import { Cursor, readAddress } from './cursor.js';
import { type ChunkTarget, putChunk } from './placer.js';

const MAX_LEVEL = 32;

/**
 * Walks a version 1 B-tree of chunks: a key holds the stored size, the filter mask and the first element of the chunk.
 * Nothing is allocated per chunk.
 *
 * @throws SourceError when the tree is damaged
 */
export function indexBtree1(target: ChunkTarget, root: number): void {
  const { file, table, chunkShape } = target;
  const { pages, base, offsetBytes } = file;
  const rank = chunkShape.length;
  const grid = Float64Array.from(table.grid);
  const chunk = Float64Array.from(chunkShape);
  const keyBytes = 8 + 8 * (rank + 1);
  const entryBytes = keyBytes + offsetBytes;
  const headBytes = 8 + 2 * offsetBytes;
  let nodes = 0;
  const maxNodes = Math.ceil(pages.size / headBytes);

  function walk(address: number, expectedLevel: number): void {
    const head = Cursor.at(file, address, headBytes);
    head.expect('TREE');
    if (head.u8() !== 1) throw head.fail('a chunk index of the wrong kind');
    const level = head.u8();
    const count = head.u16();
    if (expectedLevel >= 0 && level !== expectedLevel) throw head.fail('a chunk index whose levels do not match');
    if (level > MAX_LEVEL || ++nodes > maxNodes) throw head.fail('a chunk index that contains itself');
    const view = pages.locate(base + address + headBytes, count * entryBytes);
    let at = pages.at;
    for (let i = 0; i < count; i++, at += entryBytes) {
      const child = readAddress(view, at + keyBytes, offsetBytes);
      if (level > 0) {
        walk(child, level - 1);
        continue;
      }
      let index = 0;
      let inside = true;
      for (let d = 0, p = at + 8; d < rank; d++, p += 8) {
        const element = view.getUint32(p, true) + view.getUint32(p + 4, true) * 4294967296;
        const coordinate = Math.floor(element / (chunk[d] as number));
        if (coordinate >= (grid[d] as number)) inside = false;
        index = index * (grid[d] as number) + coordinate;
      }
      if (inside) putChunk(target, index, child, view.getUint32(at, true), view.getUint32(at + 4, true));
    }
  }
  walk(root, -1);
}
