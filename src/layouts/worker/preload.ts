import type { OperatorRef } from '../../core/layout.js';
import type { SourceHandle } from '../../core/source.js';
import { preloadReader } from '../../formats/registry.js';
import { loadOperator } from '../../operators/load.js';

/** Loads all code a worker will run before the first part is handed out. */
export async function preload(source: SourceHandle, operators: readonly OperatorRef[]): Promise<void> {
  await Promise.all([preloadReader(source), ...operators.map(loadOperator)]);
}
