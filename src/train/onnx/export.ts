import { version } from '../../version.js';
import { BRANCHES, type ConvLayer, type NetShape, poolsWhole, type Weights, WIDTHS } from '../network.js';
import type { Scaler } from '../samples.js';
import { OnnxGraph } from './graph.js';

/** Puts one network into a graph. */
class Exporter {
  readonly graph = new OnnxGraph();
  readonly #weights: Weights;
  readonly #shape: NetShape;

  constructor(shape: NetShape, weights: Weights) {
    this.#shape = shape;
    this.#weights = weights;
    for (const [name, { shape: extents, data }] of Object.entries(weights)) this.graph.weights(name, extents, data);
  }

  dense(name: string, input: string): string {
    return this.graph.node('Gemm', [input, `${name}.weight`, `${name}.bias`], `${name}.out`, { transB: { int: 1 } });
  }

  relu(input: string): string {
    return this.graph.node('Relu', [input], `${input}.relu`);
  }

  reshape(input: string, extents: readonly number[]): string {
    const shape = this.graph.integers(`${input}.shape`, extents);
    return this.graph.node('Reshape', [input, shape], `${input}.reshaped`);
  }

  /** Features of each image, (samples * channels, features). */
  branch(branch: string): string {
    const { size, channels, pixels } = this.#shape;
    const input = this.graph.input(`x_${branch}`, ['samples', channels, pixels, pixels]);
    let flow = this.reshape(input, [-1, 1, pixels, pixels]);
    for (const layer of WIDTHS[size].convs) flow = this.relu(this.#conv(`${branch}.${layer.name}`, layer, flow));
    return this.relu(this.dense(`${branch}.dense`, this.#pool(branch, flow)));
  }

  #conv(name: string, layer: ConvLayer, input: string): string {
    const { kernel, stride, padding, dilation } = layer;
    const out = this.graph.node('Conv', [input, `${name}.weight`, `${name}.bias`], `${name}.out`, {
      kernel_shape: { ints: [kernel, kernel] },
      strides: { ints: [stride, stride] },
      pads: { ints: [padding, padding, padding, padding] },
      dilations: { ints: [dilation, dilation] },
    });
    if (!WIDTHS[this.#shape.size].normalised) return out;
    const inputs = [out, `${name}.scale`, `${name}.shift`];
    return this.graph.node('InstanceNormalization', inputs, `${name}.normalised`, { epsilon: { float: 1e-5 } });
  }

  #pool(branch: string, input: string): string {
    const flat = (pooled: string) => this.graph.node('Flatten', [pooled], `${pooled}.flat`, { axis: { int: 1 } });
    if (!poolsWhole(this.#shape)) {
      const two = { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] } };
      return flat(this.graph.node('AveragePool', [input], `${branch}.pool`, two));
    }
    const mean = this.graph.node('GlobalAveragePool', [input], `${branch}.mean`);
    const most = this.graph.node('GlobalMaxPool', [input], `${branch}.max`);
    return flat(this.graph.node('Concat', [mean, most], `${branch}.pool`, { axis: { int: 1 } }));
  }

  fuse([sum = '', diff = '']: readonly string[]): string {
    const { graph } = this;
    if (this.#shape.fusion === 'add') return graph.node('Add', [sum, diff], 'fused');
    const both = graph.node('Concat', [sum, diff], 'both', { axis: { int: 1 } });
    if (this.#shape.fusion === 'concat') return both;
    const gate = graph.node('Sigmoid', [this.dense('gate', both)], 'gate.open');
    const apart = graph.node('Sub', [sum, diff], 'apart');
    return graph.node('Add', [diff, graph.node('Mul', [gate, apart], 'gated')], 'fused');
  }

  /** Statistics as they were measured: their scaling is part of the model. */
  statistics(scaler: Scaler): string {
    const width = this.#shape.statistics;
    const input = this.graph.input('statistics', ['samples', width]);
    const mean = this.graph.weights('statistics.mean', [width], Float32Array.from(scaler.mean));
    const spread = this.graph.weights('statistics.spread', [width], Float32Array.from(scaler.spread));
    const centred = this.graph.node('Sub', [input, mean], 'statistics.centred');
    const scaled = this.graph.node('Div', [centred, spread], 'statistics.scaled');
    return this.relu(this.dense('statistics', scaled));
  }
}

/**
 * The network as an ONNX model (operator set 13): inputs `x_sum` and `x_diff` of shape (samples, channels, size, size) and,
 * with a statistics branch, `statistics` (samples, numbers), not scaled; output `logits` (samples, classes).
 */
export function exportOnnx(shape: NetShape, weights: Weights, scaler: Scaler): Uint8Array {
  const net = new Exporter(shape, weights);
  const fused = net.fuse(BRANCHES.map((branch) => net.branch(branch)));
  const { features, hidden } = WIDTHS[shape.size];
  const width = features * (shape.fusion === 'concat' ? 2 : 1);
  let flow = net.reshape(fused, [-1, shape.channels * width]);
  if (shape.statistics > 0)
    flow = net.graph.node('Concat', [flow, net.statistics(scaler)], 'together', { axis: { int: 1 } });
  for (let layer = 1; layer <= hidden.length; layer++) flow = net.relu(net.dense(`classifier${layer}`, flow));
  net.graph.node('Identity', [net.dense(`classifier${hidden.length + 1}`, flow)], 'logits');
  net.graph.output('logits', ['samples', shape.classes]);
  return net.graph.encode('dual-gaf', 'fanfold', version);
}
