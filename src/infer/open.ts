import { UsageError } from '../core/errors.js';
import type { OpenOptions, Source } from '../core/source.js';
import { openSource } from '../formats/registry.js';

/**
 * Opens a file whose colours a network may want: `channel: 'all'` stands for as many as there are, so that files that know no colours,
 * such as arrays and HDF5, are grey.
 *
 * @throws as `openSource`
 */
export async function openForNetwork(path: string, options: OpenOptions): Promise<Source> {
  try {
    return await openSource(path, options);
  } catch (error) {
    if (options.channel !== 'all' || !(error instanceof UsageError) || error.code !== 'bad-option') throw error;
    const { channel: _, ...grey } = options;
    return openSource(path, grey);
  }
}
