import { OperatorError, UsageError } from '../core/errors.js';
import type { OperatorRef } from '../core/layout.js';
import type { AnyOperator } from '../core/operator.js';
import { findOperator } from './registry.js';

/**
 * The operator a job names: a built-in one, or the default export of the module at a file URL.
 *
 * @throws UsageError for an unknown name or a module without an operator; OperatorError when the module fails to load
 */
export async function loadOperator(ref: Pick<OperatorRef, 'name' | 'module'>): Promise<AnyOperator> {
  if (ref.module === undefined) return findOperator(ref.name);
  let loaded: { default?: Partial<AnyOperator> };
  try {
    loaded = (await import(ref.module)) as { default?: Partial<AnyOperator> };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new OperatorError('module-failed', `The module ${ref.module} does not load: ${text}.`, {}, { cause: error });
  }
  const operator = loaded.default;
  if (!operator?.name || typeof operator.process !== 'function' || typeof operator.outputs !== 'function') {
    throw new UsageError(
      'no-operator',
      `${ref.module} has no operator as its default export. Export the result of defineOperator({ name, params, outputs, process }).`,
    );
  }
  return operator as AnyOperator;
}
