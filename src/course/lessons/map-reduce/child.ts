import { sumOf } from './numbers.js';

/** A process sees nothing of ours: its part of the array comes through a pipe, as a copy. */
process.on('message', (part: Float64Array) => {
  process.send?.(sumOf(part, 0, part.length));
});
