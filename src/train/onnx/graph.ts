import { Message } from './protobuf.js';

/** Element types as ONNX numbers them. */
const FLOAT = 1;
const INT64 = 7;
/** The operators used here are as this version of the set defines them. */
const OPERATOR_SET = 13;
const FORMAT_VERSION = 8;

/** An attribute of a node: a whole number, several, or a number with a fraction. */
type Attribute = { readonly int: number } | { readonly ints: readonly number[] } | { readonly float: number };

function attribute(name: string, value: Attribute): Message {
  const message = new Message().text(1, name);
  if ('int' in value) return message.integer(3, value.int).integer(20, 2);
  if ('float' in value) return message.float(2, value.float).integer(20, 1);
  for (const one of value.ints) message.integer(8, one);
  return message.integer(20, 7);
}

function tensor(name: string, shape: readonly number[], type: number, raw: Uint8Array): Message {
  const message = new Message();
  for (const extent of shape) message.integer(1, extent);
  return message.integer(2, type).text(8, name).bytes(9, raw);
}

/** Name and shape of an input or output; text stands for an extent that is free. */
function valueInfo(name: string, shape: readonly (number | string)[]): Message {
  const extents = new Message();
  for (const extent of shape) {
    const dimension = new Message();
    extents.message(1, typeof extent === 'number' ? dimension.integer(1, extent) : dimension.text(2, extent));
  }
  const type = new Message().message(1, new Message().integer(1, FLOAT).message(2, extents));
  return new Message().text(1, name).message(2, type);
}

/** An ONNX model put together node by node (onnx.proto3, format version 8). */
export class OnnxGraph {
  readonly #nodes: Message[] = [];
  readonly #tensors: Message[] = [];
  readonly #inputs: Message[] = [];
  readonly #outputs: Message[] = [];

  input(name: string, shape: readonly (number | string)[]): string {
    this.#inputs.push(valueInfo(name, shape));
    return name;
  }

  output(name: string, shape: readonly (number | string)[]): void {
    this.#outputs.push(valueInfo(name, shape));
  }

  /** Constant float32 numbers. */
  weights(name: string, shape: readonly number[], data: Float32Array): string {
    this.#tensors.push(tensor(name, shape, FLOAT, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)));
    return name;
  }

  /** Constant whole numbers; -1 is what is left, in a shape. */
  integers(name: string, values: readonly number[]): string {
    const data = BigInt64Array.from(values, BigInt);
    this.#tensors.push(tensor(name, [values.length], INT64, new Uint8Array(data.buffer)));
    return name;
  }

  /** @returns the name of its one output */
  node(
    type: string,
    inputs: readonly string[],
    output: string,
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string {
    const message = new Message();
    for (const name of inputs) message.text(1, name);
    message.text(2, output).text(3, output).text(4, type);
    for (const [name, value] of Object.entries(attributes)) message.message(5, attribute(name, value));
    this.#nodes.push(message);
    return output;
  }

  encode(name: string, program: string, version: string): Uint8Array {
    const graph = new Message();
    for (const node of this.#nodes) graph.message(1, node);
    graph.text(2, name);
    for (const weights of this.#tensors) graph.message(5, weights);
    for (const input of this.#inputs) graph.message(11, input);
    for (const output of this.#outputs) graph.message(12, output);
    return new Message()
      .integer(1, FORMAT_VERSION)
      .text(2, program)
      .text(3, version)
      .message(7, graph)
      .message(8, new Message().text(1, '').integer(2, OPERATOR_SET))
      .encode();
  }
}
