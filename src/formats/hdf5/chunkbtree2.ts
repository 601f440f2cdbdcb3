import { visitBtree2 } from './btree2.js';
import { readAddress, readUint } from './cursor.js';
import { type ChunkTarget, putChunk } from './placer.js';

/** Walks a version 2 B-tree of chunks: record type 10 without filters, 11 with. @throws SourceError when damaged */
export function indexBtree2(target: ChunkTarget, address: number, filtered: boolean): void {
  const { file, table, chunkBytes } = target;
  const rank = table.grid.length;
  const { offsetBytes } = file;
  visitBtree2(file, address, filtered ? 11 : 10, (view, at, bytes) => {
    const sizeBytes = filtered ? bytes - offsetBytes - 4 - 8 * rank : 0;
    if (sizeBytes < 0 || sizeBytes > 8 || bytes < offsetBytes + 8 * rank) return;
    let p = at + offsetBytes + sizeBytes + (filtered ? 4 : 0);
    let index = 0;
    for (let d = 0; d < rank; d++, p += 8) {
      const extent = table.grid[d] as number;
      const coordinate = readUint(view, p, 8);
      if (coordinate >= extent) return;
      index = index * extent + coordinate;
    }
    const size = filtered ? readUint(view, at + offsetBytes, sizeBytes) : chunkBytes;
    const mask = filtered ? view.getUint32(at + offsetBytes + sizeBytes, true) : 0;
    putChunk(target, index, readAddress(view, at, offsetBytes), size, mask);
  });
}
