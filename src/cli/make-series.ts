import { cutWindows, type SeriesSet } from '../core/series.js';
import type { NamedArray, Provenance } from '../core/sink.js';
import type { SourceHandle } from '../core/source.js';
import { frameCount, fullShape } from '../core/stack.js';
import { writeOutput } from '../formats/outputs.js';
import { provenanceLines } from '../formats/provenance-lines.js';
import { makeFaultSeries } from '../formats/synthetic/series.js';
import { faultOptions } from '../formats/synthetic/series-stack.js';
import { firstWindows, writeSktime, writeTables } from '../formats/timeseries/write.js';
import { isDirectory } from '../io/file.js';
import { baseName, extensionOf } from '../io/path.js';

type Generated = Extract<SourceHandle, { kind: 'generated' }>;

const isFolder = (out: string): boolean => /[/\\]$/.test(out) || isDirectory(out);

/** True for what series are written to with their classes: a folder of tables, a .ts file, or `X` and `y` in an archive. */
export function isSeriesTarget(handle: SourceHandle, out: string): handle is Generated {
  return handle.kind === 'generated' && handle.generator === 'series' && (isFolder(out) || /\.(?:ts|npz)$/i.test(out));
}

function seriesOf({ stack, values }: Generated): SeriesSet {
  const options = faultOptions(stack, Number(values.classes), Number(values.interval), Number(values.seed));
  return firstWindows(makeFaultSeries(options), stack.frameShape[1] ?? 1, frameCount(stack));
}

function arraysOf({ stack }: Generated, set: SeriesSet): NamedArray[] {
  const { handle, labels } = cutWindows(set, { length: stack.frameShape[1] ?? 1 });
  const [windows = 0, , length = 0] = fullShape(handle.stack);
  const data = new Float64Array(set.channels.length * windows * length);
  const size = set.channels.length * length;
  for (let n = 0; n < windows; n++) {
    for (let c = 0; c < set.channels.length; c++) {
      const at = (handle.first[n] ?? 0) + c * (handle.pitch[n] ?? 0);
      data.set(handle.values.subarray(at, at + length), n * size + c * length);
    }
  }
  const { axes } = handle.stack;
  return [
    { name: 'X', shape: [windows, set.channels.length, length], data, axes, unit: '', label: set.channels.join(', ') },
    { name: 'y', shape: [windows], data: labels.of, axes: axes.slice(0, 1), unit: '', label: 'number of the class' },
  ];
}

/**
 * Writes a generated set of series: a folder gets a table for each recording, its class in the name; .ts and .npz windows with their classes.
 *
 * @returns the files written
 * @throws SinkError
 */
export async function writeSeries(
  out: string,
  handle: Generated,
  provenance: Provenance,
  overwrite: boolean,
): Promise<string[]> {
  const set = seriesOf(handle);
  if (isFolder(out)) return writeTables(out, set, overwrite);
  const classes = { ...provenance, facts: { classes: set.classes.join('\n') } };
  if (extensionOf(out) === '.npz') return writeOutput(out, arraysOf(handle, set), classes, { overwrite });
  const windows = set.segments.flatMap((segment) => windowsOf(segment, handle.stack.frameShape[1] ?? 1));
  writeSktime(
    out,
    { ...set, segments: windows },
    baseName(out).replace(/\.ts$/i, ''),
    provenanceLines(provenance),
    overwrite,
  );
  return [out];
}

function windowsOf(segment: SeriesSet['segments'][number], length: number): SeriesSet['segments'] {
  const channels = segment.values.length / segment.length;
  return Array.from({ length: Math.floor(segment.length / length) }, (_, k) => {
    const values = new Float64Array(channels * length);
    for (let c = 0; c < channels; c++) {
      const at = c * segment.length + k * length;
      values.set(segment.values.subarray(at, at + length), c * length);
    }
    return { ...segment, values, length };
  });
}
