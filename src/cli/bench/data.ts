import { join } from 'node:path';
import { SinkError } from '../../core/errors.js';
import { formatBytes } from '../../core/size.js';
import { product } from '../../core/stack.js';
import { writeNpy } from '../../formats/npy-write.js';
import { copyWhole, ensureFolder, exists, fileBytes, onSameDisk } from '../../io/folder.js';
import { freeSpace } from '../../io/machine.js';
import { type Command, runChild } from './child.js';
import { fanfoldProgram } from './program.js';
import type { SetName } from './record.js';
import { CONTENT_DTYPE, type Group, type Scale, setBytes } from './scenario.js';

/** One data set on disk, as the rows use it. */
export interface DataSet {
  readonly path: string;
  readonly decodedBytes: number;
  readonly storedBytes: number;
  /** An identical file, or null with the reason why there is none. */
  readonly replica: string | null;
  readonly replicaReason: string | null;
  /** Both files lie on one device. */
  readonly sameDisk: boolean;
}

/** A data set, or why there is none. */
export type DataOutcome = { readonly data: DataSet } | { readonly reason: string };

/** Where data sets are kept. */
export interface Places {
  readonly folder: string;
  /** Folder of the second copies, on another disk if possible. */
  readonly replicas: string;
}

/** Room that must stay free after a data set was written. */
const SPARE = 2 ** 30;
const MASK_SEED = 20240229;

/** Name of a data set's file: everything its bytes depend on. */
export function fileName(shape: readonly number[], { content, codec }: Group): string {
  return `4d-stem-${content}-${codec}-${shape.join('x')}.h5`;
}

/** Arguments of `fanfold make` for a data set: one frame to a chunk, gzip at level 4. */
export function makeArguments(shape: readonly number[], group: Group, path: string): string[] {
  const { content, codec } = group;
  const dtype = CONTENT_DTYPE[content];
  const args = ['make', shape.join('x'), path, '--kind', content, '--dtype', dtype, '--seed', '1'];
  return codec === 'gzip' ? [...args, '--codec', 'gzip:4'] : args;
}

function shortage(need: number, folder: string): string | null {
  const free = freeSpace(join(folder, 'x')) ?? Number.POSITIVE_INFINITY;
  // Small sets may fill a small disk; large ones must leave it usable.
  const spare = need > SPARE ? SPARE : 0;
  return need + spare <= free ? null : `needs ${formatBytes(need)} of disk, ${formatBytes(free)} free`;
}

/**
 * The data set of a group, made when it is not there yet. Whether it fits is decided by its decoded size, before
 * anything is written.
 *
 * @throws FanfoldError when making it fails
 */
export async function ensureData(
  places: Places,
  group: Group,
  scale: Scale,
  set: SetName,
  needsReplica: boolean,
  hooks: { readonly signal: AbortSignal; tell(text: string): void },
): Promise<DataOutcome> {
  const shape = scale.shapes[set];
  const decodedBytes = setBytes(shape, group.content);
  const path = join(places.folder, fileName(shape, group));
  ensureFolder(places.folder);
  if (!exists(path)) {
    const reason = shortage(decodedBytes, places.folder);
    if (reason !== null) return { reason };
    hooks.tell(`making ${path} (${formatBytes(decodedBytes)} of frames)`);
    const command: Command = fanfoldProgram([...makeArguments(shape, group, path), '--progress', 'none', '--quiet']);
    const outcome = await runChild(command, false, hooks.signal);
    if (outcome.code !== 0) {
      const why = outcome.stderr.trim().split('\n').pop() ?? '';
      throw new SinkError('make-failed', `Making ${path} failed: ${why.replace(/^fanfold: /, '')}`, { path });
    }
  }
  const storedBytes = fileBytes(path) ?? decodedBytes;
  const copy = needsReplica ? ensureReplica(path, storedBytes, places, hooks.tell) : null;
  const replica = copy && 'path' in copy ? copy.path : null;
  return {
    data: {
      path,
      decodedBytes,
      storedBytes,
      replica,
      replicaReason: copy && 'reason' in copy ? copy.reason : null,
      sameDisk: replica !== null && onSameDisk(path, replica),
    },
  };
}

function ensureReplica(
  path: string,
  bytes: number,
  { replicas }: Places,
  tell: (text: string) => void,
): { path: string } | { reason: string } {
  ensureFolder(replicas);
  const copy = join(replicas, `copy-of-${path.split('/').pop()}`);
  if (fileBytes(copy) === bytes) return { path: copy };
  const reason = shortage(bytes, replicas);
  if (reason !== null) return { reason: `a second copy ${reason}` };
  tell(`copying to ${copy} (${formatBytes(bytes)})`);
  copyWhole(path, copy);
  return { path: copy };
}

/** A 32-bit generator (xorshift32, Marsaglia 2003): all that a mask needs of randomness is that it is always the same. */
function* numbers(seed: number): Generator<number> {
  let state = seed;
  for (;;) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    yield (state >>> 0) / 2 ** 32;
  }
}

/** The scenario's matrix: float32 weights in [0, 1) of the shape of a frame, always the same. */
export function ensureMask(places: Places, frameShape: readonly number[]): string {
  const path = join(places.folder, `4d-stem-mask-${frameShape.join('x')}.npy`);
  if (exists(path)) return path;
  ensureFolder(places.folder);
  const source = numbers(MASK_SEED);
  const data = Float32Array.from({ length: product(frameShape) }, () => source.next().value ?? 0);
  const axes = frameShape.map((_, i) => ({ name: `axis${i}`, unit: '', step: 1, origin: 0 }));
  writeNpy(path, { name: 'mask', shape: frameShape, data, axes, unit: '', label: 'mask' }, false);
  return path;
}
