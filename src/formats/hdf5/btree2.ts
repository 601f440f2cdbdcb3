import { Cursor, UNDEFINED } from './cursor.js';
import type { Hdf5File } from './superblock.js';

/** Records of a version 2 B-tree: `view` holds one record of `bytes` bytes at `at`. */
export type RecordVisitor = (view: DataView, at: number, bytes: number) => void;

interface Level {
  /** Bytes of the total record count that a pointer to a node of this level carries. */
  readonly totalBytes: number;
  readonly capacity: number;
  readonly total: number;
}

interface Tree {
  readonly file: Hdf5File;
  readonly nodeBytes: number;
  readonly recordBytes: number;
  readonly countBytes: number;
  readonly levels: readonly Level[];
  readonly visit: RecordVisitor;
  visited: number;
  readonly limit: number;
}

function bytesFor(value: number): number {
  return Math.floor(Math.log2(Math.max(1, value)) / 8) + 1;
}

/** Sizes of the nodes on each level, leaves first. */
function measureLevels(nodeBytes: number, recordBytes: number, offsetBytes: number, depth: number): Level[] {
  const capacity = Math.floor((nodeBytes - 10) / recordBytes);
  const levels: Level[] = [{ totalBytes: 0, capacity, total: capacity }];
  const countBytes = bytesFor(capacity);
  for (let level = 1; level <= depth; level++) {
    const below = levels[level - 1] as Level;
    const pointer = offsetBytes + countBytes + below.totalBytes;
    const here = Math.floor((nodeBytes - 10 - pointer) / (recordBytes + pointer));
    const total = (here + 1) * below.total + here;
    levels.push({ totalBytes: bytesFor(total), capacity: here, total });
  }
  return levels;
}

function walk(tree: Tree, address: number, count: number, level: number): void {
  const { file, recordBytes, levels } = tree;
  const node = levels[level] as Level;
  const cursor = Cursor.at(file, address, tree.nodeBytes);
  if (count > node.capacity) throw cursor.fail('a B-tree node with too many records');
  tree.visited += count + 1;
  if (tree.visited > tree.limit) throw cursor.fail('a B-tree that contains itself');
  cursor.expect(level === 0 ? 'BTLF' : 'BTIN');
  const view = file.pages.locate(file.base + address, tree.nodeBytes);
  let at = file.pages.at + 6;
  for (let i = 0; i < count; i++, at += recordBytes) tree.visit(view, at, recordBytes);
  if (level === 0) return;
  const below = levels[level - 1] as Level;
  cursor.skip(2 + count * recordBytes);
  for (let i = 0; i <= count; i++) {
    const child = cursor.address();
    const records = cursor.uint(tree.countBytes);
    cursor.skip(below.totalBytes);
    walk(tree, child, records, level - 1);
  }
}

/**
 * Calls `visit` for every record of the version 2 B-tree whose header is at `address`, in no particular order.
 *
 * @throws SourceError when the tree is damaged
 */
export function visitBtree2(file: Hdf5File, address: number, type: number, visit: RecordVisitor): void {
  const head = Cursor.at(file, address, 22 + file.offsetBytes + file.lengthBytes);
  head.expect('BTHD');
  head.skip(1);
  if (head.u8() !== type) throw head.fail('a B-tree of the wrong kind');
  const nodeBytes = head.u32();
  const recordBytes = head.u16();
  const depth = head.u16();
  head.skip(2);
  const root = head.address();
  const count = head.u16();
  const total = head.length();
  if (root === UNDEFINED) return;
  if (recordBytes < 1 || nodeBytes < 10 + recordBytes || depth > 32) throw head.fail('a B-tree of impossible size');
  if (total > file.pages.size) throw head.fail('a B-tree with more records than the file has bytes');
  const levels = measureLevels(nodeBytes, recordBytes, file.offsetBytes, depth);
  const capacity = (levels[0] as Level).capacity;
  const limit = 4 * total + 4 * (depth + 1);
  walk(
    { file, nodeBytes, recordBytes, countBytes: bytesFor(capacity), levels, visit, visited: 0, limit },
    root,
    count,
    depth,
  );
}
