import type { Cursor } from './cursor.js';

/** Shape of a data set or attribute. A null dataspace holds nothing at all. */
export interface Dataspace {
  readonly kind: 'scalar' | 'simple' | 'null';
  readonly shape: readonly number[];
  /** Largest extent of each dimension; Infinity when unlimited. */
  readonly maxShape: readonly number[];
}

const MAX_RANK = 32;

/** Reads a dataspace message. @throws SourceError when it is damaged, or larger than any address */
export function readDataspace(cursor: Cursor): Dataspace {
  const version = cursor.u8();
  if (version !== 1 && version !== 2) throw cursor.fail('a dataspace of unknown version');
  const rank = cursor.u8();
  const flags = cursor.u8();
  if (rank > MAX_RANK) throw cursor.fail(`a dataspace of rank ${rank}`);
  const type = version === 2 ? cursor.u8() : rank === 0 ? 0 : 1;
  if (version === 1) cursor.skip(5);
  const shape = Array.from({ length: rank }, () => cursor.length());
  const unlimited = 2 ** (8 * cursor.space.lengthBytes) - 1;
  const maxShape =
    (flags & 1) === 0
      ? shape
      : shape.map((extent) => {
          const most = cursor.length();
          return most >= unlimited ? Number.POSITIVE_INFINITY : Math.max(most, extent);
        });
  const elements = shape.reduce((total, extent) => total * extent, 1);
  if (!(elements <= Number.MAX_SAFE_INTEGER)) throw cursor.fail(`a dataspace of ${shape.join(' x ')} elements`);
  if (shape.some((extent) => !Number.isSafeInteger(extent))) throw cursor.fail('a dataspace of impossible extent');
  return { kind: type === 2 ? 'null' : rank === 0 ? 'scalar' : 'simple', shape, maxShape };
}
