// Decoding speed per core, in GB/s of decoded bytes, beside a whole h5py read of the same frames in the same run: deflate,
// and with hdf5plugin LZ4 and bitshuffle.
//
//   npm run build && node bench/codecs.mjs [--frames 16] [--rounds 15]
//
// h5py writes the frames to a file in a temporary folder; rounds of both then alternate, opening the file not counted.
// Ours reads the stored chunks from memory, h5py from the page cache. PYTHON names the interpreter; without h5py and hdf5plugin
// only our figures are printed.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { makeEncoder } from '../dist/codecs/encode.js';
import { makeDecoder, scratchBytes } from '../dist/codecs/pipeline.js';
import { shuffle } from '../dist/codecs/shuffle.js';
import { ARENA_BASE, Arena, makeMemory } from '../dist/core/arena.js';

const { values } = parseArgs({
  options: { frames: { type: 'string', default: '16' }, rounds: { type: 'string', default: '15' } },
});
const FRAMES = Number(values.frames);
const ROUNDS = Number(values.rounds);
const PIXELS = 256 * 256;

const PYTHON = `
import sys, time, json
import h5py, numpy as np
path = sys.argv[1]
for line in sys.stdin:
    job = json.loads(line)
    if job["do"] == "write":
        data = np.fromfile(job["raw"], job["dtype"]).reshape(-1, 256, 256)
        with h5py.File(path, "a") as f:
            options = {"compression": "gzip", "compression_opts": 4, "shuffle": job["shuffle"]}
            if job["codec"] != "gzip":
                import hdf5plugin
                options = hdf5plugin.LZ4() if job["codec"] == "lz4" else hdf5plugin.Bitshuffle()
            f.create_dataset(job["name"], data=data, chunks=(1, 256, 256), **options)
        print(1, flush=True)
    else:
        with h5py.File(path, "r") as f:
            d = f[job["name"]]
            if d.compression is None:
                import hdf5plugin
            out = np.empty((256, 256), d.dtype)
            t = time.perf_counter()
            for i in range(len(d)):
                d.read_direct(out, np.s_[i])
            print(time.perf_counter() - t, flush=True)
`;

let state = 1;
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}

function poisson(mean) {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > limit; product *= random()) count++;
  return count;
}

const counts = (mean) => () => Uint16Array.from({ length: PIXELS }, () => poisson(mean));
const wideCounts = (mean) => () => Uint32Array.from(counts(mean)());

/** Counts with columns of the largest number, as detectors mark the gaps between their modules. */
const gapCounts = (mean) => () => wideCounts(mean)().map((count, i) => (i % 128 < 4 ? 0xffffffff : count));

const CASES = [
  { name: 'float32 random', dtype: '<f4', target: 1.3, frame: () => Float32Array.from({ length: PIXELS }, random) },
  ...[0.05, 0.2, 1, 5].map((mean) => ({
    name: `uint16 counts, mean ${mean}`,
    dtype: '<u2',
    target: 1.7,
    frame: counts(mean),
  })),
  { name: 'uint16 counts, mean 1, shuffle', dtype: '<u2', isShuffled: true, frame: counts(1) },
  {
    name: 'float32 random, shuffle',
    dtype: '<f4',
    isShuffled: true,
    frame: () => Float32Array.from({ length: PIXELS }, random),
  },
  ...['lz4', 'bslz4'].flatMap((codec) => [
    {
      name: `uint16 counts, mean 1, ${codec}`,
      codec,
      dtype: '<u2',
      target: codec === 'bslz4' ? 4 : undefined,
      frame: counts(1),
    },
    {
      name: `uint32 counts, mean 1, ${codec}`,
      codec,
      dtype: '<u4',
      target: codec === 'bslz4' ? 4 : undefined,
      frame: wideCounts(1),
    },
    { name: `uint32 counts 5, gaps, ${codec}`, codec, dtype: '<u4', frame: gapCounts(5) },
    {
      name: `float32 random, ${codec}`,
      codec,
      dtype: '<f4',
      frame: () => Float32Array.from({ length: PIXELS }, random),
    },
  ]),
];

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

const folder = mkdtempSync(join(tmpdir(), 'fanfold-bench-'));
const python = [process.env.PYTHON ?? 'python3', '/usr/bin/python3'].find(
  (command) => spawnSync(command, ['-c', 'import h5py, hdf5plugin'], { stdio: 'ignore' }).status === 0,
);
const peer = python
  ? spawn(python, ['-c', PYTHON, join(folder, 'frames.h5')], { stdio: ['pipe', 'pipe', 'inherit'] })
  : null;
const answers = peer && createInterface({ input: peer.stdout })[Symbol.asyncIterator]();

async function ask(job) {
  peer.stdin.write(`${JSON.stringify(job)}\n`);
  const { value, done } = await answers.next();
  if (done) throw new Error('the h5py process ended early');
  return Number(value);
}

function pipelineOf(codec, isShuffled, elementBytes) {
  if (codec === 'lz4') return [{ name: 'lz4' }];
  if (codec === 'bslz4') return [{ name: 'bitshuffle', elementBytes, blockElements: 0, inner: 'lz4' }];
  return [...(isShuffled ? [{ name: 'shuffle', elementBytes }] : []), { name: 'deflate' }];
}

async function measure({ name, dtype, codec = 'gzip', isShuffled = false, frame, target }) {
  const frames = Array.from({ length: FRAMES }, () => new Uint8Array(frame().buffer));
  const frameBytes = frames[0].length;
  const elementBytes = frameBytes / PIXELS;
  const encode = makeEncoder({ name: codec, level: 4 }, elementBytes);
  const stored = frames.map((bytes) => encode(isShuffled ? shuffle(bytes, elementBytes) : bytes));
  const pipeline = pipelineOf(codec, isShuffled, elementBytes);
  const storedBytes = stored.reduce((total, bytes) => total + bytes.length, 0);
  const size = scratchBytes(pipeline, frameBytes) + storedBytes + 256 * (FRAMES + 2) + frameBytes;
  const arena = new Arena(makeMemory(size), ARENA_BASE, size);
  const decoder = makeDecoder(pipeline, frameBytes, elementBytes, arena, 'wasm');
  const inputs = stored.map((bytes) => {
    const input = arena.bytes(bytes.length);
    input.set(bytes);
    return input;
  });
  const output = arena.bytes(frameBytes);
  for (const [i, input] of inputs.entries()) {
    decoder.decode(input, 0, output);
    if (Buffer.compare(output, frames[i]) !== 0) throw new Error(`${name}: frame ${i} decodes wrongly`);
  }
  if (peer) {
    const raw = join(folder, 'frames.raw');
    writeFileSync(raw, Buffer.concat(frames));
    await ask({ do: 'write', raw, name, dtype, codec, shuffle: isShuffled });
  }
  const ours = [];
  const theirs = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    for (const input of inputs) decoder.decode(input, 0, output);
    ours.push((performance.now() - start) / 1000);
    if (peer) theirs.push(await ask({ do: 'read', name }));
  }
  const rate = (seconds) => (FRAMES * frameBytes) / seconds / 1e9;
  const columns = [
    name.padEnd(32),
    (storedBytes / FRAMES / frameBytes).toFixed(3),
    rate(Math.min(...ours)).toFixed(3),
    rate(median(ours)).toFixed(3),
  ];
  if (peer) {
    columns.push(rate(Math.min(...theirs)).toFixed(3), rate(median(theirs)).toFixed(3));
    columns.push((Math.min(...theirs) / Math.min(...ours)).toFixed(2), (median(theirs) / median(ours)).toFixed(2));
    columns.push(target ? `${target}` : '-');
  }
  console.log(columns.join('\t'));
}

console.log(
  `${'gzip-4, lz4, bslz4, GB/s decoded'.padEnd(32)}\tstored\tbest\tmedian${peer ? '\th5py\tmedian\tratio\tmedian\tat least' : ''}`,
);
if (!peer) console.log('(python3 with h5py is not there: no comparison)');
try {
  for (const item of CASES) await measure(item);
} finally {
  peer?.stdin.end();
  rmSync(folder, { recursive: true, force: true });
}
