import { describeStored, dtypeOf } from '../core/dtype.js';
import { SourceError, UsageError } from '../core/errors.js';
import type { OpenOptions, Source } from '../core/source.js';
import { formatShape, makeStack, product } from '../core/stack.js';
import { InputFile } from '../io/file.js';
import { absolutePath } from '../io/path.js';
import { parseElementType } from './element-type.js';

/**
 * Opens a file without a header: frames of `frameShape`, one behind the other, from byte `offset` to the end.
 *
 * @param options.frameShape extents of one frame
 * @param options.dtype element type such as `uint16`, `<f4` or `>u2`; little-endian unless it says otherwise
 * @throws UsageError when shape or dtype are missing; SourceError when the bytes are not a whole number of frames
 */
export function openRaw(path: string, options: OpenOptions): Source {
  const { frameShape, dtype, offset = 0 } = options;
  if (!frameShape || frameShape.length === 0 || !dtype) {
    throw new UsageError(
      'raw-needs-shape',
      `${path} has no header. Say what it holds, for example --frame-shape 256,256 --dtype uint16.`,
      { path },
    );
  }
  const type = parseElementType(dtype);
  if (!type) {
    throw new UsageError('bad-dtype', `'${dtype}' is no element type. Use one such as uint16, float32, <f4 or >u2.`, {
      dtype,
    });
  }
  if (
    !frameShape.every((extent) => Number.isSafeInteger(extent) && extent > 0) ||
    !Number.isSafeInteger(offset) ||
    offset < 0
  ) {
    throw new UsageError(
      'bad-frame-shape',
      `A frame of ${formatShape(frameShape)} from byte ${offset} on is not possible.`,
    );
  }
  const file = InputFile.open(path);
  file.close();
  const frame = product(frameShape) * type.bytes;
  const left = file.size - offset;
  const remainder = left % frame;
  if (left < frame || remainder !== 0) {
    throw new SourceError(
      'not-whole-frames',
      `${path} has ${Math.max(0, left)} bytes from byte ${offset} on: ${Math.max(0, Math.floor(left / frame))} frames of ${frame} bytes ` +
        `(${formatShape(frameShape)} ${describeStored(type)}) and ${Math.max(0, remainder)} bytes left over. Check --frame-shape, --dtype and --offset.`,
      { path, bytes: Math.max(0, left), frameBytes: frame, remainder: Math.max(0, remainder) },
    );
  }
  const shape = [left / frame, ...frameShape];
  return {
    format: 'raw',
    location: path,
    notes: [`headerless, ${describeStored(type)} from byte ${offset}`],
    handle: {
      kind: 'stored',
      stack: makeStack(shape, dtypeOf(type), frameShape.length),
      storage: {
        files: [absolutePath(path)],
        shape,
        type,
        layout: { kind: 'contiguous', file: 0, offset, frameStride: frame },
        pipeline: [],
        fill: new Uint8Array(type.bytes),
      },
    },
  };
}
