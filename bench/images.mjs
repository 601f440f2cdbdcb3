// Image files, beside Pillow in the same run.
//
//   npm run build && node bench/images.mjs [--rounds 7] [--count 400]
//
// One image from memory to an array, the headers of a folder, and the sum of a folder as grey with one worker. Rounds of both programs alternate,
// one thread each; medians. PYTHON names the interpreter, which needs NumPy and Pillow; --count is the images of a folder.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { decodeImage } from '../dist/formats/images/decode.js';
import { openSource, run } from '../dist/index.js';

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '7' }, count: { type: 'string', default: '400' } },
});
const ROUNDS = Number(options.rounds);

const folder = mkdtempSync(join(tmpdir(), 'bench-images-'));
const peer = spawn(
  process.env.PYTHON ?? '/usr/bin/python3',
  [join(dirname(fileURLToPath(import.meta.url)), 'peers/images.py')],
  { stdio: ['pipe', 'pipe', 'inherit'] },
);
const answers = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();

async function ask(job) {
  peer.stdin.write(`${JSON.stringify(job)}\n`);
  const { value, done } = await answers.next();
  if (done) throw new Error('the Python process ended early');
  return JSON.parse(value);
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

async function compare(label, work, job) {
  const [ours, theirs] = [[], []];
  await work();
  await ask(job);
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    await work();
    ours.push((performance.now() - began) / 1000);
    theirs.push(...(await ask(job)));
  }
  const [own, other] = [median(ours), median(theirs)];
  const cells = [label, `${(own * 1000).toFixed(1)} ms`, `${(other * 1000).toFixed(1)} ms`, (other / own).toFixed(2)];
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
}

try {
  await ask({ way: 'write', folder, count: Number(options.count) });
  process.stdout.write('| what | fanfold | Pillow | times as fast |\n|---|---|---|---|\n');
  for (const [name, channel] of [
    ['grey8.png', 'grey'],
    ['grey16.png', 'grey'],
    ['rgb8.png', 'all'],
    ['rgb8.jpg', 'all'],
  ]) {
    const file = readFileSync(join(folder, name));
    await compare(`decode ${name}, 2048 x 2048`, () => decodeImage(file, channel), {
      way: 'decode',
      file: join(folder, name),
    });
  }
  for (const kind of ['png', 'jpg']) {
    const small = join(folder, kind);
    await compare(`headers of ${options.count} ${kind}`, () => openSource(small), { way: 'headers', folder: small });
    const source = await openSource(small);
    const work = () => run('sum', source, { layout: 'threads', workers: 1 });
    await compare(`sum of ${options.count} ${kind}, 375 x 500, as grey`, work, { way: 'sum', folder: small });
  }
} finally {
  peer.stdin.end();
  rmSync(folder, { recursive: true });
}
