import type { Params } from '../core/params.js';
import { ACTIVATIONS } from './predictions.js';
import { PRESETS } from './preparation.js';
import { DEVICES } from './runtime.js';

/** Everything `run infer` takes beside its source, but how it is told and where it goes. */
export const PARAMS = {
  model: { kind: 'text', help: 'the network: an ONNX file, or the http(s) address of one' },
  sha256: { kind: 'text', help: 'what the SHA-256 of the network must be, in hexadecimal' },
  labels: { kind: 'text', help: 'names of the classes, a text file with one a line' },
  top: { kind: 'number', default: 5, min: 1, integer: true, help: 'classes told of each image, the likeliest first' },
  batch: {
    kind: 'number',
    default: 32,
    min: 1,
    integer: true,
    help: 'images of a batch at most; of large images, as many as are 2.5 MiB together',
  },
  workers: {
    kind: 'number',
    default: -1,
    min: -1,
    integer: true,
    help: 'worker threads, each with the network open; -1: one a core, as far as memory allows',
  },
  threads: { kind: 'number', default: 1, min: 1, integer: true, help: 'threads of the runtime in each worker' },
  device: {
    kind: 'choice',
    choices: DEVICES,
    default: 'auto',
    help: 'auto takes a graphics card if the runtime has a provider for one that starts, and says why not',
  },
  preset: {
    kind: 'choice',
    choices: PRESETS,
    default: 'auto',
    help: 'imagenet: shorter side 8/7 of the crop, mean and spread of ImageNet; plain: resized to cover the crop, numbers from 0 to 1; auto: imagenet for networks of three channels',
  },
  resize: {
    kind: 'number',
    min: 0,
    integer: true,
    unit: 'px',
    help: 'shorter side after resizing; 0: pixels as they are',
  },
  crop: {
    kind: 'numbers',
    example: '224,224',
    help: 'rows and columns cut out of the middle (default: what the network takes)',
  },
  mean: { kind: 'numbers', example: '0.485,0.456,0.406', help: 'taken off each channel, of numbers from 0 to 1' },
  std: { kind: 'numbers', example: '0.229,0.224,0.225', help: 'each channel is divided by it' },
  range: {
    kind: 'numbers',
    length: 2,
    example: '0,4095',
    help: 'numbers that become 0 and 1 (default: the limits of integers; floats as they are)',
  },
  output: { kind: 'text', help: 'output of the network with the scores (default: its first)' },
  activation: {
    kind: 'choice',
    choices: ACTIVATIONS,
    default: 'auto',
    help: 'how scores become probabilities; auto leaves those alone that are from 0 to 1 and add up to 1',
  },
  onBadFrame: {
    kind: 'choice',
    choices: ['fail', 'skip'],
    default: 'fail',
    help: 'what an image that cannot be read or looked at does: end the run, or be named and left out',
  },
  memory: { kind: 'size', help: 'memory for everything together, such as 4GiB' },
} as const satisfies Params;

/** What `run infer` is, for lists, help and the docs page. */
export const INFER = {
  name: 'infer',
  summary: 'classes of images by a neural network (ONNX), in worker threads',
  details: `An image is resized with an antialiased triangle filter until its shorter side has \`--resize\` pixels; \`--crop\` rows and columns are
cut out of the middle; numbers are scaled to 0 to 1 by \`--range\`, less \`--mean\`, over \`--std\`, channel by channel. 8-bit pixels are rounded
to 8 bits after either direction of resizing: PIL and torchvision (\`Resize\`, \`CenterCrop\`, \`ToTensor\`, \`Normalize\`) make the same of the
same pixels, bit for bit. Integers of 16 bits and floats are resized as float32. Grey images are repeated for networks of three channels; colours become
grey (ITU-R BT.601) for networks of one.

A folder is taken file by file, in the order of the names, each an image of any size. A file or pattern is one stack of frames.
\`--resize 0\` without \`--crop\` feeds frames as they are.

The network has one float32 input of four dimensions, (N, channels, height, width) or with the channels last; free dimensions are filled in from
the images. Scores become probabilities by a soft-max in float64. A network of a fixed batch gets zeros for what is missing in its last one.

\`.csv\` has a row for each image and rank: frame, file, rank, class, label, probability. \`.npy\` holds the probabilities, (images,
classes), NaN for images that were left out; \`.json\` all of it. What was finished before a run failed or was stopped is kept in files with
\`.partial\` in their names.

Needs onnxruntime-node: \`npm install onnxruntime-node@1.30 --ignore-scripts\`, which leaves out files for graphics cards that
its script would download.`,
  frames: 'images',
  params: PARAMS,
  outputs: [{ name: 'probabilities', kind: 'each', shape: ['images', 'classes'], dtype: 'float32', unit: '' }],
  kernels: ['onnxruntime'],
  tolerance: 0,
  ordered: false,
  example: 'fanfold run infer photos/ --model resnet18.onnx --labels imagenet.txt -o photos.csv',
} as const;
