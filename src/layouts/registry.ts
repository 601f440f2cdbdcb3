import { UsageError } from '../core/errors.js';
import type { Layout } from '../core/layout.js';
import { nearest } from '../core/nearest.js';
import { processes } from './processes/index.js';
import { serial } from './serial.js';
import { threads } from './threads/index.js';

/** All ways to run, plainest first. */
export const LAYOUTS: readonly Layout[] = [serial, threads, processes];

/** @throws UsageError for an unknown name, with the nearest one */
export function findLayout(name: string): Layout {
  const layout = LAYOUTS.find((one) => one.name === name);
  if (layout) return layout;
  const names = LAYOUTS.map((one) => one.name);
  const guess = nearest(name, names);
  throw new UsageError(
    'unknown-layout',
    `There is no layout '${name}' (${names.join(', ')}).${guess ? ` Did you mean ${guess}?` : ''}`,
  );
}
