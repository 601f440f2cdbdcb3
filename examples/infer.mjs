// Looks at images with the network that train-images.mjs trained, from the library and from the command line.
// Run with: npm install onnxruntime-node@1.30 --ignore-scripts && node examples/infer.mjs
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ImageProcessor, openArray, run } from '../dist/index.js';
import { CLASSES, makeShapes, PIXELS } from './shapes.mjs';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const COUNT = 1200;
// Images of a seed that neither trained the network nor chose among its epochs.
const { images, labels } = makeShapes(COUNT, 2026);
const stack = openArray([COUNT, PIXELS, PIXELS], images);

const processor = await ImageProcessor.loadModel(path('shapes.onnx'), { labels: path('shapes.txt') });
const started = performance.now();
let right = 0;
for await (const { index, top } of processor.parallelProcess(stack, { top: 2 })) {
  if (top[0].class === labels[index]) right++;
  if (index < CLASSES.length)
    process.stdout.write(
      `${CLASSES[labels[index]].padEnd(8)}  ${top.map(({ label, probability }) => `${label} ${probability.toFixed(3)}`).join('  ')}\n`,
    );
}
const seconds = (performance.now() - started) / 1000;
process.stdout.write(
  `${right} of ${COUNT} right, ${(COUNT / seconds).toFixed(0)} images/s with ${processor.workers} workers\n`,
);
await processor.close();

// The same images as a file, and the same network from the command line.
mkdirSync('demo', { recursive: true });
await run('copy', stack, { outputs: ['demo/shapes.npy'], overwrite: true });
const args = ['run', 'infer', 'demo/shapes.npy', '--model', path('shapes.onnx'), '--labels', path('shapes.txt')];
const command = [path('../dist/cli/main.js'), ...args, '-o', 'demo/shapes.csv', '--overwrite'];
process.exitCode = spawnSync(process.execPath, command, { stdio: 'inherit' }).status ?? 1;
