import { DTYPES, type NumericArray } from '../core/dtype.js';
import { UsageError } from '../core/errors.js';
import type { Provenance } from '../core/sink.js';
import { plainAxis, type Stack } from '../core/stack.js';
import { writeNpy } from '../formats/npy-write.js';
import { createStream } from '../formats/outputs.js';
import { InputFile } from '../io/file.js';
import { checkTarget, OutputPart, removeFile } from '../io/output.js';
import { withPart } from '../io/path.js';
import { checksum, Resumable } from '../io/resumable.js';
import { besidePath } from './beside.js';
import type { Field } from './crew.js';
import type { Batch } from './options.js';

/** How a loader's entries go to files. */
export interface MaterializeOptions {
  /**
   * Go on where an interrupted call stopped, or begin again where the rows it left are not those it wrote; and if this call is
   * interrupted, leave what the next one needs to go on.
   */
  readonly resume?: boolean;
  readonly overwrite?: boolean;
}

/** Files that hold all entries, in the order of the samples, unshuffled. */
export interface Materialized {
  /** By output; several go to files named after them, `set.gaf.sum.npy`. */
  readonly files: Readonly<Record<string, string>>;
  /** Class (int32, -1 for none), group (int32) and position in the source (uint32) of every row, as NPY. */
  readonly beside: { readonly labels: string | null; readonly groups: string | null; readonly index: string };
  readonly samples: number;
  readonly bytes: number;
  /** CRC-32 of all entries of an output, as bytes in row order, by output. */
  readonly checksums: Readonly<Record<string, number>>;
  /** Rows of zeros, whose class is -1: samples that failed, where `onError` is `substitute`. */
  readonly failed: readonly number[];
  /** Samples that an earlier call had finished. */
  readonly resumedAt: number;
}

/** What is made into files. */
export interface Material {
  readonly fields: readonly Field[];
  readonly samples: number;
  /** Positions and classes of all rows. */
  readonly index: Uint32Array;
  readonly labels: Int32Array | null;
  readonly groups: Int32Array | null;
  /** Everything that decides the entries. */
  readonly fingerprint: string;
  readonly provenance: Provenance;
  /** Batches in order, from that which holds row `first` on. */
  batches(first: number): AsyncIterable<Batch>;
}

interface Setup {
  readonly fingerprint: string;
  /** Byte of the first entry in every file. */
  readonly offsets: readonly number[];
}

interface Done {
  readonly samples: number;
  readonly checksums: readonly number[];
  /** Rows whose entries could not be made: zeros. */
  readonly failed: readonly number[];
}

/** Starts the files with zeros for entries. @returns where entries begin in each */
async function startFiles({ fields, samples, provenance }: Material, partials: readonly string[]): Promise<number[]> {
  const offsets: number[] = [];
  for (const [i, { shape, dtype }] of fields.entries()) {
    const axes = [samples, ...shape].map((_, k) => (k === 0 ? { ...plainAxis(0), name: 'sample' } : plainAxis(k)));
    const stack: Stack = { stackShape: [samples], frameShape: shape, dtype, axes };
    const sink = await createStream(partials[i] ?? '', stack, {
      codec: { name: 'none' },
      chunked: false,
      overwrite: true,
    });
    if (sink.ref.kind !== 'region')
      throw new UsageError('no-stream', 'Entries cannot be compressed while they are made.');
    offsets.push(sink.ref.offset);
    await sink.commit([], provenance);
  }
  return offsets;
}

/** Bytes of rows read at a time. */
const STEP = 8 * 2 ** 20;

/** Whether the rows that a journal speaks of are in the files: after a power failure it may be there without them. */
function holdRows(partials: readonly string[], { fields }: Material, { offsets }: Setup, done: Done): boolean {
  const bytes = new Uint8Array(STEP);
  return fields.every(({ size, dtype }, i) => {
    const file = InputFile.open(partials[i] ?? '');
    try {
      const first = offsets[i] ?? 0;
      const end = first + done.samples * size * DTYPES[dtype].bytes;
      if (file.size < end) return false;
      let sum = 0;
      for (let at = first; at < end; at += STEP) {
        const part = bytes.subarray(0, Math.min(STEP, end - at));
        file.read(part, at);
        sum = checksum(part, sum);
      }
      return sum === done.checksums[i];
    } finally {
      file.close();
    }
  });
}

/** Writes a batch to its rows; the checksums go on from those of all rows before. */
function writeBatch(
  { x }: Batch,
  fields: readonly Field[],
  parts: readonly OutputPart[],
  offsets: readonly number[],
  { samples, checksums }: Done,
): number[] {
  return fields.map(({ label, size }, i) => {
    const entries: NumericArray = x[label] ?? new Uint8Array(0);
    parts[i]?.write(entries, (offsets[i] ?? 0) + samples * size * entries.BYTES_PER_ELEMENT);
    return checksum(entries, checksums[i] ?? 0);
  });
}

/**
 * Writes all entries to files, atomically: they get their names when they are complete.
 *
 * @throws SinkError when a file is in the way or cannot be written; UsageError for a format that cannot be streamed; as the batches
 */
export async function materializeTo(
  path: string,
  material: Material,
  { resume = false, overwrite = false }: MaterializeOptions,
): Promise<Materialized> {
  const { fields, samples, fingerprint, labels, groups, index } = material;
  const targets = fields.map(({ label }) => (fields.length === 1 ? path : withPart(path, label)));
  const beside = {
    labels: labels && besidePath(path, 'labels'),
    groups: groups && besidePath(path, 'groups'),
    index: besidePath(path, 'index'),
  };
  const files = new Resumable(targets, overwrite);
  const [setup, ...lines] = (resume && files.exist ? (files.journal.read() ?? []) : []) as [Setup?, ...Done[]];
  if (setup && setup.fingerprint !== fingerprint) throw files.foreign();
  const left = setup && lines.at(-1);
  let done: Done =
    left && holdRows(files.partials, material, setup, left)
      ? left
      : { samples: 0, checksums: fields.map(() => 0), failed: [] };
  const resumedAt = done.samples;
  // What stands beside whole files that have no name yet was written by the call that made them.
  const replaces = overwrite || resumedAt === samples;
  for (const file of Object.values(beside)) if (file !== null) checkTarget(file, replaces);
  const parts: OutputPart[] = [];
  const written: string[] = [];
  let bytes = 0;
  try {
    const offsets = (resumedAt > 0 && setup?.offsets) || (await startFiles(material, files.partials));
    // A line that was cut off must not be gone on with.
    files.journal.restart([{ fingerprint, offsets } satisfies Setup, ...(resumedAt > 0 ? [done] : [])]);
    for (const partial of files.partials) parts.push(new OutputPart(partial));
    if (done.samples < samples) {
      for await (const batch of material.batches(done.samples)) {
        const checksums = writeBatch(batch, fields, parts, offsets, done);
        bytes += Object.values(batch.x).reduce((sum, { byteLength }) => sum + byteLength, 0);
        const rows = batch.failed.map(({ sample }) => done.samples + batch.index.indexOf(sample));
        done = { samples: done.samples + batch.count, checksums, failed: [...done.failed, ...rows] };
        if (resume) files.journal.append(done);
      }
    }
    for (const part of parts.splice(0)) part.close();
    for (const failed of done.failed) if (labels) labels[failed] = -1;
    const row = { shape: [samples], axes: [plainAxis(0)], unit: '' };
    const writeBeside = (file: string, name: string, label: string, data: NumericArray): void => {
      writeNpy(file, { ...row, name, label, data }, replaces);
      written.push(file);
    };
    if (labels && beside.labels) writeBeside(beside.labels, 'labels', 'class', labels);
    if (groups && beside.groups) writeBeside(beside.groups, 'groups', 'group', groups);
    writeBeside(beside.index, 'index', 'position in the source', index);
    files.commit(overwrite);
  } catch (error) {
    for (const part of parts) part.close();
    for (const file of written) removeFile(file);
    if (!resume) files.abort();
    throw error;
  }
  return {
    files: Object.fromEntries(fields.map(({ label }, i) => [label, targets[i] ?? ''])),
    beside,
    samples,
    bytes,
    checksums: Object.fromEntries(fields.map(({ label }, i) => [label, done.checksums[i] ?? 0])),
    failed: done.failed,
    resumedAt,
  };
}
