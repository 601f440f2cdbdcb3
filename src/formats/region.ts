import { UsageError } from '../core/errors.js';
import type { Provenance, StreamOptions, StreamSink } from '../core/sink.js';
import { frameBytes, type Stack, stackBytes } from '../core/stack.js';
import { OutputFile } from '../io/output.js';

/**
 * Starts a file of a header and then all frames one behind the other; a frame that is never written reads as zeros.
 *
 * @param finish writes into the header, before the file gets its name, what is known only then
 * @throws UsageError when compression was asked for; SinkError as `OutputFile.create`, and when the disk cannot hold it
 */
export function createRegion(
  path: string,
  stack: Stack,
  options: StreamOptions,
  header: Uint8Array,
  finish?: (file: OutputFile, provenance: Provenance) => void,
): StreamSink {
  if (options.codec.name !== 'none') {
    throw new UsageError(
      'no-codec',
      `${path}: this format has no compression. Write .h5 for --codec ${options.codec.name}.`,
    );
  }
  const file = OutputFile.create(path, { overwrite: options.overwrite });
  const total = header.length + stackBytes(stack);
  try {
    file.reserve(total);
    file.write(header, 0);
    file.resize(total);
  } catch (error) {
    file.abort();
    throw error;
  }
  return {
    stack,
    ref: { kind: 'region', path: file.partial, offset: header.length, frameBytes: frameBytes(stack) },
    commit: async (_entries, provenance) => {
      finish?.(file, provenance);
      file.commit();
    },
    abort: () => file.abort(),
  };
}
