/**
 * What is read of a colour image: its luminance, one of its colours, or all three, which makes frames of
 * (rows, columns, 3).
 */
export type Channel = 'grey' | 'red' | 'green' | 'blue' | 'all';

/** All of them; the first is what is read unless told. */
export const CHANNELS = ['grey', 'red', 'green', 'blue', 'all'] as const satisfies readonly Channel[];

/** Elements of one pixel of a frame. */
export function elementsOf(channel: Channel): 1 | 3 {
  return channel === 'all' ? 3 : 1;
}
