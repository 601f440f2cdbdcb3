import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Hdf5Node, listHdf5, readAttributes } from '../../dist/formats/hdf5/index.js';

const golden = join(import.meta.dirname, '../golden/hdf5');
const kinds = join(golden, 'kinds.h5');

function child(node: Hdf5Node, name: string): Hdf5Node {
  const found = node.children.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`${name} is not listed`);
  return found;
}

describe('tree', () => {
  const root = listHdf5(kinds);

  it('lists data sets with shape, type, chunks and filters', () => {
    expect(child(root, 'raw_edges')).toMatchObject({
      kind: 'dataset',
      shape: [5, 7, 8],
      type: 'uint16',
      layout: 'chunked',
      chunkShape: [2, 5, 5],
      filters: ['deflate'],
    });
    expect(child(root, 't_f2_be')).toMatchObject({ type: 'float16 (big-endian)', layout: 'contiguous' });
    expect(child(root, 'text')).toMatchObject({ type: 'string', shape: [] });
    expect(child(root, 'compound')).toMatchObject({ type: 'compound', shape: [3] });
    expect(root.children).toHaveLength(24);
  });

  it('shows links, where they lead and why they lead nowhere', () => {
    expect(child(root, 'up')).toMatchObject({ kind: 'group', target: '/attributes', remark: 'shown before' });
    expect(child(root, 'gone')).toMatchObject({ kind: 'unreadable', target: 'gone.h5:/x' });
    expect(child(root, 'gone').remark).toContain('does not exist');
    expect(child(root, 'loop_a').remark).toContain('leads back to itself');
  });

  it('ends at groups that contain themselves, and at its limits', () => {
    expect(child(child(root, 'attributes'), 'self')).toMatchObject({ kind: 'group', remark: 'shown before' });
    const few = listHdf5(kinds, { depth: 32, objects: 5 });
    expect(few.children.length).toBeLessThanOrEqual(5);
    expect(few.remark).toMatch(/more are not shown/);
    const shallow = listHdf5(join(golden, 'default.nxs'), { depth: 1, objects: 100 });
    expect(child(shallow, 'entry')).toMatchObject({ remark: 'deeper levels are not shown', children: [] });
  });
});

describe('attributes', () => {
  const attributes = readAttributes(kinds, '/attributes');
  const value = (name: string): unknown => attributes.find((attribute) => attribute.name === name)?.value;

  it('kept in a heap of their own: numbers, text, lists, truth values, arrays of other byte order', () => {
    expect(attributes).toHaveLength(46);
    expect(value('number39')).toBe(19.5);
    expect(value('text')).toBe('größe');
    expect(value('fixed')).toBe('fixed');
    expect(value('list')).toEqual(['y', 'x']);
    expect(value('flag')).toBe(true);
    expect(value('matrix')).toEqual([0, 1, 2, 3, 4, 5]);
    expect(value('nothing')).toBe(null);
  });

  it('kept in the object header, and in the heap of shared messages', () => {
    const scan = readAttributes(join(golden, 'default.nxs'), '/entry/scan');
    expect(scan.map(({ name, value: v }) => [name, v])).toContainEqual(['signal', 'counts']);
    const shared = readAttributes(join(golden, 'shared_messages.h5'), '/data7');
    expect(shared.map(({ name, value: v }) => [name, v])).toEqual([['note', 'a long shared note']]);
  });
});
