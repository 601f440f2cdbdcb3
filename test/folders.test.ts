import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../src');
const LONGEST_FILE = 350;

/** What a folder may import from other folders: whole folders (`core/`) or single files. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  io: ['core/'],
  codecs: ['core/', 'io/'],
  formats: ['core/', 'io/', 'codecs/', 'kernels/random.wasm.js'],
  kernels: ['core/'],
  operators: ['core/', 'kernels/'],
  layouts: [
    'core/',
    'io/',
    'codecs/pipeline.js',
    'codecs/encode.js',
    'formats/registry.js',
    'formats/load-input.js',
    'operators/load.js',
    'operators/registry.js',
  ],
  convert: ['core/', 'io/', 'kernels/'],
  loader: [
    'api/work.js',
    'api/recipe.js',
    'core/',
    'io/',
    'formats/',
    'kernels/',
    'layouts/worker/',
    'layouts/threads/share.js',
    'layouts/threads/messages.js',
    'layouts/processes/messages.js',
    'layouts/processes/pack.js',
    'layouts/processes/parcel.js',
    'layouts/local.js',
    'operators/load.js',
    'operators/registry.js',
  ],
  fetch: ['core/', 'io/'],
  train: ['core/', 'io/', 'formats/', 'kernels/', 'operators/load.js', 'loader/', 'version.js'],
  course: ['core/', 'io/'],
  infer: ['core/', 'io/', 'formats/', 'kernels/', 'layouts/local.js', 'layouts/threads/share.js'],
  cli: [
    'api/',
    'convert/',
    'fetch/',
    'infer/',
    'loader/',
    'train/',
    'core/',
    'io/',
    'codecs/',
    'formats/',
    'kernels/',
    'operators/',
    'layouts/',
    'course/',
    'version.js',
  ],
  api: ['core/', 'io/machine.js', 'io/read-rates.js', 'io/http/block-cache.js', 'formats/', 'layouts/', 'version.js'],
  testing: ['core/', 'io/', 'formats/', 'operators/', 'layouts/'],
  'index.ts': [
    'api/',
    'convert/',
    'fetch/',
    'infer/',
    'loader/',
    'core/',
    'formats/',
    'layouts/',
    'operators/',
    'version.js',
  ],
  'testing.ts': ['testing/'],
  'version.ts': [],
};

/** Where modules that are not ours may be imported. */
const MAY_USE: Readonly<Record<string, readonly string[]>> = {
  'node:fs': ['io/'],
  'node:http': ['io/http/'],
  'node:https': ['io/http/'],
  'node:os': ['io/', 'cli/'],
  'node:path': ['io/', 'cli/', 'layouts/processes/', 'loader/processes/'],
  'node:url': ['cli/', 'layouts/processes/', 'loader/'],
  'node:util': ['cli/'],
  'node:crypto': ['io/', 'cli/'],
  'node:v8': ['layouts/processes/'],
  'node:zlib': ['io/'],
  'node:child_process': ['layouts/processes/', 'loader/', 'cli/'],
  'node:worker_threads': ['io/', 'convert/', 'infer/', 'layouts/threads/', 'loader/', 'cli/bench/'],
  'node:timers/promises': ['layouts/', 'cli/bench/'],
  'h5wasm/node': ['formats/hdf5/library.ts', 'cli/checks.ts'],
  koffi: ['io/'],
  fflate: ['formats/'],
  '@jax-js/jax': ['train/'],
  'onnxruntime-node': ['infer/runtime.ts', 'infer/worker.ts'],
  'fast-png': ['formats/png/'],
  sharp: ['io/'],
};

/** The course is made of programs as a reader writes them: with all of Node, and lessons with the package by its name. */
const isReaders = (from: string, to: string): boolean =>
  from.startsWith('course/') && (to.startsWith('node:') || (to === 'fanfold' && from.startsWith('course/lessons/')));

interface Import {
  readonly from: string;
  readonly to: string;
  readonly isType: boolean;
  readonly isLazy: boolean;
}

const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => name.endsWith('.ts'));
// AssemblyScript is another language, and its modules as base64 are made by the build.
const sources = files.filter((name) => !name.endsWith('.as.ts') && !name.endsWith('.wasm.ts'));

/** Source text without comments, whose examples would look like imports. */
function code(name: string): string {
  return readFileSync(join(root, name), 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
}

const imports: readonly Import[] = sources.flatMap((from) => {
  const pattern =
    /\b(import|export)\b(\s+type\b)?[^;'()]*?\bfrom\s+'([^']+)'|\bimport\s+'([^']+)'|\bimport\(\s*'([^']+)'/g;
  return [...code(from).matchAll(pattern)].map((match) => {
    const target = match[3] ?? match[4] ?? match[5] ?? '';
    const to = target.startsWith('.') ? posix.normalize(posix.join(dirname(from), target)) : target;
    return { from, to, isType: match[2] !== undefined, isLazy: match[5] !== undefined };
  });
});

const folderOf = (name: string): string => name.split('/')[0] ?? name;
const isOurs = (name: string): boolean => files.includes(name.replace(/\.js$/, '.ts'));
const allows = (list: readonly string[] | undefined, name: string): boolean =>
  list?.some((entry) => (entry.endsWith('/') ? name.startsWith(entry) : name === entry)) ?? false;

test('imports are found', () => {
  expect(imports.length).toBeGreaterThan(300);
  expect(imports.some(({ isLazy }) => isLazy)).toBe(true);
  expect(imports.filter(({ to }) => folderOf(to) === 'core').length).toBeGreaterThan(100);
});

test('every folder is ruled', () => {
  expect([...new Set(sources.map(folderOf))].filter((folder) => !(folder in MAY_IMPORT))).toEqual([]);
});

test('folders import only what lies below them', () => {
  const wrong = imports
    .filter(({ to }) => isOurs(to))
    .filter(({ from, to }) => folderOf(from) !== folderOf(to) && !allows(MAY_IMPORT[folderOf(from)], to))
    .map(({ from, to }) => `${from} imports ${to}`);
  expect(wrong).toEqual([]);
});

test('Node and other packages are used only where they belong', () => {
  const wrong = imports
    .filter(({ to }) => !isOurs(to))
    .filter(({ from, to }) => !allows(MAY_USE[to], from) && !isReaders(from, to))
    .map(({ from, to }) => `${from} imports ${to}`);
  expect(wrong).toEqual([]);
});

test('no module needs itself to be loaded', () => {
  const needs = new Map<string, string[]>();
  for (const { from, to, isType, isLazy } of imports) {
    const target = to.replace(/\.js$/, '.ts');
    if (!isType && !isLazy && isOurs(to)) needs.set(from, [...(needs.get(from) ?? []), target]);
  }
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (name: string, path: readonly string[]): void => {
    if (path.includes(name)) cycles.push([...path.slice(path.indexOf(name)), name].join(' -> '));
    else if (!done.has(name)) {
      for (const next of needs.get(name) ?? []) visit(next, [...path, name]);
      done.add(name);
    }
  };
  for (const name of sources) visit(name, []);
  expect(cycles).toEqual([]);
});

test('no file is too long to read at once', () => {
  // Tables and inner loops of a codec belong together; they are the only exception.
  const long = files
    .filter((name) => !name.endsWith('.wasm.ts') && !name.endsWith('inflate.as.ts'))
    .map((name) => ({ name, lines: readFileSync(join(root, name), 'utf8').split('\n').length - 1 }))
    .filter(({ lines }) => lines > LONGEST_FILE);
  expect(long).toEqual([]);
});
