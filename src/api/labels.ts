import type { NamedArray, Provenance } from '../core/sink.js';
import type { Source } from '../core/source.js';

/** The number of the class of each frame as an array beside the results; none for sources without classes. */
export function labelArrays({ labels, handle }: Source): readonly NamedArray[] {
  if (!labels) return [];
  const { stackShape, axes } = handle.stack;
  const positions = axes.slice(0, stackShape.length);
  const label = 'number of the class of each frame, -1 for none';
  return [{ name: 'label', shape: stackShape, data: labels.of, axes: positions, unit: '', label }];
}

/**
 * What the classes are called, one a line in the order of their numbers, in the provenance of an output.
 *
 * @param isStreamed the output holds its one array alone: the classes of the frames are told there, too
 */
export function withClasses(provenance: Provenance, { labels }: Source, isStreamed: boolean): Provenance {
  if (!labels) return provenance;
  const facts = { classes: labels.classes.join('\n'), ...(isStreamed ? { label: labels.of.join(' ') } : {}) };
  return { ...provenance, facts: { ...provenance.facts, ...facts } };
}
