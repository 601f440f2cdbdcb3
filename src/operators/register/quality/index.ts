import type { Arrays, ReadBack } from '../../../core/operator.js';
import type { Stack } from '../../../core/stack.js';
import type { Given } from '../method.js';

/** Fills what follows from the motion and the realigned frames: their mean. */
export function finishQuality(out: Partial<Arrays<string>>, _stack: Stack, _values: Given, _read: ReadBack): void {
  const { mean, total, covered } = out;
  if (!mean || !total || !covered) return;
  for (let i = 0; i < mean.length; i++) mean[i] = covered[i] ? (total[i] ?? 0) / (covered[i] ?? 1) : 0;
}
