import { LayoutError } from '../core/errors.js';

/** The automatic differentiation library, on WebAssembly. */
export type Jax = typeof import('@jax-js/jax');

let loaded: Promise<Jax> | undefined;

async function load(): Promise<Jax> {
  const jax = await import('@jax-js/jax');
  // Node has no other device; WebAssembly must be named, or arrays would be computed by plain JavaScript.
  await jax.init('wasm');
  jax.defaultDevice('wasm');
  return jax;
}

/**
 * Loads the library that computes gradients, once.
 *
 * @param bring how the package is loaded; tests give one that fails
 * @throws LayoutError with the command that installs it when it is not there
 */
export function loadJax(bring: () => Promise<Jax> = load): Promise<Jax> {
  if (bring === load && loaded) return loaded;
  const jax = bring().catch((error: unknown) => {
    const code = (error as { readonly code?: unknown }).code;
    const why = code === 'ERR_MODULE_NOT_FOUND' ? 'is not installed' : `does not load: ${(error as Error).message}`;
    throw new LayoutError(
      'no-jax',
      `Training the network needs @jax-js/jax, which ${why}. Install it beside fanfold: npm install @jax-js/jax@0.1. --model ridge works without it.`,
      {},
      { cause: error },
    );
  });
  if (bring === load) loaded = jax;
  return jax;
}
