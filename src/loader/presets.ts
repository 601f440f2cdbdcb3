/** Workers and chunk by memory, as the source of the loader states them, largest first. */
export interface MemoryRow {
  /** Bytes of memory from which the row holds: gigabytes of 10^9, so that a machine sold as 16 GB, which reports less, is one. */
  readonly fromBytes: number;
  readonly name: string;
  readonly jobs: number;
  /** Samples of a task: where it starts, and how far it may grow. */
  readonly chunk: { readonly smallest: number; readonly largest: number };
}

export const MEMORY_ROWS: readonly MemoryRow[] = [
  { fromBytes: 32e9, name: '32 GB and more', jobs: 16, chunk: { smallest: 400, largest: 800 } },
  { fromBytes: 16e9, name: '16 GB', jobs: 8, chunk: { smallest: 200, largest: 400 } },
  { fromBytes: 8e9, name: '8 GB', jobs: 4, chunk: { smallest: 100, largest: 200 } },
];

/** Below the last row two gigabytes a worker are kept, as in all of its rows. */
const BYTES_PER_JOB = 2e9;

/** The row of the table for `bytes` of memory. */
export function rowFor(bytes: number): MemoryRow {
  const row = MEMORY_ROWS.find(({ fromBytes }) => bytes >= fromBytes);
  if (row) return row;
  const jobs = Math.max(1, Math.floor(bytes / BYTES_PER_JOB));
  return { fromBytes: 0, name: 'less than 8 GB', jobs, chunk: { smallest: 100, largest: 100 } };
}

/** Workers (null: automatic) and samples of a task under one name. */
export interface Preset {
  readonly jobs: number | null;
  readonly chunk: number;
}

export const PRESETS = {
  'high-performance': { jobs: 12, chunk: 300 },
  'small-memory': { jobs: 4, chunk: 100 },
  automatic: { jobs: null, chunk: 200 },
} as const satisfies Readonly<Record<string, Preset>>;

export type PresetName = keyof typeof PRESETS;
