import { AS_STORED, type Scale } from '../core/dtype.js';
import { SourceError } from '../core/errors.js';
import type { Storage } from '../core/storage.js';

interface Scaled {
  readonly name: string;
  readonly storage: Storage;
}

const scaleOf = ({ storage }: Scaled): Scale => storage.type.scale ?? AS_STORED;

const sameScale = (a: Scale, b: Scale): boolean => a.slope === b.slope && a.intercept === b.intercept;

const scaleText = ({ slope, intercept }: Scale): string => `${slope} x + ${intercept}`;

/**
 * The scale of every file of `files`, as SPM gives each volume its own; undefined when all parts have the same.
 *
 * @throws SourceError for two parts in one file that differ
 */
export function scalesOfFiles(parts: readonly Scaled[], files: readonly string[]): readonly Scale[] | undefined {
  const [first] = parts;
  if (first === undefined || parts.every((part) => sameScale(scaleOf(first), scaleOf(part)))) return undefined;
  const found = new Map<string, Scaled>();
  for (const part of parts) {
    for (const file of part.storage.files) {
      const other = found.get(file) ?? part;
      const [ours, theirs] = [scaleOf(other), scaleOf(part)];
      if (!sameScale(ours, theirs)) {
        throw new SourceError(
          'parts-differ',
          `${other.name} and ${part.name} cannot be joined: they are in one file, and one is scaled by ${scaleText(ours)}, the other by ${scaleText(theirs)}.`,
          { first: other.name, second: part.name, what: 'scales' },
        );
      }
      found.set(file, part);
    }
  }
  return files.map((file) => {
    const part = found.get(file);
    return part ? scaleOf(part) : AS_STORED;
  });
}
