// Decoding speed of Blosc chunks per core, in GB/s of decoded bytes, beside a whole h5py read of the same frames.
//
//   npm run build && node bench/blosc.mjs [--frames 16] [--rounds 9]
//
// h5py with hdf5plugin writes the frames to a file in a temporary folder, we decode the chunks it stored; rounds of both
// then alternate, opening the file not counted. Ours reads the stored chunks from memory, h5py from the page cache, with
// one thread. PYTHON names the interpreter, which needs h5py, numpy and the Blosc filter.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { makeDecoder, scratchBytes } from '../dist/codecs/pipeline.js';
import { ARENA_BASE, Arena, makeMemory } from '../dist/core/arena.js';

const { values } = parseArgs({
  options: { frames: { type: 'string', default: '16' }, rounds: { type: 'string', default: '9' } },
});
const FRAMES = Number(values.frames);
const ROUNDS = Number(values.rounds);
const SIDE = 512;
const TARGET = 1.3;

const PYTHON = `
import os, sys, time, json
os.environ["BLOSC_NTHREADS"] = "1"
import h5py, hdf5plugin, numpy as np
if not h5py.h5z.filter_avail(32001):
    sys.exit("hdf5plugin has no Blosc filter here")
path, frames, side = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
rng = np.random.default_rng(1)
for line in sys.stdin:
    job = json.loads(line)
    if job["do"] == "write":
        data = rng.poisson(job["mean"], (frames, side, side)).astype(job["dtype"])
        with h5py.File(path, "a") as f:
            d = f.create_dataset(job["name"], data=data, chunks=(1, side, side), **hdf5plugin.Blosc(cname=job["inner"], clevel=5, shuffle=job["shuffle"]))
            stored = [d.id.read_direct_chunk((i, 0, 0))[1] for i in range(frames)]
        open(job["raw"], "wb").write(data.tobytes())
        open(job["stored"], "wb").write(b"".join(stored))
        print(json.dumps([len(s) for s in stored]), flush=True)
    else:
        with h5py.File(path, "r") as f:
            d = f[job["name"]]
            out = np.empty((side, side), d.dtype)
            t = time.perf_counter()
            for i in range(frames):
                d.read_direct(out, np.s_[i])
            print(time.perf_counter() - t, flush=True)
`;

const SHUFFLES = ['no shuffle', 'shuffle', 'bitshuffle'];
const CASES = [
  ...['<u2', '<u4'].flatMap((dtype) => [1, 2].map((shuffle) => ({ inner: 'lz4', dtype, shuffle, mean: 0.5 }))),
  ...['blosclz', 'zlib', 'zstd'].map((inner) => ({ inner, dtype: '<u2', shuffle: 1, mean: 0.5 })),
];

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

const folder = mkdtempSync(join(tmpdir(), 'fanfold-bench-'));
const peer = spawn(
  process.env.PYTHON ?? '/usr/bin/python3',
  ['-c', PYTHON, join(folder, 'frames.h5'), `${FRAMES}`, `${SIDE}`],
  { stdio: ['pipe', 'pipe', 'inherit'] },
);
const answers = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();

async function ask(job) {
  peer.stdin.write(`${JSON.stringify(job)}\n`);
  const { value, done } = await answers.next();
  if (done) throw new Error('the h5py process ended early');
  return JSON.parse(value);
}

async function measure({ inner, dtype, shuffle, mean }) {
  const name = `${inner} ${dtype.slice(1)} ${SHUFFLES[shuffle]}, mean ${mean}`;
  const elementBytes = Number(dtype[2]);
  const frameBytes = SIDE * SIDE * elementBytes;
  const files = { raw: join(folder, 'raw'), stored: join(folder, 'stored') };
  const sizes = await ask({ do: 'write', name, inner, dtype, shuffle, mean, ...files });
  const [raw, stored] = [readFileSync(files.raw), readFileSync(files.stored)];
  const pipeline = [{ name: 'blosc' }];
  const size = scratchBytes(pipeline, frameBytes) + stored.length + 256 * (FRAMES + 2) + frameBytes;
  const arena = new Arena(makeMemory(size), ARENA_BASE, size);
  const decoder = makeDecoder(pipeline, frameBytes, elementBytes, arena, 'wasm');
  let at = 0;
  const inputs = sizes.map((bytes) => {
    const input = arena.bytes(bytes);
    input.set(stored.subarray(at, at + bytes));
    at += bytes;
    return input;
  });
  const output = arena.bytes(frameBytes);
  for (const [i, input] of inputs.entries()) {
    decoder.decode(input, 0, output);
    if (Buffer.compare(output, raw.subarray(i * frameBytes, (i + 1) * frameBytes)) !== 0) {
      throw new Error(`${name}: frame ${i} decodes wrongly`);
    }
  }
  const ours = [];
  const theirs = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    for (const input of inputs) decoder.decode(input, 0, output);
    ours.push((performance.now() - start) / 1000);
    theirs.push(await ask({ do: 'read', name }));
  }
  const rate = (seconds) => ((FRAMES * frameBytes) / seconds / 1e9).toFixed(2);
  const columns = [name.padEnd(32), (stored.length / raw.length).toFixed(3)];
  for (const seconds of [ours, theirs]) columns.push(rate(Math.min(...seconds)), rate(median(seconds)));
  columns.push((Math.min(...theirs) / Math.min(...ours)).toFixed(2), (median(theirs) / median(ours)).toFixed(2));
  console.log([...columns, inner === 'lz4' ? TARGET : '-'].join('\t'));
}

console.log(
  `${'Blosc, GB/s decoded, one core'.padEnd(32)}\tstored\tbest\tmedian\th5py\tmedian\tratio\tmedian\tat least`,
);
try {
  for (const item of CASES) await measure(item);
} finally {
  peer.stdin.end();
  rmSync(folder, { recursive: true, force: true });
}
