import { join } from 'node:path';
import { SinkError } from '../../../core/errors.js';
import { selectFrames } from '../../../core/selection.js';
import type { OpenOptions, SourceHandle } from '../../../core/source.js';
import { frameBytes, frameCount } from '../../../core/stack.js';
import { openSource } from '../../../formats/registry.js';
import { ensureFolder, exists } from '../../../io/folder.js';
import { runChild } from '../child.js';
import { fanfoldProgram } from '../program.js';

/** The stack to integrate. */
export interface Stack {
  readonly file: string;
  /** Path of the data set in it; empty where the format has none. */
  readonly dataset: string;
  readonly frames: number;
  readonly decodedBytes: number;
  readonly storedBytes: number;
  /** Its first frame is that of the file. */
  readonly isFromStart: boolean;
}

/** The file's geometry beside it, `scan.poni` for `scan.h5`; null where there is none. */
export function poniBeside(file: string): string | null {
  const path = `${file.replace(/:\/.*$/, '').replace(/\.[^./]+$/, '')}.poni`;
  return exists(path) ? path : null;
}

/** Frames of an Eiger 4M with rings and Poisson noise, bitshuffle-LZ4, made on first use and kept. @throws SinkError */
export async function ensureRings(
  folder: string,
  frames: number,
  hooks: { readonly signal: AbortSignal; tell(text: string): void },
): Promise<string> {
  const path = join(folder, `azimuthal-eiger4m-uint32-bslz4-${frames}.h5`);
  if (exists(path)) return path;
  ensureFolder(folder);
  hooks.tell(`making ${path}`);
  const kind = ['--kind', 'rings', '--detector', 'eiger4m', '--dtype', 'uint32', '--codec', 'bslz4'];
  const command = fanfoldProgram(['make', String(frames), path, ...kind, '--progress', 'none', '--quiet']);
  const { code, stderr } = await runChild(command, false, hooks.signal);
  if (code === 0) return path;
  const why = stderr.trim().split('\n').pop() ?? '';
  throw new SinkError('make-failed', `Making ${path} failed: ${why.replace(/^fanfold: /, '')}`, { path });
}

/** Bytes of the chunks that hold these frames; those of the frames where nothing is stored in chunks. */
function storedBytesOf(handle: SourceHandle): number {
  const base = handle.kind === 'selected' ? handle.base : handle;
  const share = frameCount(handle.stack) / frameCount(base.stack);
  if (base.kind !== 'stored' || base.storage.layout.kind !== 'chunked')
    return frameCount(handle.stack) * frameBytes(handle.stack);
  return base.storage.layout.table.size.reduce((total, size) => total + size, 0) * share;
}

/** What there is to integrate. @param chosen `--frames` of the user @throws SourceError, UsageError */
export async function describeStack(text: string, options: OpenOptions, chosen: string | undefined): Promise<Stack> {
  const { handle, location } = await openSource(text, options);
  const selected = chosen === undefined ? handle : selectFrames(handle, chosen);
  const at = location.lastIndexOf(':/');
  return {
    file: at < 0 ? location : location.slice(0, at),
    dataset: at < 0 ? '' : location.slice(at + 1),
    frames: frameCount(selected.stack),
    decodedBytes: frameCount(selected.stack) * frameBytes(selected.stack),
    storedBytes: storedBytesOf(selected),
    isFromStart: selected.kind !== 'selected' || selected.runs.first[0] === 0,
  };
}
