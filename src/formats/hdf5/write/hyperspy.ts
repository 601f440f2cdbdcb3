import type { Provenance } from '../../../core/sink.js';
import type { Described } from './described.js';
import { type Attributes, bool, float, type GroupNode, group, integer, text } from './tree.js';

// The tree that HyperSpy 1.5 and later, and RosettaSciIO, read: version 3.1 of its "hspy" format.

export function hyperspyAttributes(): Attributes {
  return { file_format: text('HyperSpy'), file_format_version: text('3.1') };
}

function axisGroup({ axes, shape, frameRank }: Described, d: number): GroupNode {
  const axis = axes[d];
  return group(
    {},
    {
      name: text(axis?.name ?? `axis${d}`),
      units: text(axis?.unit ?? ''),
      scale: float(axis?.step ?? 1),
      offset: float(axis?.origin ?? 0),
      size: integer(shape[d] ?? 1),
      navigate: bool(d < shape.length - frameRank),
      is_binned: bool(false),
    },
  );
}

function experiment(array: Described, provenance: Provenance): GroupNode {
  const axes = Object.fromEntries(array.shape.map((_, d) => [`axis-${d}`, axisGroup(array, d)]));
  const origin = {
    program: text(provenance.program),
    version: text(provenance.version),
    recipe: text(provenance.recipe),
  };
  const quantity = array.unit ? `${array.label} (${array.unit})` : array.label;
  return group({
    ...axes,
    data: array.node,
    metadata: group({
      General: group({}, { title: text(array.name) }),
      Signal: group({}, { signal_type: text(''), quantity: text(quantity) }),
    }),
    original_metadata: group({ [provenance.program]: group({}, origin) }),
  });
}

/** `/Experiments` with one signal per array. */
export function hyperspyExperiments(arrays: readonly Described[], provenance: Provenance): GroupNode {
  return group(Object.fromEntries(arrays.map((array) => [array.name, experiment(array, provenance)])));
}
