// Trains a small convolutional network on the images of shapes.mjs, says how well it does on images it has not seen, and writes
// shapes.onnx, shapes.txt and shapes.json. In JavaScript, on one core: a few minutes.
// Run with: npm install @jax-js/jax@0.1 && node examples/train-images.mjs [EPOCHS]
import { writeFileSync } from 'node:fs';
import { Adam } from '../dist/train/adam.js';
import { loadJax } from '../dist/train/library.js';
import { accuracyOf, confusionOf, largestOf } from '../dist/train/metrics.js';
import { OnnxGraph } from '../dist/train/onnx/graph.js';
import { seededNormal } from '../dist/train/random.js';
import { unfold } from '../dist/train/unfold.js';
import { version } from '../dist/version.js';
import { CLASSES, makeShapes, PIXELS } from './shapes.mjs';

const TRAIN = { count: 3600, seed: 1 };
const VALIDATION = { count: 600, seed: 2 };
const TEST = { count: 1200, seed: 3 };
const BATCH = 60;
const RATE = 0.004;
const EPOCHS = Number(process.argv[2] ?? 12);

/** The first convolution looks at 4 x 4 pixels every 2; those behind it at 2 x 2 that do not overlap. */
const FIRST = { name: 'conv1', inputs: 1, outputs: 16, kernel: 4, stride: 2, padding: 1, dilation: 1 };
const LATER = [
  { name: 'conv2', inputs: 16, outputs: 32, kernel: 2, stride: 2, padding: 0, dilation: 1 },
  { name: 'conv3', inputs: 32, outputs: 48, kernel: 2, stride: 2, padding: 0, dilation: 1 },
];
const POOLED = 2 * 48;
const SIDE = PIXELS / FIRST.stride;
const PLACES = SIDE * SIDE;

const jax = await loadJax();
const { nn, numpy: np } = jax;

function initialWeights(seed) {
  const normal = seededNormal(seed);
  const weights = {};
  const add = (name, shape, inputs) => {
    const length = shape.reduce((a, b) => a * b, 1);
    const spread = inputs === 0 ? 0 : Math.sqrt(2 / inputs);
    weights[name] = { shape, data: Float32Array.from({ length }, () => spread * normal()) };
  };
  for (const { name, inputs, outputs, kernel } of [FIRST, ...LATER]) {
    add(`${name}.weight`, [outputs, inputs, kernel, kernel], inputs * kernel * kernel);
    add(`${name}.bias`, [outputs], 0);
  }
  add('dense.weight', [CLASSES.length, POOLED], POOLED);
  add('dense.bias', [CLASSES.length], 0);
  return weights;
}

/** Logits of a batch: convolutions as products of matrices, then mean and maximum of each channel over the image. */
function logitsOf(weights, unfolded) {
  const flat = weights['conv1.weight'].reshape([FIRST.outputs, FIRST.kernel ** 2]);
  let flow = nn.relu(np.matmul(unfolded, flat.transpose()).add(weights['conv1.bias']));
  let side = SIDE;
  for (const { name, inputs, outputs, kernel } of LATER) {
    side /= kernel;
    const cells = flow.reshape([BATCH, side, kernel, side, kernel, inputs]).transpose([0, 1, 3, 2, 4, 5]);
    const weight = weights[`${name}.weight`].transpose([2, 3, 1, 0]).reshape([kernel * kernel * inputs, outputs]);
    const product = np.matmul(cells.reshape([BATCH * side * side, kernel * kernel * inputs]), weight);
    flow = nn.relu(product.add(weights[`${name}.bias`]));
  }
  const last = flow.reshape([BATCH, side, side, LATER.at(-1).outputs]);
  const pooled = np.concatenate([last.ref.mean([1, 2]), np.max(last, [1, 2])], 1);
  return np.matmul(pooled, weights['dense.weight'].transpose()).add(weights['dense.bias']);
}

const step = jax.jit(
  jax.valueAndGrad(
    (weights, { unfolded, wanted }) => {
      const logits = logitsOf(weights, unfolded);
      const likely = nn.logSoftmax(logits.ref, 1);
      return [likely.mul(wanted).sum().neg(), logits];
    },
    { hasAux: true },
  ),
);

const room = new Float32Array(BATCH * PLACES * FIRST.kernel ** 2);

/** Loss, logits and gradients of one batch. */
async function learn(weights, images, labels) {
  unfold(
    Float32Array.from(images, (value) => value / 255),
    PIXELS,
    FIRST,
    room,
  );
  const wanted = new Float32Array(BATCH * CLASSES.length);
  labels.forEach((label, i) => {
    wanted[i * CLASSES.length + label] = 1 / BATCH;
  });
  const device = Object.fromEntries(
    Object.entries(weights).map(([name, { shape, data }]) => [name, np.array(data, { shape })]),
  );
  const inputs = {
    unfolded: np.array(room, { shape: [BATCH * PLACES, FIRST.kernel ** 2] }),
    wanted: np.array(wanted, { shape: [BATCH, CLASSES.length] }),
  };
  const [[loss, logits], found] = step(device, inputs);
  const gradients = {};
  for (const [name, gradient] of Object.entries(found)) gradients[name] = await gradient.data();
  return { loss: (await loss.data())[0], logits: await logits.data(), gradients };
}

/** Accuracy over all images of a set, nothing learnt. */
async function judge(weights, { images, labels }) {
  const guesses = [];
  const size = PIXELS * PIXELS;
  for (let first = 0; first < labels.length; first += BATCH) {
    const some = images.subarray(first * size, (first + BATCH) * size);
    const { logits } = await learn(weights, some, labels.subarray(first, first + BATCH));
    guesses.push(...largestOf(logits, CLASSES.length));
  }
  return accuracyOf(confusionOf(labels, guesses, CLASSES.length));
}

/** The network in ONNX: input `image` (N, 1, 32, 32) of numbers from 0 to 1, output `logits` (N, 6). */
function exported(weights) {
  const graph = new OnnxGraph();
  for (const [name, { shape, data }] of Object.entries(weights)) graph.weights(name, shape, data);
  let flow = graph.input('image', ['N', 1, PIXELS, PIXELS]);
  for (const { name, kernel, stride, padding } of [FIRST, ...LATER]) {
    const out = graph.node('Conv', [flow, `${name}.weight`, `${name}.bias`], `${name}.out`, {
      kernel_shape: { ints: [kernel, kernel] },
      strides: { ints: [stride, stride] },
      pads: { ints: [padding, padding, padding, padding] },
    });
    flow = graph.node('Relu', [out], `${name}.relu`);
  }
  const mean = graph.node('GlobalAveragePool', [flow], 'mean');
  const most = graph.node('GlobalMaxPool', [flow], 'max');
  const both = graph.node('Concat', [mean, most], 'pooled', { axis: { int: 1 } });
  const flat = graph.node('Flatten', [both], 'flat', { axis: { int: 1 } });
  graph.node('Gemm', [flat, 'dense.weight', 'dense.bias'], 'logits', { transB: { int: 1 } });
  graph.output('logits', ['N', CLASSES.length]);
  return graph.encode('shapes', 'fanfold', version);
}

/** Numbers 0 to n - 1 in an order that the seed decides. */
function shuffled(n, seed) {
  const normal = seededNormal(seed);
  return Array.from({ length: n }, (_, i) => [normal(), i])
    .sort(([a], [b]) => a - b)
    .map(([, i]) => i);
}

const train = makeShapes(TRAIN.count, TRAIN.seed);
const validation = makeShapes(VALIDATION.count, VALIDATION.seed);
const test = makeShapes(TEST.count, TEST.seed);
const weights = initialWeights(1);
const adam = new Adam(RATE);
const size = PIXELS * PIXELS;
let best = { accuracy: 0, epoch: 0, weights: {} };
const start = performance.now();
for (let epoch = 1; epoch <= EPOCHS; epoch++) {
  const order = shuffled(TRAIN.count, epoch);
  const share = (1 + Math.cos((Math.PI * (epoch - 1)) / EPOCHS)) / 2;
  let sum = 0;
  for (let first = 0; first < TRAIN.count; first += BATCH) {
    const images = new Uint8Array(BATCH * size);
    const labels = new Int32Array(BATCH);
    order.slice(first, first + BATCH).forEach((number, i) => {
      images.set(train.images.subarray(number * size, (number + 1) * size), i * size);
      labels[i] = train.labels[number];
    });
    const { loss, gradients } = await learn(weights, images, labels);
    sum += loss * BATCH;
    adam.step(weights, gradients, share);
  }
  const accuracy = await judge(weights, validation);
  process.stdout.write(
    `epoch ${epoch}/${EPOCHS}  loss ${(sum / TRAIN.count).toFixed(4)}  validation ${accuracy.toFixed(4)}\n`,
  );
  if (accuracy >= best.accuracy) best = { accuracy, epoch, weights: structuredClone(weights) };
}
const seconds = (performance.now() - start) / 1000;
const accuracy = await judge(best.weights, test);
const bytes = exported(best.weights);
const here = (name) => new URL(name, import.meta.url);
writeFileSync(here('shapes.onnx'), bytes);
writeFileSync(here('shapes.txt'), `${CLASSES.join('\n')}\n`);
const record = {
  train: TRAIN,
  validation: { ...VALIDATION, accuracy: best.accuracy },
  test: { ...TEST, accuracy },
  epochs: EPOCHS,
  kept: best.epoch,
};
writeFileSync(here('shapes.json'), `${JSON.stringify(record, null, 2)}\n`);
process.stdout.write(
  `test accuracy ${accuracy.toFixed(4)} of ${TEST.count} images; ${bytes.length} bytes; ${seconds.toFixed(0)} s\n`,
);
