import type { OperatorRef } from '../../core/layout.js';
import type { SourceHandle } from '../../core/source.js';
import { compileModule } from '../../core/wasm.js';
import { preloadReader } from '../../formats/registry.js';
import { loadOperator } from '../../operators/load.js';

/** Loads and compiles all code a worker will run before the first part is handed out. */
export async function preload(source: SourceHandle, operators: readonly OperatorRef[]): Promise<void> {
  const [loaded] = await Promise.all([Promise.all(operators.map(loadOperator)), preloadReader(source)]);
  for (const { kernels } of loaded) if (kernels?.wasm) compileModule(kernels.wasm.module);
}
