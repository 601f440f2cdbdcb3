// A network of the shape of ResNet-18 (random weights) over images of 224 x 224: ours beside onnxruntime's own loop, and from JPEG files
// beside torch with a DataLoader, in the same run.
//
//   npm run build && node bench/infer.mjs [--images 96] [--rounds 3]
//
// Two threads each: ours as two workers, onnxruntime's as two threads of one session and as batches of 4, 8 and 32, of which the fastest counts; torch's
// as the fastest of its ways to use two cores. Rounds of all alternate; medians. PYTHON names the interpreter, which needs torch and PIL.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { ImageProcessor } from '../dist/index.js';
import { resnet18 } from './resnet18.mjs';

const { values: options } = parseArgs({
  options: { images: { type: 'string', default: '96' }, rounds: { type: 'string', default: '3' } },
});
const [COUNT, ROUNDS] = [Number(options.images), Number(options.rounds)];
const NUMBERS = 3 * 224 * 224;

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
const timed = async (work) => {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
};

const folder = mkdtempSync(join(tmpdir(), 'fanfold-bench-infer-'));
const model = join(folder, 'resnet18.onnx');
const photos = join(folder, 'photos');
mkdirSync(photos);
writeFileSync(model, resnet18());

const script = join(dirname(fileURLToPath(import.meta.url)), 'peers/infer.py');
const peer = spawn(process.env.PYTHON ?? '/usr/bin/python3', [script], { stdio: ['pipe', 'pipe', 'inherit'] });
const lines = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();
const ask = async (job) => {
  peer.stdin.write(`${JSON.stringify(job)}\n`);
  const { value, done } = await lines.next();
  if (done) throw new Error('The Python program has ended.');
  return JSON.parse(value);
};

/** onnxruntime's loop over one tensor that stays where it is: what a program without any of ours would have. */
async function plainLoop(threads, batch) {
  const session = await InferenceSession.create(model, { intraOpNumThreads: threads, interOpNumThreads: 1 });
  const tensor = new Tensor(
    'float32',
    Float32Array.from({ length: batch * NUMBERS }, (_, i) => (i % 255) / 255),
    [batch, 3, 224, 224],
  );
  return async () => {
    for (let i = 0; i < COUNT / batch; i++) await session.run({ image: tensor });
  };
}

const all = async (images) => {
  for await (const { error } of images) if (error) throw error;
};

try {
  await ask({ way: 'make', folder: photos, count: COUNT });
  const prepared = Array.from({ length: COUNT }, (_, k) => ({
    // On shared memory, so that handing it to a worker costs nothing: as frames of a source are.
    data: new Float32Array(new SharedArrayBuffer(4 * NUMBERS)).map((_, i) => ((i + k) % 255) / 255),
    shape: [3, 224, 224],
  }));
  const as = await ImageProcessor.loadModel(model, { numWorkers: 2, preset: 'plain', resize: 'none' });
  const from = await ImageProcessor.loadModel(model, { beside: as });
  const torchWays = [
    [2, 0],
    [2, 1],
    [2, 2],
    [1, 1],
  ];
  const candidates = {
    'fanfold, prepared images': () => timed(() => all(as.parallelProcess(prepared))),
    ...Object.fromEntries(
      await Promise.all(
        [4, 8, 32].map(async (batch) => {
          const loop = await plainLoop(2, batch);
          return [`onnxruntime, 2 threads, batches of ${batch}`, () => timed(loop)];
        }),
      ),
    ),
    'torch, prepared images': async () => (await ask({ way: 'tensor', count: COUNT, batch: 32, threads: 2 })).seconds,
    'fanfold, JPEG files': () => timed(() => all(from.parallelProcess(photos))),
    ...Object.fromEntries(
      torchWays.map(([threads, workers]) => [
        `torch, JPEG files, ${threads} threads, ${workers} loader processes`,
        async () => (await ask({ way: 'folder', folder: photos, batch: 32, threads, workers })).seconds,
      ]),
    ),
  };
  const seconds = Object.fromEntries(Object.keys(candidates).map((name) => [name, []]));
  // The first round warms up.
  for (let round = 0; round <= ROUNDS; round++)
    for (const [name, run] of Object.entries(candidates)) {
      const took = await run();
      if (round > 0) seconds[name].push(took);
    }
  await from.close();
  await as.close();
  const rate = (name) => COUNT / median(seconds[name]);
  for (const name of Object.keys(candidates))
    process.stdout.write(`${name.padEnd(52)} ${rate(name).toFixed(1)} images/s\n`);
  const best = (start) =>
    Math.max(
      ...Object.keys(candidates)
        .filter((name) => name.startsWith(start))
        .map(rate),
    );
  const alone = rate('fanfold, prepared images') / best('onnxruntime');
  const whole = rate('fanfold, JPEG files') / best('torch, JPEG files');
  process.stdout.write(`\nnetwork alone, against onnxruntime's own loop: ${alone.toFixed(3)} (aim 0.95)\n`);
  process.stdout.write(`from JPEG files, against torch with a DataLoader: ${whole.toFixed(2)} (aim 1.3)\n`);
} finally {
  peer.stdin.end();
  rmSync(folder, { recursive: true, force: true });
}
