// A network of the shape of ResNet-18 (He et al., 2015) with random weights, as ONNX: what it computes takes as long as with trained ones.
import { OnnxGraph } from '../dist/train/onnx/graph.js';
import { seededNormal } from '../dist/train/random.js';

const STAGES = [
  [64, 1],
  [128, 2],
  [256, 2],
  [512, 2],
];

/**
 * Input `image` (N, 3, 224, 224), output `logits` (N, 1000); normalisation is folded into the convolutions, as exporters do.
 *
 * @param seed of the weights, normal with variance 2 / inputs
 */
export function resnet18(seed = 1) {
  const graph = new OnnxGraph();
  const normal = seededNormal(seed);
  // Enough different numbers; drawing eleven million takes seconds.
  const drawn = Float32Array.from({ length: 65537 }, normal);
  let next = 0;
  const weights = (name, shape, inputs, share = 1) => {
    const spread = share * Math.sqrt(2 / inputs);
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    for (let i = 0; i < data.length; i++) {
      data[i] = spread * drawn[next];
      next = (next + 1) % drawn.length;
    }
    return graph.weights(name, shape, data);
  };
  const conv = (name, flow, [inputs, outputs, kernel, stride], relu) => {
    // What is added to what came in is kept small: numbers would grow with every block.
    weights(`${name}.weight`, [outputs, inputs, kernel, kernel], inputs * kernel * kernel, relu ? 1 : 0.3);
    graph.weights(`${name}.bias`, [outputs], new Float32Array(outputs));
    const padding = (kernel - 1) >> 1;
    const out = graph.node('Conv', [flow, `${name}.weight`, `${name}.bias`], `${name}.out`, {
      kernel_shape: { ints: [kernel, kernel] },
      strides: { ints: [stride, stride] },
      pads: { ints: [padding, padding, padding, padding] },
    });
    return relu ? graph.node('Relu', [out], `${name}.relu`) : out;
  };
  let flow = conv('first', graph.input('image', ['N', 3, 224, 224]), [3, 64, 7, 2], true);
  const pool = { kernel_shape: { ints: [3, 3] }, strides: { ints: [2, 2] }, pads: { ints: [1, 1, 1, 1] } };
  flow = graph.node('MaxPool', [flow], 'pooled', pool);
  let inputs = 64;
  for (const [stage, [outputs, first]] of STAGES.entries()) {
    for (const [block, stride] of [first, 1].entries()) {
      const name = `stage${stage}.${block}`;
      const inner = conv(`${name}.a`, flow, [inputs, outputs, 3, stride], true);
      const outer = conv(`${name}.b`, inner, [outputs, outputs, 3, 1], false);
      const isSame = stride === 1 && inputs === outputs;
      const beside = isSame ? flow : conv(`${name}.skip`, flow, [inputs, outputs, 1, stride], false);
      const sum = graph.node('Add', [outer, beside], `${name}.sum`);
      flow = graph.node('Relu', [sum], `${name}.out`);
      inputs = outputs;
    }
  }
  flow = graph.node('Flatten', [graph.node('GlobalAveragePool', [flow], 'mean')], 'flat', { axis: { int: 1 } });
  weights('dense.weight', [1000, 512], 512, 0.3);
  graph.weights('dense.bias', [1000], new Float32Array(1000));
  graph.node('Gemm', [flow, 'dense.weight', 'dense.bias'], 'logits', { transB: { int: 1 } });
  graph.output('logits', ['N', 1000]);
  return graph.encode('resnet18', 'fanfold bench', '1');
}
