// Filters of images per core, beside NumPy and scipy.ndimage in the same run.
//
//   npm run build && node bench/filter.mjs [--filter TEXT] [--rounds 9] [--loop]
//
// Ours is the opened operator: over frames that lie in its memory, and with frames copied in and results copied out, as a program that keeps its
// arrays elsewhere has it. Rounds of both programs alternate, one thread each; medians.
// --loop adds the plain Python loop of the 3 x 3 mean, a few seconds. PYTHON names the interpreter, which needs NumPy and SciPy.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openOperator } from '../dist/index.js';

const { values: options } = parseArgs({
  options: {
    filter: { type: 'string', default: '' },
    rounds: { type: 'string', default: '9' },
    loop: { type: 'boolean', default: false },
  },
});
const ROUNDS = Number(options.rounds);
const LAPLACE = [0, 1, 0, 1, -4, 1, 0, 1, 0];

const BIG = [1, 1000, 1000];
const STACK = [16, 512, 512];
const CASES = [
  ...(options.loop ? [['mean 3x3', BIG, 'float64', { border: 'zero-border' }, { way: 'loop', rounds: 1 }, 1000]] : []),
  ['mean 3x3', BIG, 'float64', { border: 'zero-border' }, { way: 'slices' }, 1],
  ['mean 3x3', STACK, 'float32', {}, { way: 'uniform', size: 3 }, 1.5],
  ['mean 3x3', STACK, 'uint16', {}, { way: 'uniform', size: 3 }],
  ['mean 9x9', STACK, 'float32', { size: 9 }, { way: 'uniform', size: 9 }],
  ['mean 31x31', STACK, 'float32', { size: 31 }, { way: 'uniform', size: 31 }],
  ['gaussian 1.5', STACK, 'float32', { kind: 'gaussian', sigma: 1.5 }, { way: 'gaussian', sigma: 1.5 }],
  ['sobel', STACK, 'float32', { kind: 'sobel' }, { way: 'sobel' }],
  ['laplace', STACK, 'float32', { weights: LAPLACE.join() }, { way: 'correlate', weights: LAPLACE, size: 3 }],
  ['median 3x3', [2, 512, 512], 'float32', { kind: 'median' }, { way: 'median', size: 3, rounds: 3 }],
  ['median 5x5', [2, 512, 512], 'float32', { kind: 'median', size: 5 }, { way: 'median', size: 5, rounds: 3 }],
  ['median 9x9', [1, 512, 512], 'uint8', { kind: 'median', size: 9 }, { way: 'median', size: 9, rounds: 3 }],
  ['median 15x15', [1, 512, 512], 'uint16', { kind: 'median', size: 15 }, { way: 'median', size: 15, rounds: 1 }],
];

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

/** Filters frames that lie in the operator's memory, and others with copies. */
async function prepare(shape, dtype, values) {
  const operator = await openOperator('filter', { shape, dtype, values });
  const frames = operator.input.slice();
  for (let i = 0; i < frames.length; i++) frames[i] = (i * 7919) % 251;
  operator.input.set(frames);
  const into = { filtered: operator.apply().filtered.slice() };
  return [() => operator.apply(), () => operator.apply(frames, into)];
}

const peer = spawn(
  process.env.PYTHON ?? '/usr/bin/python3',
  [join(dirname(fileURLToPath(import.meta.url)), 'peers/filter.py')],
  {
    stdio: ['pipe', 'pipe', 'inherit'],
  },
);
const answers = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();

async function ask(job) {
  peer.stdin.write(`${JSON.stringify(job)}\n`);
  const { value, done } = await answers.next();
  if (done) throw new Error('the Python process ended early');
  return JSON.parse(value);
}

const time = (work) => {
  const began = performance.now();
  work();
  return (performance.now() - began) / 1000;
};

async function measure([label, shape, dtype, raw, rival, atLeast]) {
  const ways = await prepare(shape, dtype, raw);
  for (const way of ways) for (let i = 0; i < 5; i++) way();
  const ours = ways.map(() => []);
  const theirs = [];
  const rounds = rival.rounds ?? ROUNDS;
  for (let round = 0; round < rounds; round++) {
    for (const [k, way] of ways.entries()) for (let i = 0; i < Math.ceil(ROUNDS / rounds); i++) ours[k].push(time(way));
    // The first of two is a warm-up.
    const seconds = await ask({ ...rival, shape, dtype, rounds: rounds > 3 ? 2 : 1 });
    theirs.push(seconds.at(-1));
  }
  const [inPlace, copied] = ours.map(median);
  const other = median(theirs);
  const columns = [`${label}, ${shape.join(' x ')} ${dtype}`.padEnd(38), rival.way];
  for (const seconds of [inPlace, copied, other]) columns.push((seconds * 1000).toFixed(2));
  columns.push((other / inPlace).toFixed(2), (other / copied).toFixed(2), atLeast ?? '-');
  console.log(columns.join('\t'));
}

console.log(`${'ms, one core'.padEnd(38)}\tpeer\tours\tcopied\tpeer\tratio\tcopied\tat least`);
try {
  for (const item of CASES) if (`${item[0]} ${item[2]}`.includes(options.filter)) await measure(item);
} finally {
  peer.stdin.end();
}
