import { type Dtype, storedAs } from '../../../core/dtype.js';
import type { NamedArray, Provenance } from '../../../core/sink.js';
import type { Axis } from '../../../core/stack.js';
import { emdAttributes, emdRoot } from './emd.js';
import { hyperspyAttributes, hyperspyExperiments } from './hyperspy.js';
import { signalAttributes } from './nexus.js';
import { type ArrayNode, type Attributes, floats, type GroupNode, group, type Placement, text, texts } from './tree.js';

/** An array in the file together with what its numbers mean: what the trees of other programs are made from. */
export interface Described {
  readonly name: string;
  readonly shape: readonly number[];
  readonly axes: readonly Axis[];
  readonly unit: string;
  readonly label: string;
  /** Trailing dimensions that make one frame. */
  readonly frameRank: number;
  /** Trailing dimensions with axes of the operator's own; 0 for frames and maps of the scan. */
  readonly coordinates: number;
  /** Name of the array that these are the uncertainties of. */
  readonly errorsOf?: string;
  readonly node: ArrayNode;
}

function ownAttributes(axes: readonly Axis[], unit: string, label: string, provenance: Provenance): Attributes {
  return {
    units: text(unit),
    long_name: text(label),
    axis_names: texts(axes.map((axis) => axis.name)),
    axis_units: texts(axes.map((axis) => axis.unit)),
    axis_steps: floats(axes.map((axis) => axis.step)),
    axis_origins: floats(axes.map((axis) => axis.origin)),
    program: text(`${provenance.program} ${provenance.version}`),
  };
}

const linkName = (name: string): string => name.replaceAll('/', '-');

/** Describes an array whose elements lie at `placement`. Names are those of links, so a slash becomes a dash. */
export function describe(
  array: Omit<NamedArray, 'data'> & { readonly dtype: Dtype },
  frameRank: number,
  placement: Placement,
  provenance: Provenance,
): Described {
  const { shape, axes, unit, label, coordinates = 0 } = array;
  const name = linkName(array.name);
  const errors = array.errorsOf === undefined ? {} : { errorsOf: linkName(array.errorsOf) };
  const facts = { name, shape, axes, unit, label, frameRank, coordinates, ...errors };
  const attributes = { ...ownAttributes(axes, unit, label, provenance), ...signalAttributes(facts) };
  return { ...facts, node: { kind: 'array', attributes, shape, type: storedAs(array.dtype), placement } };
}

/**
 * The root group: each array under its own name, and linked (not copied) into the trees that HyperSpy and py4DSTEM
 * read.
 *
 * @param names link of each array in the root
 */
export function rootGroup(arrays: readonly Described[], names: readonly string[], provenance: Provenance): GroupNode {
  const plain = Object.fromEntries(arrays.map((array, i) => [names[i] ?? array.name, array.node]));
  return group(
    {
      ...plain,
      Experiments: hyperspyExperiments(arrays, provenance),
      emd: emdRoot(arrays),
    },
    {
      ...hyperspyAttributes(),
      ...emdAttributes(provenance),
      program: text(provenance.program),
      program_version: text(provenance.version),
      recipe: text(provenance.recipe),
    },
  );
}
