import { writeFileSync } from 'node:fs';

const CONTROL = '/proc/sys/vm/drop_caches';

/**
 * Makes the system forget every cached page of every file, so that the next read comes from the disk. Dirty pages stay.
 *
 * @returns null when it was done, else why it was not
 */
export function dropPageCache(): string | null {
  try {
    writeFileSync(CONTROL, '1\n');
    return null;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    if (code === 'ENOENT') return `this system has no ${CONTROL}, and Node cannot call posix_fadvise`;
    return `${CONTROL} may not be written (${code}; root may), and Node cannot call posix_fadvise`;
  }
}
