import { execFile } from 'node:child_process';
import { cpus } from 'node:os';
import { bitshuffleWasm } from '../codecs/bitshuffle.wasm.js';
import { blosclzWasm } from '../codecs/blosclz.wasm.js';
import { inflateWasm } from '../codecs/inflate.wasm.js';
import { lzfWasm } from '../codecs/lzf.wasm.js';
import { pngWasm } from '../codecs/png.wasm.js';
import { zstdWasm } from '../codecs/zstd.wasm.js';
import { ARENA_BASE, makeMemory } from '../core/arena.js';
import { LayoutError } from '../core/errors.js';
import { formatBytes } from '../core/size.js';
import { instantiate } from '../core/wasm.js';
import { OUTPUTS } from '../formats/outputs.js';
import { FORMATS } from '../formats/registry.js';
import { gpuProviders, INSTALL, loadRuntime } from '../infer/runtime.js';
import { allowedCoreList } from '../io/affinity.js';
import { availableCores, availableMemory } from '../io/machine.js';
import { type Finding, folderState, mayWrite, tryDirect } from '../io/probe.js';
import { loadSharp } from '../io/sharp.js';
import { maskWasm } from '../kernels/mask.wasm.js';
import { bindingReason } from '../layouts/processes/binding.js';
import { LAYOUTS } from '../layouts/registry.js';

/** One line of `doctor`. */
export type Check = Finding & { readonly area: string; readonly name: string };

const yes = (area: string, name: string, note: string): Check => ({ area, name, ok: true, note });
const no = (area: string, name: string, reason: string, remedy: string): Check => ({
  area,
  name,
  ok: false,
  reason,
  remedy,
});

const OLDEST_NODE = [20, 19] as const;

function runtime(): Check[] {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const recent = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  const [cores, all] = [availableCores(), cpus().length];
  const memory = availableMemory();
  const limit = cores < all ? ` of ${all}: affinity or a cgroup holds the others back` : '';
  return [
    recent
      ? yes('machine', 'node', process.version)
      : no('machine', 'node', `this is ${process.version}`, `install Node ${OLDEST_NODE.join('.')} or later`),
    yes('machine', 'cores', `${cores}${limit}`),
    memory >= 2 ** 29
      ? yes('machine', 'memory', `${formatBytes(memory)} free; runs take at most half without --memory`)
      : no('machine', 'memory', `only ${formatBytes(memory)} are free`, 'close other programs, or give --memory'),
  ];
}

function sharedMemory(): Check {
  const path = '/dev/shm';
  const { exists, writable, totalBytes, freeBytes } = folderState(path);
  if (!exists) {
    const remedy = 'nothing to do: processes share results through the temporary folder';
    return no('machine', 'shared memory', `${path} does not exist here`, remedy);
  }
  if (!writable) {
    const remedy = `ask for mode 1777 on ${path}, or use --no-shared-memory`;
    return no('machine', 'shared memory', `${path} may not be written by this user`, remedy);
  }
  const size = `${path}, ${formatBytes(freeBytes)} free of ${formatBytes(totalBytes)}`;
  return freeBytes > 64 * 2 ** 20
    ? yes('machine', 'shared memory', size)
    : no('machine', 'shared memory', `there is little room: ${size}`, 'remove old files there or give it more space');
}

function binding(): Check {
  const reason = bindingReason();
  return reason === null
    ? yes(
        'layouts',
        'workers bound to cores',
        `--layout processes --bind cores, on processors ${allowedCoreList() ?? ''}`,
      )
    : no('layouts', 'workers bound to cores', reason, 'nothing to do: workers run where the system puts them');
}

function compiled(area: string, name: string, module: string, note: string): Check {
  try {
    instantiate(module, makeMemory(ARENA_BASE));
    return yes(area, name, note);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return no(area, name, `WebAssembly with SIMD and shared memory does not start: ${why}`, 'use --kernel ts');
  }
}

async function library(): Promise<Check> {
  const name = 'szip, n-bit, scale-offset';
  try {
    await (await import('h5wasm/node')).ready;
    return yes('codecs', name, 'through h5wasm, on one thread a worker');
  } catch {
    return no('codecs', name, 'the package h5wasm does not load', 'npm install h5wasm');
  }
}

async function pictures(): Promise<Check> {
  const [area, name] = ['codecs', 'jpeg, webp'];
  try {
    const { versions } = await loadSharp();
    return yes(area, name, `through sharp ${versions.sharp ?? ''}`.trim());
  } catch {
    return no(area, name, 'the package sharp does not load', 'npm install sharp; PNG and TIFF are read without it');
  }
}

async function codecs(): Promise<Check[]> {
  return [
    compiled('codecs', 'deflate, shuffle, fletcher32', inflateWasm, 'compiled, checked'),
    compiled('codecs', 'lz4, bitshuffle', bitshuffleWasm, 'compiled'),
    compiled('codecs', 'zstd', zstdWasm, 'compiled, checked'),
    compiled('codecs', 'blosc', blosclzWasm, 'compiled, with blosclz, lz4, zlib and zstd inside'),
    compiled('codecs', 'lzf', lzfWasm, 'compiled'),
    await library(),
    compiled('codecs', 'png', pngWasm, 'compiled, checked'),
    await pictures(),
  ];
}

async function networks(): Promise<Check[]> {
  const [area, name] = ['networks', 'onnxruntime'];
  try {
    const runtime = await loadRuntime();
    const cards = gpuProviders(runtime);
    const more = cards.length > 0 ? `; for graphics cards ${cards.join(', ')}, if one is there` : '';
    return [yes(area, name, `${runtime.env.versions.common ?? ''}, on the processor${more}`)];
  } catch (error) {
    const missing = error instanceof LayoutError && error.cause instanceof Error;
    const why = missing ? 'the package onnxruntime-node does not load' : 'it does not start';
    return [no(area, name, why, `only run infer needs it: ${INSTALL}`)];
  }
}

const PEERS = ['numpy', 'h5py', 'dask', 'hyperspy', 'libertem'];

const LIST_PEERS = `
import sys, json
from importlib.util import find_spec
from importlib.metadata import version, PackageNotFoundError
found = {}
for name in sys.argv[1:]:
    try: found[name] = version(name)
    except PackageNotFoundError:
        if find_spec(name): found[name] = 'found'
print(json.dumps(found))`;

/** Versions of those packages an interpreter has, or null when it does not start. */
function packagesOf(python: string): Promise<Readonly<Record<string, string>> | null> {
  return new Promise((resolve) => {
    execFile(python, ['-c', LIST_PEERS, ...PEERS], { timeout: 5000 }, (error, stdout) => {
      resolve(error ? null : JSON.parse(stdout));
    });
  });
}

/** Python packages that `bench --peers` can run against. */
async function peers(): Promise<Check[]> {
  const given = process.env.PYTHON;
  const pythons = given ? [given] : ['python3', '/usr/bin/python3'];
  const found = await Promise.all(pythons.map(packagesOf));
  if (found.every((packages) => packages === null)) {
    const remedy = 'only bench --peers needs it: install Python 3, or name one with the variable PYTHON';
    return [no('python', pythons.join(' or '), 'it does not start', remedy)];
  }
  return PEERS.map((name) => {
    const at = found.findIndex((packages) => packages?.[name] !== undefined);
    const version = found[at]?.[name];
    return version === undefined
      ? no('python', name, `${pythons.join(' and ')} lack it`, `only bench --peers needs it: pip install ${name}`)
      : yes('python', name, `${version} (${pythons[at]})`);
  });
}

function cold(): Check {
  return mayWrite('/proc/sys/vm/drop_caches')
    ? yes('machine', 'cold runs', 'bench --cold can empty the page cache')
    : no('machine', 'cold runs', 'the page cache may not be emptied by this user', 'run bench --cold as root');
}

/** Everything that decides what works on this machine, each with the reason and a remedy where it does not. */
export async function checkMachine(folder: string): Promise<Check[]> {
  const python = peers();
  const layouts = LAYOUTS.map(({ name, available }) => {
    const state = available();
    return state.ok ? yes('layouts', name, state.note) : no('layouts', name, state.reason, 'choose another --layout');
  });
  return [
    ...runtime(),
    sharedMemory(),
    { area: 'machine', name: 'direct I/O', ...tryDirect(folder) },
    cold(),
    ...layouts,
    binding(),
    compiled('kernels', 'wasm', maskWasm, 'WebAssembly with 128-bit SIMD'),
    yes('kernels', 'ts', 'the reference, always'),
    ...(await codecs()),
    ...(await networks()),
    ...FORMATS.map(({ name, summary }) => yes('formats', name, summary)),
    ...OUTPUTS.map(({ extensions, summary }) => yes('outputs', extensions.join(' '), summary)),
    ...(await python),
  ];
}
