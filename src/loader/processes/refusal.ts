import { LayoutError } from '../../core/errors.js';
import { segmentRefusal } from '../../io/segment.js';
import { memoryFolderRefusal, type SharingObstacle } from '../../io/shared-refusal.js';
import type { Obstacle, Refusal } from '../ladder.js';
import type { Sharing } from './ring.js';

const OBSTACLES: Readonly<Record<SharingObstacle, Obstacle>> = {
  'no-binding': 'runtime',
  'no-space': 'ENOSPC',
  'not-permitted': 'EACCES',
  'too-large': 'memory',
  'not-found': 'runtime',
};

/** Why processes cannot share `bytes` in this way here, found out before work starts; null when nothing speaks against it. */
export async function sharingRefusal(sharing: Sharing, bytes = 0): Promise<Refusal | null> {
  if (sharing === 'copies') return null;
  const refusal = sharing === 'segment' ? await segmentRefusal(bytes) : memoryFolderRefusal(bytes);
  return refusal && { ...refusal, obstacle: OBSTACLES[refusal.obstacle] };
}

/** The same out of the error that `startProcesses` ends with; null for an error of another kind. */
export function refusalIn(error: unknown): Refusal | null {
  if (!(error instanceof LayoutError)) return null;
  const obstacle = Object.entries(OBSTACLES).find(([code]) => code === error.code)?.[1];
  const { reason, remedy } = error.fields;
  return obstacle === undefined ? null : { obstacle, reason: String(reason), remedy: String(remedy) };
}
