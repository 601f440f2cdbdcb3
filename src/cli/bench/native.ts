import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DTYPES } from '../../core/dtype.js';
import { frameCount, framePixels } from '../../core/stack.js';
import { openSource } from '../../formats/registry.js';
import { exists } from '../../io/folder.js';
import { runChild } from './child.js';
import type { Files } from './program.js';
import type { Configuration } from './record.js';

const SOURCE = fileURLToPath(new URL('../../../bench/floor/mask.c', import.meta.url));
const COMPILERS = ['gcc', 'cc', 'clang'];

/** The plain C floor, compiled for this machine and for any x86-64. */
export interface Native {
  readonly programs: Readonly<Record<string, string>>;
  readonly compiler: string;
}

async function tryCompile(compiler: string, args: readonly string[], signal: AbortSignal): Promise<string | null> {
  try {
    const { code, stderr } = await runChild({ program: compiler, args }, false, signal);
    return code === 0 ? null : (stderr.split('\n').find((line) => line.includes('error')) ?? `code ${code}`);
  } catch {
    return 'not installed';
  }
}

/** Compiles the C floor into `folder`, once per target; or says why there is none. */
export async function compileNative(
  folder: string,
  signal: AbortSignal,
  source = SOURCE,
): Promise<Native | { readonly reason: string }> {
  if (!exists(source)) return { reason: 'the C source is not part of this installation' };
  let reason = '';
  for (const compiler of COMPILERS) {
    const programs: Record<string, string> = {};
    for (const target of ['native', 'x86-64']) {
      const program = join(folder, `floor-${target}`);
      const args = ['-O3', `-march=${target}`, '-ffast-math', source, '-o', program, '-lpthread'];
      const failed = await tryCompile(compiler, args, signal);
      if (failed === null) programs[target] = program;
      else if (failed !== 'not installed') reason = `${compiler} -march=${target}: ${failed}`;
    }
    if (Object.keys(programs).length > 0) return { programs, compiler };
  }
  return { reason: reason || 'no C compiler found (Debian: gcc)' };
}

/** Rows of the C floor: one thread, and one per core. */
export function nativeRows(cores: number): Configuration[] {
  const counts = cores > 1 ? [1, cores] : [1];
  return counts.flatMap((threads) =>
    (['native', 'x86-64'] as const).map(
      (target): Configuration => ({
        id: `native-${target}-${threads}`,
        row: 'native',
        label: `C, -march=${target}, ${threads} thread${threads === 1 ? '' : 's'}`,
        workers: 1,
        threads,
        files: 1,
        set: 'main',
        memoryPerWorker: null,
        engine: { kind: 'native', target },
      }),
    ),
  );
}

/**
 * Arguments of the C floor for a file, which must hold its frames one behind the other without a codec: it reads bytes
 * and knows nothing of HDF5. Null when it does not.
 */
export async function nativeArguments({ data, mask, out }: Files, threads: number): Promise<string[] | null> {
  const { handle } = await openSource(data.path);
  if (handle.kind !== 'stored') return null;
  const { stack, storage } = handle;
  const pixels = framePixels(stack);
  const bytes = pixels * DTYPES[stack.dtype].bytes;
  if (stack.dtype !== 'float32' && stack.dtype !== 'uint16') return null;
  let first: number | undefined;
  if (storage.layout.kind === 'contiguous') first = storage.layout.offset;
  else if (storage.pipeline.length === 0) {
    const { offset } = storage.layout.table;
    first = offset[0];
    if (offset.some((at, i) => at !== (first ?? 0) + i * bytes)) return null;
  }
  const weights = await openSource(mask);
  if (first === undefined || weights.handle.kind !== 'stored' || weights.handle.storage.layout.kind !== 'contiguous')
    return null;
  const maskAt = weights.handle.storage.layout.offset;
  const numbers = [first, frameCount(stack), pixels, threads, maskAt].map(String);
  return [data.path, stack.dtype, ...numbers, mask, out];
}
