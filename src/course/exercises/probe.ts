import type { Finding, Input, Solution } from './exercise.js';
import { EXERCISES } from './exercises.js';

/** What the host sends to a solution's process. */
export interface ProbeOrder {
  readonly exercise: number;
  /** URL of the reader's file. */
  readonly file: string;
  readonly input: Input;
}

const inOneLine = (error: unknown): string =>
  (error instanceof Error ? `${error.name}: ${error.message}` : String(error))
    .replace(/\s+/g, ' ')
    .replaceAll("'", '"');

/** The reader's function, or why there is none. */
async function load(file: string, wanted: string): Promise<Solution | Finding> {
  let exported: Readonly<Record<string, unknown>>;
  try {
    exported = await import(file);
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    if (code === 'ERR_UNKNOWN_FILE_EXTENSION')
      return { ok: false, what: `Node '${process.version}' runs no such file; write JavaScript, with the ending .mjs` };
    return { ok: false, what: `the file cannot be loaded: '${inOneLine(error)}'` };
  }
  const found = exported[wanted];
  if (typeof found === 'function') return (...args) => Reflect.apply(found, undefined, args);
  const names = Object.keys(exported).join(', ') || 'nothing';
  return { ok: false, what: `the file must export a function '${wanted}'; it exports '${names}'` };
}

async function examine({ exercise, file, input }: ProbeOrder): Promise<readonly Finding[]> {
  const asked = EXERCISES[exercise - 1];
  if (!asked) return [];
  const solution = await load(file, asked.exports);
  if (typeof solution !== 'function') return [solution];
  try {
    return await asked.examine(solution, input);
  } catch (error) {
    return [{ ok: false, what: `the function threw '${inOneLine(error)}'` }];
  }
}

process.once('message', async (order: ProbeOrder) => {
  const findings = await examine(order);
  // What the solution left open must not keep this process.
  process.send?.(findings, () => process.exit(0));
});
