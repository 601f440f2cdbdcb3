import { storedAs } from '../../../core/dtype.js';
import { ByteWriter } from '../../byte-writer.js';
import { chunkIndex } from './chunk-index.js';
import * as messages from './messages.js';
import { INTERNAL_K, LEAF_K, symbol, symbolTable } from './symbol-table.js';
import { TextHeap } from './text-heap.js';
import type { ArrayNode, GroupNode, Node, Value, ValueNode } from './tree.js';

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const FLOAT = messages.datatype(storedAs('float64'));
const INTEGER = messages.datatype({ kind: 'i', bytes: 8, order: 'little' });
const BOOL = messages.datatype({ kind: 'b', bytes: 1, order: 'little' });

/** The structure of a file: what goes to `base` behind the array data, and the superblock that goes to byte 0. */
export interface Structure {
  readonly superblock: Uint8Array;
  readonly body: Uint8Array;
}

function textsOf(content: Value): readonly string[] {
  return content.kind === 'text' ? [content.text] : content.kind === 'texts' ? content.texts : [];
}

/** Places everything but array data, children before the groups that link them. */
class StructureWriter {
  readonly #out: ByteWriter;
  readonly #base: number;
  readonly #heap: TextHeap;
  readonly #links = new Map<Node, number>();
  readonly #addresses = new Map<Node, number>();

  constructor(root: GroupNode, base: number) {
    this.#base = base;
    this.#heap = new TextHeap(base);
    this.#survey(root);
    const heap = this.#heap.done();
    this.#out = new ByteWriter(heap.length * 2).bytes(heap);
  }

  /** Counts the links of every object and gathers the texts, which all come before the first reference to them. */
  #survey(node: Node): void {
    const known = this.#links.get(node) ?? 0;
    this.#links.set(node, known + 1);
    if (known > 0) return;
    const contents = [...Object.values(node.attributes), ...(node.kind === 'value' ? [node.value] : [])];
    for (const content of contents) for (const one of textsOf(content)) this.#heap.reference(one);
    if (node.kind === 'group') for (const child of Object.values(node.links)) this.#survey(child);
  }

  #append(bytes: Uint8Array): number {
    this.#out.pad(8);
    const address = this.#base + this.#out.length;
    this.#out.bytes(bytes);
    return address;
  }

  #encode(content: Value): { type: Uint8Array; shape: number[]; data: Uint8Array } {
    const data = new ByteWriter();
    switch (content.kind) {
      case 'text':
        return { type: messages.textDatatype(), shape: [], data: this.#heap.reference(content.text) };
      case 'texts':
        for (const one of content.texts) data.bytes(this.#heap.reference(one));
        return { type: messages.textDatatype(), shape: [content.texts.length], data: data.done() };
      case 'float':
        return { type: FLOAT, shape: [], data: new Uint8Array(new Float64Array([content.value]).buffer) };
      case 'floats':
        return {
          type: FLOAT,
          shape: [content.values.length],
          data: new Uint8Array(new Float64Array(content.values).buffer),
        };
      case 'integer':
        return { type: INTEGER, shape: [], data: data.u64(content.value).done() };
      case 'bool':
        return { type: BOOL, shape: [], data: data.u8(content.value ? 1 : 0).done() };
    }
  }

  #header(node: Node, own: readonly messages.Message[]): number {
    const attributes = Object.entries(node.attributes).map(([name, content]) => {
      const { type, shape, data } = this.#encode(content);
      return { type: messages.MESSAGE.attribute, body: messages.attribute(name, type, shape, data) };
    });
    return this.#append(messages.objectHeader([...own, ...attributes], this.#links.get(node) ?? 1));
  }

  #array(node: ArrayNode): number {
    const { placement, shape } = node;
    const chunked = placement.kind === 'chunked';
    let index = -1;
    if (chunked) {
      this.#out.pad(8);
      const address = this.#base + this.#out.length;
      const made = chunkIndex({ shape, chunkShape: placement.chunkShape, chunks: placement.chunks, address });
      this.#append(made.bytes);
      index = made.root;
    }
    const codec = chunked ? placement.codec : null;
    const { MESSAGE } = messages;
    return this.#header(node, [
      { type: MESSAGE.dataspace, body: messages.dataspace(shape) },
      { type: MESSAGE.datatype, body: messages.datatype(node.type) },
      { type: MESSAGE.fillValue, body: messages.fillValue(chunked) },
      ...(codec === null ? [] : [{ type: MESSAGE.filters, body: messages.filterPipeline(codec, node.type.bytes) }]),
      { type: MESSAGE.layout, body: messages.layout(node, index) },
    ]);
  }

  #value(node: ValueNode): number {
    const { type, shape, data } = this.#encode(node.value);
    const offset = this.#append(data);
    const { MESSAGE } = messages;
    return this.#header(node, [
      { type: MESSAGE.dataspace, body: messages.dataspace(shape) },
      { type: MESSAGE.datatype, body: type },
      { type: MESSAGE.fillValue, body: messages.fillValue(false) },
      { type: MESSAGE.layout, body: messages.contiguousLayout(offset, data.length) },
    ]);
  }

  #group(node: GroupNode): number {
    const links = new Map(Object.entries(node.links).map(([name, child]) => [name, this.place(child)]));
    this.#out.pad(8);
    const symbols = symbolTable(links, this.#base + this.#out.length);
    this.#append(symbols.bytes);
    const table = new ByteWriter().u64(symbols.tree).u64(symbols.heap).done();
    return this.#header(node, [{ type: messages.MESSAGE.symbolTable, body: table }]);
  }

  /** Address of the node's object header, written now unless it was linked before. */
  place(node: Node): number {
    const known = this.#addresses.get(node);
    if (known !== undefined) return known;
    const address =
      node.kind === 'group' ? this.#group(node) : node.kind === 'array' ? this.#array(node) : this.#value(node);
    this.#addresses.set(node, address);
    return address;
  }

  done(): Uint8Array {
    return this.#out.pad(8).done();
  }
}

/** Superblock, version 0. */
function superblock(root: number, end: number): Uint8Array {
  const out = new ByteWriter().u8(...SIGNATURE).u8(0, 0, 0, 0, 0, 8, 8, 0);
  out.u16(LEAF_K).u16(INTERNAL_K).u32(0).u64(0).u64(-1).u64(end).u64(-1);
  symbol(out, 0, root);
  return out.done();
}

/**
 * Everything a file needs besides its array data, in the form that every HDF5 library since 1.0 reads.
 *
 * @param base first free byte behind the array data
 */
export function makeStructure(root: GroupNode, base: number): Structure {
  const start = Math.ceil(base / 8) * 8;
  const writer = new StructureWriter(root, start);
  const address = writer.place(root);
  const bytes = writer.done();
  const body =
    start === base
      ? bytes
      : new ByteWriter(bytes.length + 8)
          .zeros(start - base)
          .bytes(bytes)
          .done();
  return { superblock: superblock(address, start + bytes.length), body };
}
