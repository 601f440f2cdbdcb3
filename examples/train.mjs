// Makes recordings of an air handler with faults and trains a network on their Gramian angular fields, in a few minutes.
// Run with: npm install @jax-js/jax@0.1 && node examples/train.mjs
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

function fanfold(...args) {
  process.stdout.write(`\n$ fanfold ${args.join(' ')}\n`);
  const { status } = spawnSync(process.execPath, [main, ...args], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

mkdirSync('demo', { recursive: true });
if (!existsSync('demo/faults.npz')) fanfold('make', '1800x9x96', 'demo/faults.npz', '--kind', 'series');
// First in closed form, to know what the network has to beat.
fanfold('train', 'dual-gaf', 'demo/faults.npz', '--model', 'ridge');
fanfold('train', 'dual-gaf', 'demo/faults.npz', '--train-epochs', '12', '-o', 'demo/faults', '--overwrite');
process.stdout.write('\nThe confusion matrix is demo/faults/confusion.png, the model demo/faults/model.onnx.\n');
