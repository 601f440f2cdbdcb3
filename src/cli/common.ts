import { CHANNELS } from '../core/channel.js';
import { UsageError } from '../core/errors.js';
import type { Params, Values } from '../core/params.js';
import type { OpenOptions } from '../core/source.js';
import type { RunOptions } from '../layouts/local.js';

/** Flags that say how a source is read. */
export const SOURCE_PARAMS = {
  dataset: { kind: 'text', help: 'data set inside the file; also SOURCE:/path/to/data' },
  frameRank: { kind: 'number', min: 1, max: 3, integer: true, help: 'dimensions of one frame (default 2)' },
  frameShape: {
    kind: 'numbers',
    example: '256,256',
    help: 'frame shape of headerless binary, or of the numbers of an .npy',
  },
  dtype: { kind: 'text', help: 'element type of headerless binary, such as uint16 or >u2' },
  offset: { kind: 'number', min: 0, integer: true, unit: 'bytes', help: 'header bytes to skip in headerless binary' },
  channel: {
    kind: 'choice',
    choices: CHANNELS,
    default: 'grey',
    help: 'colour images: what is read, the luminance, one colour, or all (frames of rows, columns, 3)',
  },
  window: { kind: 'number', min: 2, integer: true, help: 'time series: points of a window (default: whole segments)' },
  step: {
    kind: 'number',
    min: 1,
    integer: true,
    help: 'time series: points from window to window (default: --window)',
  },
  label: { kind: 'text', help: 'time series: column of the class, by name or number, or file: the name of the file' },
  time: { kind: 'text', help: 'time series: column of times, by name or number' },
  gap: {
    kind: 'number',
    min: 0,
    unit: 's',
    help: 'time series: a longer gap starts a new segment (default: three usual intervals)',
  },
  nan: {
    kind: 'choice',
    choices: ['error', 'drop', 'interpolate'],
    default: 'error',
    help: 'time series: what missing points do: an error, the end of a segment, or filled between their neighbours',
  },
  allowGaps: { kind: 'flag', help: 'join a numbered series although files of it are missing' },
} as const satisfies Params;

/** Flags that choose frames. */
export const SELECT_PARAMS = {
  frames: { kind: 'text', help: 'only frames start:stop, in stored order' },
  roi: { kind: 'text', help: 'only this rectangle of the scan, y0:y1,x0:x1' },
  scan: { kind: 'text', help: 'grid of positions when the file does not say, such as 128x128' },
} as const satisfies Params;

/** Flags that say how a job runs; none of them changes a result. */
export const RUN_PARAMS = {
  layout: { kind: 'text', default: 'auto', help: 'auto, serial, threads or processes' },
  workers: {
    kind: 'number',
    default: -1,
    min: -1,
    integer: true,
    help: 'worker threads or processes; -1 automatic, 0 the calling thread',
  },
  threadsPerWorker: { kind: 'number', min: 1, integer: true, help: 'threads inside each worker process' },
  split: {
    kind: 'choice',
    choices: ['frames', 'inside'],
    default: 'frames',
    help: 'deal frames out whole, or let threads share each frame: decoded and processed together',
  },
  team: { kind: 'number', min: 1, integer: true, help: 'threads that share a frame with --split inside (default all)' },
  memory: { kind: 'size', help: 'memory for everything together, runtime included, such as 4GiB' },
  memoryPerWorker: { kind: 'size', help: 'memory each worker process may reach; enforced' },
  kernel: {
    kind: 'choice',
    choices: ['auto', 'wasm', 'ts'],
    default: 'auto',
    help: 'compiled kernels, or the plain TypeScript reference',
  },
  direct: { kind: 'flag', help: 'read past the page cache (automatic for files larger than memory)' },
  onBadFrame: {
    kind: 'choice',
    choices: ['fail', 'zero', 'nan'],
    default: 'fail',
    help: 'what a damaged frame becomes',
  },
  replica: { kind: 'texts', help: 'an exact copy of the file on another disk, read at the same time; repeatable' },
  deterministic: { kind: 'flag', help: 'merge in part order: the same last bits for any number of workers' },
  plain: { kind: 'flag', help: 'processes: fixed shares, no coordinator' },
  bind: {
    kind: 'choice',
    choices: ['none', 'cores'],
    default: 'none',
    help: 'processes: hold each worker to processors of its own (Linux, with taskset)',
  },
  noSharedMemory: { kind: 'flag', help: 'processes: share results through temporary files instead of shared memory' },
} as const satisfies Params;

/** Flags that say how much is told. */
export const OUTPUT_PARAMS = {
  quiet: { kind: 'flag', help: 'say nothing but errors' },
  verbose: { kind: 'flag', help: 'say what was decided, and why' },
  progress: {
    kind: 'choice',
    choices: ['auto', 'bar', 'lines', 'json', 'none'],
    default: 'auto',
    help: 'how progress is shown on stderr',
  },
  json: { kind: 'flag', help: 'the result as JSON on stdout' },
} as const satisfies Params;

const given = <T>(key: string, value: T | undefined): Record<string, T> =>
  value === undefined ? {} : { [key]: value };

export function openOptionsOf(values: Values<typeof SOURCE_PARAMS>): OpenOptions {
  return {
    ...given('dataset', values.dataset),
    ...given('frameRank', values.frameRank),
    ...given('frameShape', values.frameShape),
    ...given('dtype', values.dtype),
    ...given('offset', values.offset),
    ...(values.channel === 'grey' ? {} : { channel: values.channel }),
    ...(values.allowGaps ? { allowGaps: true } : {}),
    timeSeries: {
      ...given('length', values.window),
      ...given('step', values.step),
      ...given('label', values.label),
      ...given('time', values.time),
      ...given('gap', values.gap),
      nan: values.nan,
    },
  };
}

/** `128x128` as extents. @throws UsageError for anything but whole numbers */
export function parseShape(text: string): number[] {
  const extents = text.split(/[x,]/).map((part) => (/^\d+$/.test(part) ? Number(part) : Number.NaN));
  if (extents.every(Number.isSafeInteger)) return extents;
  throw new UsageError(
    'bad-shape',
    `'${text}' is no shape. Write whole numbers with x between, such as 64x64x128x128.`,
  );
}

type RunFlagValues = Values<typeof RUN_PARAMS> & Values<typeof SELECT_PARAMS>;

export function runOptionsOf(values: RunFlagValues, signal: AbortSignal): RunOptions {
  return {
    layout: values.layout,
    workers: values.workers,
    split: values.split,
    kernel: values.kernel,
    onBadFrame: values.onBadFrame,
    deterministic: values.deterministic,
    plain: values.plain,
    bind: values.bind,
    sharedMemory: !values.noSharedMemory,
    replicas: values.replica,
    signal,
    ...(values.direct ? { direct: true } : {}),
    ...given('threadsPerWorker', values.threadsPerWorker),
    ...given('team', values.team),
    ...given('memory', values.memory),
    ...given('memoryPerWorker', values.memoryPerWorker),
    ...given('frames', values.frames),
    ...given('roi', values.roi),
    ...given('scan', values.scan === undefined ? undefined : parseShape(values.scan)),
  };
}
