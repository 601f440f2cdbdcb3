import { dtypeOfArray, type NumericArray } from './dtype.js';
import { UsageError } from './errors.js';
import { type Job, type Planned, slotLabel } from './job.js';
import { nearest } from './nearest.js';
import { frameCount, product } from './stack.js';

/**
 * The caller's arrays for entries of every frame, in the order of slots; null where none is given.
 *
 * @throws UsageError for a name that is no such result, one that goes to a file, and an array of another type or length
 */
export function givenArrays(
  { into, source, streams }: Job,
  { slots, bound }: Planned,
): readonly (NumericArray | null)[] {
  if (!into) return slots.map(() => null);
  const frames = frameCount(source.handle.stack);
  const named = new Map(slots.map((one) => [slotLabel(one, bound), one.slot]));
  for (const [name, array] of Object.entries(into)) {
    const slot = named.get(name);
    if (slot?.kind !== 'each' || slot.private) {
      const known = [...named]
        .filter(([, { kind, private: hidden }]) => kind === 'each' && !hidden)
        .map(([label]) => label);
      const guess = nearest(name, known);
      throw new UsageError(
        'bad-option',
        `into: '${name}' is no result with an entry for every frame.${guess ? ` Did you mean ${guess}?` : ''} There is ${known.join(', ') || 'none'}.`,
        { slot: name },
      );
    }
    if (streams.some((stream) => stream.slot === name))
      throw new UsageError(
        'bad-option',
        `into: '${name}' goes to a file while it is made. Leave the output out, or the array.`,
      );
    const length = frames * product(slot.shape);
    const dtype = dtypeOfArray(array);
    if (dtype !== slot.dtype || array.length !== length) {
      throw new UsageError(
        'bad-option',
        `into: '${name}' needs ${length} numbers of ${slot.dtype}, not ${array.length} of ${dtype}.`,
        { slot: name },
      );
    }
  }
  return slots.map((one) => into[slotLabel(one, bound)] ?? null);
}
