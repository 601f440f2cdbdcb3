import { join } from 'node:path';
import { SinkError, UsageError } from '../../../core/errors.js';
import { selectFrames } from '../../../core/selection.js';
import type { OpenOptions, Source } from '../../../core/source.js';
import { frameBytes, frameCount } from '../../../core/stack.js';
import { openSource } from '../../../formats/registry.js';
import { ensureFolder, exists, fileBytes } from '../../../io/folder.js';
import { runChild } from '../child.js';
import { fanfoldProgram } from '../program.js';
import { type Truth, truthBeside, truthOf } from './truth.js';

/** The series to register. */
export interface Series {
  readonly file: string;
  readonly frames: number;
  readonly decodedBytes: number;
  readonly storedBytes: number;
  /** Its first frame is that of the file. */
  readonly isFromStart: boolean;
  /** Null where nobody knows how its frames moved. */
  readonly truth: Truth | null;
}

/** Volumes of a moving head (64 x 64 x 36, int16), with the motion beside them, made on first use and kept. @throws SinkError */
export async function ensureHead(
  folder: string,
  frames: number,
  hooks: { readonly signal: AbortSignal; tell(text: string): void },
): Promise<string> {
  const path = join(folder, `register-fmri-${frames}.nii`);
  if (exists(path)) return path;
  ensureFolder(folder);
  hooks.tell(`making ${path}`);
  const kind = ['--kind', 'fmri', '--dtype', 'int16'];
  const shape = `${frames}x36x64x64`;
  const command = fanfoldProgram(['make', shape, path, ...kind, '--overwrite', '--progress', 'none', '--quiet']);
  const { code, stderr } = await runChild(command, false, hooks.signal);
  if (code === 0) return path;
  const why = stderr.trim().split('\n').pop() ?? '';
  throw new SinkError('make-failed', `Making ${path} failed: ${why.replace(/^fanfold: /, '')}`, { path });
}

function firstFrame({ handle }: Source): number {
  return handle.kind === 'selected' ? (handle.runs.first[0] ?? 0) : 0;
}

/**
 * What there is to register.
 *
 * @param chosen `--frames` of the user
 * @param truth file with the motion; looked for beside the series when undefined
 * @throws SourceError, UsageError
 */
export async function describeSeries(
  path: string,
  options: OpenOptions,
  chosen: string | undefined,
  truth: string | undefined,
): Promise<Series> {
  const source = await openSource(path, options);
  const handle = chosen === undefined ? source.handle : selectFrames(source.handle, chosen);
  const { stack } = handle;
  if (stack.frameShape.length !== 3)
    throw new UsageError(
      'not-volumes',
      `${path} holds frames of ${stack.frameShape.length} dimensions, not volumes: add --frame-rank 3.`,
    );
  const first = firstFrame({ ...source, handle });
  const frames = frameCount(stack);
  const known = truth ?? truthBeside(path);
  return {
    file: path,
    frames,
    decodedBytes: frames * frameBytes(stack),
    storedBytes: fileBytes(path) ?? 0,
    isFromStart: first === 0,
    truth: known === null ? null : truthOf(known, { affine: source.affine, frame: stack.frameShape }, first, frames),
  };
}
