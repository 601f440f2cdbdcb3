import { type Axis, plainAxis } from '../core/stack.js';

/** Axes of images at these positions, which nothing is known of but that rows run along y and columns along x. */
export function imageAxes(positions: readonly number[]): readonly Axis[] {
  const side = (name: string): Axis => ({ name, unit: '', step: 1, origin: 0 });
  return [...positions.map((_, i) => plainAxis(i)), side('y'), side('x')];
}
