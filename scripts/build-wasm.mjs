// Compiles every AssemblyScript module (*.as.ts) to WebAssembly and writes it beside its source as a TypeScript file
// that holds the bytes, so that Node, workers and browsers load kernels in the same way, without reading a file.
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import asc from 'assemblyscript/asc';

// Every module is instantiated on the memory the worker computes in, so each has its own place for constant tables.
// Nothing below 64 KiB is ever handed out by an arena.
const MEMORY_BASES = {
  checksum: 1024,
  random: 2048,
  mask: 4096,
  statistics: 8192,
  com: 10240,
  reorder: 12288,
  azimuthal: 14336,
  inflate: 16384,
  lz4: 20480,
  bitshuffle: 21504,
  lzf: 24576,
  blosclz: 25600,
  byteoffset: 26624,
  packbits: 26880,
  tifflzw: 27136,
  png: 28672,
  samples: 28928,
  zstd: 30720,
  register: 36864,
  matmul: 40960,
  // Tables of exp, log and pow: 12.5 KiB.
  reduce: 41984,
  gaf: 56832,
  mtf: 57344,
  recurrence: 57600,
  features: 57856,
  filter: 58368,
  fft2: 58880,
  correlate: 58944,
  convert: 63488,
  resample: 64512,
};

const sources = readdirSync('src', { recursive: true })
  .map((name) => join('src', name))
  .filter((name) => name.endsWith('.as.ts'));

for (const source of sources) {
  const target = source.replace(/\.as\.ts$/, '.wasm.ts');
  const name = basename(source, '.as.ts');
  const isShared = name.startsWith('_');
  if (isShared) continue;
  const newest = Math.max(
    ...sources.filter((s) => s === source || basename(s).startsWith('_')).map((s) => statSync(s).mtimeMs),
  );
  const built = statSync(target, { throwIfNoEntry: false });
  if (built && built.mtimeMs > newest && built.mtimeMs > statSync('scripts/build-wasm.mjs').mtimeMs) continue;
  const base = MEMORY_BASES[name];
  if (base === undefined) throw new Error(`${source}: give it a memory base in scripts/build-wasm.mjs`);
  const outFile = target.replace(/\.ts$/, '');
  const files = new Map();
  const { error, stderr } = await asc.main(
    [
      source,
      '--outFile',
      outFile,
      '--enable',
      'simd',
      '--enable',
      'threads',
      '--enable',
      'bulk-memory',
      '--importMemory',
      '--sharedMemory',
      '--initialMemory',
      '1',
      '--maximumMemory',
      '65536',
      '--memoryBase',
      String(base),
      '--runtime',
      'stub',
      '-O3',
      '--noAssert',
      '--use',
      'abort=',
    ],
    { writeFile: (file, contents) => files.set(file, contents) },
  );
  if (error) {
    process.stderr.write(`${stderr.toString()}\n${error.message}\n`);
    process.exit(1);
  }
  const bytes = files.get(outFile);
  const text = Buffer.from(bytes).toString('base64');
  writeFileSync(
    target,
    `// Made from ${basename(source)} by scripts/build-wasm.mjs (${bytes.length} bytes).\nexport const ${name}Wasm =\n  '${text}';\n`,
  );
  process.stdout.write(`${target}: ${bytes.length} bytes\n`);
}
