import { basename, dirname, extname, join } from 'node:path';
import type { NamedArray, Provenance } from '../core/sink.js';
import type { SourceHandle } from '../core/source.js';
import { checkOutputs, writeOutput } from '../formats/outputs.js';
import { syntheticCompanions, syntheticTable, syntheticTruth } from '../formats/synthetic/index.js';
import { tryTarget, writeFile } from '../io/output.js';

/** Files that `make` writes beside a stack: text such as a PONI or the true motion, and a table, such as where rings are. */
export interface Beside {
  readonly texts: readonly { readonly path: string; readonly text: string }[];
  readonly table: { readonly path: string; readonly truth: readonly NamedArray[] } | null;
}

const named = (out: string, extension: string): string =>
  join(dirname(out), `${basename(out, extname(out))}${extension}`);

/** What belongs beside `out`; null for kinds that need nothing. */
export function besideOf(out: string, handle: SourceHandle): Beside | null {
  const companions = handle.kind === 'generated' ? syntheticCompanions(handle) : [];
  if (handle.kind !== 'generated' || companions.length === 0) return null;
  const texts = companions.map(({ extension, text }) => ({ path: named(out, extension), text }));
  const extension = syntheticTable(handle);
  const table = extension === undefined ? null : { path: named(out, extension), truth: syntheticTruth(handle) };
  return { texts, table };
}

/** Refuses, before anything is made, files that cannot be written in the end. @throws SinkError, UsageError */
export function checkBeside({ texts, table }: Beside, overwrite: boolean): void {
  for (const { path } of texts) tryTarget(path, overwrite);
  if (table) checkOutputs([table.path], table.truth, overwrite, []);
}

/** @returns the files written. @throws SinkError */
export async function writeBeside(
  { texts, table }: Beside,
  provenance: Provenance,
  overwrite: boolean,
): Promise<string[]> {
  for (const { path, text } of texts)
    writeFile(path, overwrite, (file) => file.write(new TextEncoder().encode(text), 0));
  const tables = table ? await writeOutput(table.path, table.truth, provenance, { overwrite }) : [];
  return [...texts.map(({ path }) => path), ...tables];
}
