import { UsageError } from '../core/errors.js';
import { formatShape } from '../core/stack.js';
import { type Attribute, type Hdf5Node, isHdf5, listHdf5 } from '../formats/hdf5/index.js';
import { severalOf, splitDataset } from '../formats/location.js';

const SHOWN_VALUE = 60;

/** An attribute's value on one line. */
function shortly(value: Attribute['value']): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const line = text.replace(/\s+/g, ' ');
  return line.length > SHOWN_VALUE ? `${line.slice(0, SHOWN_VALUE - 3)}...` : line;
}

function describeNode(node: Hdf5Node): string {
  const parts = [node.kind === 'group' && node.name !== '/' ? `${node.name}/` : node.name];
  if (node.target) parts.push(`-> ${node.target}`);
  if (node.kind === 'dataset') {
    parts.push(`${formatShape(node.shape ?? [])} ${node.type ?? ''}`.trim());
    if (node.chunkShape) parts.push(`chunks ${formatShape(node.chunkShape)}`);
    if (node.filters && node.filters.length > 0) parts.push(node.filters.join(', '));
  }
  if (node.kind === 'datatype') parts.push('(a named datatype)');
  if (node.remark) parts.push(`(${node.remark})`);
  return parts.join('  ');
}

function lines(node: Hdf5Node, depth: number): string[] {
  const indent = '  '.repeat(depth);
  return [
    `${indent}${describeNode(node)}`,
    ...node.attributes.map(({ name, value }) => `${indent}    @${name} = ${shortly(value)}`),
    ...node.children.flatMap((child) => lines(child, depth + 1)),
  ];
}

/**
 * The groups, data sets and attributes of an HDF5 file.
 *
 * @throws UsageError when it is none; SourceError when it cannot be read
 */
export function showTree(source: string | readonly string[], json: boolean): string {
  if (typeof source !== 'string' || severalOf(source) !== null)
    throw new UsageError('no-tree', '--tree shows one file: name one of the series.');
  const { path } = splitDataset(source);
  if (!isHdf5(path)) throw new UsageError('no-tree', `${path} is no HDF5 file, so it has no tree. Leave --tree out.`);
  const root = listHdf5(path);
  return json ? `${JSON.stringify(root)}\n` : `${lines(root, 0).join('\n')}\n`;
}
