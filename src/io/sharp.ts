import { LayoutError } from '../core/errors.js';

/** The image library, for JPEG and WebP. */
export type Sharp = typeof import('sharp').default;

let loaded: Promise<Sharp> | undefined;

async function load(): Promise<Sharp> {
  const { default: sharp } = await import('sharp');
  // Workers decode side by side: threads and a cache in each would only take cores and memory from the others.
  sharp.concurrency(1);
  sharp.cache(false);
  return sharp;
}

/**
 * Loads sharp, once a thread, with one thread for each operation and without its cache.
 *
 * @param bring how the package is loaded; tests give one that fails
 * @throws LayoutError with the command that installs it when it is not there
 */
export function loadSharp(bring: () => Promise<Sharp> = load): Promise<Sharp> {
  if (bring === load && loaded) return loaded;
  const sharp = bring().catch((error: unknown) => {
    const code = (error as { readonly code?: unknown }).code;
    const [first = ''] = (error as Error).message.split('\n');
    const why = code === 'ERR_MODULE_NOT_FOUND' ? 'is not installed' : `does not load: ${first}`;
    throw new LayoutError(
      'no-sharp',
      `JPEG and WebP images are decoded by sharp, which ${why}. Install it beside fanfold: npm install sharp. PNG and TIFF are read without it.`,
      {},
      { cause: error },
    );
  });
  if (bring === load) loaded = sharp;
  return sharp;
}
