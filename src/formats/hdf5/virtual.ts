import type { StoredType } from '../../core/dtype.js';
import { unsupported } from './bytes.js';
import type { Dataset } from './dataset.js';
import type { Layout } from './layout.js';
import type { Located } from './links.js';
import type { FilePool } from './pool.js';
import type { Resolved } from './resolve.js';
import type { Placement } from './storage.js';

export function virtualPlacement(
  _pool: FilePool,
  dataset: Dataset,
  _layout: Extract<Layout, { kind: 'virtual' }>,
  _type: StoredType,
  _resolve: (source: Located) => Resolved,
): { placement: Placement; missing: readonly string[] } {
  throw unsupported(dataset.file.path, 'a virtual data set');
}
