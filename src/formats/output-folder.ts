import { OperatorError, UsageError } from '../core/errors.js';
import type { BoundJob } from '../core/job.js';
import type { FolderFile } from '../core/operator.js';
import type { NamedArray, Provenance } from '../core/sink.js';
import type { Source } from '../core/source.js';
import { isDirectory } from '../io/file.js';
import { makeFolder, removeFile, removeIfEmpty, tryTarget, writeFile } from '../io/output.js';
import { baseName, extensionOf, inFolder } from '../io/path.js';
import { splitDataset } from './location.js';
import { type OutputOptions, writeOutput } from './outputs.js';
import { writePage } from './page/index.js';

/** The file that `fanfold run` takes to do the same again. */
const RECIPE = 'recipe.json';

/** Where the results of a run go that fill a folder. */
export interface Folder {
  readonly path: string;
  /** What the source is called: `bold` for `scans/bold.nii.gz:/x`. */
  readonly name: string;
  /** Files of slots, by slot. */
  readonly slots: Readonly<Record<string, string>>;
  readonly beside: readonly string[];
  /** True when it is not there yet. */
  readonly isNew: boolean;
}

/** True for an output that is a folder: it ends with a slash, or is there and is one. */
export function isFolder(output: string): boolean {
  return /[/\\]$/.test(output) || isDirectory(output);
}

/** What a source is called in names and titles of what is made of it: `bold` for `scans/bold.nii.gz:/x`. */
export function nameOf({ location }: Source): string {
  const base = baseName(splitDataset(location.split(',')[0] ?? location).path);
  const bare = base.slice(0, base.length - extensionOf(base).length).replace(/[^\w.-]+/g, '-');
  return bare || 'series';
}

/**
 * The folder among the outputs of a run; null when there is none.
 *
 * @throws UsageError when there are several, or the operator cannot fill one; SinkError when a file of it exists
 */
export function folderOf(
  outputs: readonly string[],
  source: Source,
  { bound, slots }: BoundJob,
  overwrite: boolean,
): Folder | null {
  const [path, ...more] = outputs.filter(isFolder);
  if (path === undefined) return null;
  if (more.length > 0) throw new UsageError('output-twice', `Results go to one folder, not to ${more.length + 1}.`);
  const [one, ...others] = bound;
  const name = nameOf(source);
  const files = others.length > 0 ? undefined : one?.operator.folder?.(source.handle.stack, one.values, name);
  if (!files) {
    const what = bound.map(({ operator }) => operator.name).join('+');
    throw new UsageError(
      'no-folder',
      `${path}: ${what} fills no folder. Name a file, such as ${path.replace(/[/\\]*$/, '/')}${what}.h5.`,
      { path },
    );
  }
  const isNew = !isDirectory(path);
  const announced = slots.flatMap(({ name: slot }) => {
    const file = files.slots[slot];
    return file === undefined ? [] : [[slot, inFolder(path, file)] as const];
  });
  const beside = [...files.beside, RECIPE].map((file) => inFolder(path, file));
  if (!isNew) for (const file of [...announced.map(([, one]) => one), ...beside]) tryTarget(file, overwrite);
  return { path, name, isNew, slots: Object.fromEntries(announced), beside };
}

/** Makes the folder where there is none. @throws SinkError */
export function openFolder({ path, isNew }: Folder): void {
  if (isNew) makeFolder(path);
}

/** After a failure: leaves no folder behind that the run made and nothing was written to. */
export function abandonFolder({ path, isNew }: Folder): void {
  if (isNew) removeIfEmpty(path);
}

/**
 * Writes what the run has not written while it went on: files of slots, texts, pages, the recipe.
 *
 * @param streamed slots whose files are there
 * @returns all files of the folder
 * @throws SinkError, UsageError; all files of this run are then gone again, but for what was replaced
 */
export async function fillFolder(
  folder: Folder,
  arrays: readonly NamedArray[],
  beside: readonly FolderFile[],
  streamed: readonly string[],
  provenance: Provenance,
  options: OutputOptions,
): Promise<string[]> {
  const written = streamed.flatMap((slot) => folder.slots[slot] ?? []);
  const { overwrite } = options;
  try {
    for (const [slot, path] of Object.entries(folder.slots)) {
      const array = arrays.find(({ name }) => name === slot);
      if (streamed.includes(slot) || !array) continue;
      written.push(...(await writeOutput(path, [array], provenance, options)));
    }
    for (const file of beside) {
      const path = inFolder(folder.path, file.file);
      if (!folder.beside.includes(path))
        throw new OperatorError('unannounced', `The operator did not say that it would write ${path}.`, { path });
      if ('text' in file) writeText(path, file.text, overwrite);
      else await writePage(path, file.page, provenance, overwrite);
      written.push(path);
    }
    const recipe = inFolder(folder.path, RECIPE);
    writeText(recipe, `${provenance.recipe}\n`, overwrite);
    written.push(recipe);
  } catch (error) {
    // What was overwritten cannot be brought back; what is new goes.
    if (!overwrite) for (const path of written) removeFile(path);
    throw error;
  }
  return written;
}

function writeText(path: string, text: string, overwrite: boolean): void {
  writeFile(path, overwrite, (file) => file.write(new TextEncoder().encode(text), 0));
}
