import type { StoredType } from '../../../core/dtype.js';
import type { FrameCodec } from '../../../core/sink.js';

/** Value of an attribute, or of a small data set: text is variable-length UTF-8, numbers are 64-bit. */
export type Value =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'texts'; readonly texts: readonly string[] }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'floats'; readonly values: readonly number[] }
  | { readonly kind: 'integer'; readonly value: number }
  | { readonly kind: 'bool'; readonly value: boolean };

export type Attributes = Readonly<Record<string, Value>>;

export const text = (value: string): Value => ({ kind: 'text', text: value });
export const texts = (values: readonly string[]): Value => ({ kind: 'texts', texts: values });
export const float = (value: number): Value => ({ kind: 'float', value });
export const floats = (values: readonly number[]): Value => ({ kind: 'floats', values });
export const integer = (value: number): Value => ({ kind: 'integer', value });
export const bool = (value: boolean): Value => ({ kind: 'bool', value });

/** Stored chunks in row-major order over the grid; those that are absent read as zeros. */
export interface StoredChunks {
  /** Row-major number of each chunk in the grid, ascending. */
  readonly index: Float64Array;
  readonly offset: Float64Array;
  readonly size: Float64Array;
}

/** Where the elements of a data set are. */
export type Placement =
  | { readonly kind: 'contiguous'; readonly offset: number; readonly bytes: number }
  | {
      readonly kind: 'chunked';
      readonly chunkShape: readonly number[];
      readonly codec: FrameCodec | null;
      readonly chunks: StoredChunks;
    };

/** An array whose elements are in the file already. */
export interface ArrayNode {
  readonly kind: 'array';
  readonly attributes: Attributes;
  readonly shape: readonly number[];
  readonly type: StoredType;
  readonly placement: Placement;
}

/** A small data set that is written with the structure. */
export interface ValueNode {
  readonly kind: 'value';
  readonly attributes: Attributes;
  readonly value: Value;
}

/** A group. The same node linked twice becomes two hard links to one object. */
export interface GroupNode {
  readonly kind: 'group';
  readonly attributes: Attributes;
  readonly links: Readonly<Record<string, Node>>;
}

export type Node = ArrayNode | ValueNode | GroupNode;

export function group(links: Readonly<Record<string, Node>>, attributes: Attributes = {}): GroupNode {
  return { kind: 'group', attributes, links };
}

export function value(content: Value, attributes: Attributes = {}): ValueNode {
  return { kind: 'value', attributes, value: content };
}
