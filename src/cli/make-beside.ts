import { basename, dirname, extname, join } from 'node:path';
import type { NamedArray, Provenance } from '../core/sink.js';
import type { SourceHandle } from '../core/source.js';
import { checkOutputs, writeOutput } from '../formats/outputs.js';
import { syntheticCompanions, syntheticTruth } from '../formats/synthetic/index.js';
import { tryTarget, writeFile } from '../io/output.js';

/** Files that `make` writes beside a stack that has a geometry: text such as a PONI, and where the rings are. */
export interface Beside {
  readonly texts: readonly { readonly path: string; readonly text: string }[];
  readonly peaks: string;
  readonly truth: readonly NamedArray[];
}

const named = (out: string, extension: string): string =>
  join(dirname(out), `${basename(out, extname(out))}${extension}`);

/** What belongs beside `out`; null for kinds without a geometry. */
export function besideOf(out: string, handle: SourceHandle): Beside | null {
  const companions = handle.kind === 'generated' ? syntheticCompanions(handle) : [];
  if (handle.kind !== 'generated' || companions.length === 0) return null;
  const texts = companions.map(({ extension, text }) => ({ path: named(out, extension), text }));
  return { texts, peaks: named(out, '.peaks.csv'), truth: syntheticTruth(handle) };
}

/** Refuses, before anything is made, files that cannot be written in the end. @throws SinkError, UsageError */
export function checkBeside({ texts, peaks, truth }: Beside, overwrite: boolean): void {
  for (const { path } of texts) tryTarget(path, overwrite);
  checkOutputs([peaks], truth, overwrite, []);
}

/** @returns the files written. @throws SinkError */
export async function writeBeside(beside: Beside, provenance: Provenance, overwrite: boolean): Promise<string[]> {
  for (const { path, text } of beside.texts)
    writeFile(path, overwrite, (file) => file.write(new TextEncoder().encode(text), 0));
  const tables = await writeOutput(beside.peaks, beside.truth, provenance, { overwrite });
  return [...beside.texts.map(({ path }) => path), ...tables];
}
