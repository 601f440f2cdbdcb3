import { availableCores, availableMemory, describeMachine } from '../io/machine.js';
import { folderState } from '../io/probe.js';
import type { MachineFacts } from './automatic.js';
import type { Facilities } from './decide.js';
import type { Refusal } from './ladder.js';

const SHARED_FOLDER = '/dev/shm';

/** Beyond this the system tells of no limit: it answers with the largest number it has. */
const NO_LIMIT = 2 ** 50;

/** Cores and bytes of memory of this machine, a control group honoured. */
export function machineFacts(): MachineFacts {
  const limit = process.constrainedMemory();
  return {
    cores: availableCores(),
    memoryBytes: describeMachine().memoryBytes,
    freeBytes: availableMemory(),
    cgroupBytes: limit > 0 && limit < NO_LIMIT ? limit : null,
  };
}

/** Why a folder of shared memory cannot be used, told apart by its cause; null when it can. */
export function folderRefusal(path = SHARED_FOLDER): Refusal | null {
  const { exists, writable, freeBytes } = folderState(path);
  if (!exists) {
    const remedy = 'Use threads, which share memory without it, or --disable-shared-memory';
    return { obstacle: 'runtime', reason: `${path} does not exist here`, remedy };
  }
  if (!writable) {
    const remedy = `Ask for mode 1777 on ${path}, or use --disable-shared-memory`;
    return { obstacle: 'EACCES', reason: `${path} may not be written by this user (EACCES)`, remedy };
  }
  if (freeBytes > 0) return null;
  const remedy = `Remove old files in ${path} or give it more space`;
  return { obstacle: 'ENOSPC', reason: `${path} has no space left (ENOSPC)`, remedy };
}

function threadRefusal(): Refusal | null {
  try {
    // One page: whether there is room for more is not told by an allocation, which is lazy.
    new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    return null;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      obstacle: 'runtime',
      reason: `this runtime has no shared memory (${why})`,
      remedy: 'Use Node 20.19 or later',
    };
  }
}

/**
 * What can be used here to hand batches over.
 *
 * @param segment why processes cannot map one segment; null when they can
 * @param folder for tests: where shared memory lies
 */
export function probeFacilities(segment: Refusal | null, folder = SHARED_FOLDER): Facilities {
  const refused = folderRefusal(folder);
  const { exists, freeBytes } = folderState(folder);
  return {
    memory: threadRefusal(),
    segment: refused ?? segment,
    files: refused,
    copies: null,
    sharedBytes: exists ? freeBytes : null,
  };
}
