import { accessSync, constants, statfsSync } from 'node:fs';
import { LayoutError } from '../core/errors.js';
import { formatBytes } from '../core/size.js';
import { MEMORY_FOLDER, removeStale } from './scratch.js';

/** Why processes cannot share memory in one way. */
export type SharingObstacle = 'no-binding' | 'no-space' | 'not-permitted' | 'too-large' | 'not-found';

/** What stands against it, found out before anything is made. */
export interface SharingRefusal {
  readonly obstacle: SharingObstacle;
  /** What is missing, with its numbers, as the rest of a sentence. */
  readonly reason: string;
  /** What to do about it, as a sentence without a full stop. */
  readonly remedy: string;
}

const REMEDIES: Readonly<Record<SharingObstacle, string>> = {
  'no-binding': 'Install koffi beside fanfold (npm install koffi), or share through files',
  'no-space': `Use a smaller ring, smaller batches or fewer workers, give ${MEMORY_FOLDER} more room (--shm-size in a container), or disable shared memory`,
  'not-permitted': `Check the rights of ${MEMORY_FOLDER}, or disable shared memory`,
  'too-large': 'Use a smaller ring or smaller batches',
  'not-found': 'It goes with the process that made it: start again',
};

export function refusal(obstacle: SharingObstacle, reason: string): SharingRefusal {
  return { obstacle, reason, remedy: REMEDIES[obstacle] };
}

/** A refusal as an error, its obstacle as the code, reason and remedy as fields. */
export function refused({ obstacle, reason, remedy }: SharingRefusal, bytes: number): LayoutError {
  return new LayoutError(obstacle, `Memory cannot be shared: ${reason}. ${remedy}.`, { bytes, reason, remedy });
}

/** What the name of a system error means for memory of `bytes`. */
export function refusalOf(name: string, bytes: number, during: string): SharingRefusal {
  if (name === 'ENOSPC' || name === 'ENOMEM')
    return refusal('no-space', `${MEMORY_FOLDER} has no space left for ${formatBytes(bytes)} (${name})`);
  if (name === 'EACCES' || name === 'EPERM' || name === 'EROFS')
    return refusal('not-permitted', `${MEMORY_FOLDER} may not be written by this user (${name})`);
  if (name === 'ENOENT') return refusal('not-found', 'the memory that was shared is gone');
  return refusal('too-large', `${formatBytes(bytes)} cannot be shared: ${during} failed (${name})`);
}

/** Why `bytes` do not go into files in memory; null when nothing speaks against it. */
export function memoryFolderRefusal(bytes: number): SharingRefusal | null {
  try {
    accessSync(MEMORY_FOLDER, constants.W_OK | constants.X_OK);
    // What killed runs left may be what takes the space.
    removeStale(MEMORY_FOLDER);
    const { bavail, bsize, blocks } = statfsSync(MEMORY_FOLDER);
    // A file system that says nothing of its size has no limit.
    if (blocks === 0 || bavail * bsize >= bytes) return null;
    return refusal(
      'no-space',
      `${MEMORY_FOLDER} has ${formatBytes(bavail * bsize)} left for ${formatBytes(bytes)} (ENOSPC)`,
    );
  } catch (error) {
    const name = (error as NodeJS.ErrnoException).code ?? 'unknown';
    if (name === 'ENOENT') return refusal('not-permitted', `${MEMORY_FOLDER} does not exist here`);
    return refusalOf(name, bytes, 'looking at it');
  }
}
