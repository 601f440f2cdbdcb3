import { PlanError } from '../core/errors.js';
import { formatBytes } from '../core/size.js';
import { availableMemory, residentBytes } from '../io/machine.js';

/** Resident bytes of a worker thread with the runtime, before it opens a network. */
const WORKER_BYTES = 32 * 2 ** 20;
/** Weights as they lie in the file, and as the runtime packs them for its kernels. */
const COPIES = 2;
/** Room for an image on its way, and for what layers give, where nobody knows: 32 MiB, or eight times a batch. */
const LEAST_WORK = 32 * 2 ** 20;

/** What an open network is taken to need in every worker. */
export interface Needs {
  /** Of the file. */
  readonly modelBytes: number;
  /** Of the images that go through it at a time. */
  readonly batchBytes: number;
}

const perWorker = ({ modelBytes, batchBytes }: Needs): number =>
  WORKER_BYTES + COPIES * modelBytes + batchBytes + Math.max(LEAST_WORK, 8 * batchBytes);

/**
 * How many workers fit, before any is started. What layers of a network give is known to the runtime alone: eight times its images are
 * assumed.
 *
 * @param memory bytes for everything, the runtime of this process included; absent: half of what is free
 * @returns workers, and why there are fewer than asked for
 * @throws PlanError when not even one fits
 */
export function workersThatFit(
  workers: number,
  needs: Needs,
  memory?: number,
): { readonly workers: number; readonly projected: number; readonly reason: string | null } {
  const own = residentBytes();
  const each = perWorker(needs);
  const limit = memory ?? own + availableMemory() / 2;
  const most = Math.floor((limit - own) / each);
  if (most < 1) {
    const what =
      memory === undefined
        ? `half of the free memory is ${formatBytes(limit - own)}`
        : `the limit is ${formatBytes(memory)}`;
    throw new PlanError(
      'too-little-memory',
      `A worker with this network needs about ${formatBytes(each)} beside the ${formatBytes(own)} of this process, but ${what}. Give more memory, or a smaller batch.`,
      { needed: own + each, limit },
    );
  }
  const fit = Math.min(workers, most);
  const reason =
    fit < workers
      ? `${fit} of ${workers} workers: each needs about ${formatBytes(each)} of ${formatBytes(limit - own)}`
      : null;
  return { workers: fit, projected: own + fit * each, reason };
}
