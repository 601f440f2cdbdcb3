import { availableCores, availableMemory, describeMachine } from '../io/machine.js';
import { folderState } from '../io/probe.js';
import { MEMORY_FOLDER } from '../io/scratch.js';
import type { MachineFacts } from './automatic.js';
import type { Facilities } from './decide.js';
import type { Refusal } from './ladder.js';
import { sharingRefusal } from './processes/refusal.js';

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

function threadRefusal(): Refusal | null {
  if (typeof SharedArrayBuffer === 'undefined') {
    return {
      obstacle: 'runtime',
      reason: 'this runtime has no SharedArrayBuffer',
      remedy: 'Start Node 20.19 or later without flags that take it away, or use worker processes',
    };
  }
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

/** Free bytes of shared memory; null where it does not exist or has no limit. */
function sharedRoom(): number | null {
  const { exists, totalBytes, freeBytes } = folderState(MEMORY_FOLDER);
  return exists && totalBytes > 0 ? freeBytes : null;
}

/** What can be used here to hand batches over to and from processes, and by threads. */
export async function probeFacilities(): Promise<Facilities> {
  return {
    memory: threadRefusal(),
    segment: await sharingRefusal('segment'),
    files: await sharingRefusal('files'),
    copies: null,
    sharedBytes: sharedRoom(),
  };
}

/** The same where only threads are asked for: nothing is loaded to map segments with. */
export function threadFacilities(): Facilities {
  return { memory: threadRefusal(), segment: null, files: null, copies: null, sharedBytes: null };
}
