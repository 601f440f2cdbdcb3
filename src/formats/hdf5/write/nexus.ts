import type { Provenance } from '../../../core/sink.js';
import { type Axis, plainAxis } from '../../../core/stack.js';
import type { Described } from './described.js';
import { type Attributes, floats, type GroupNode, group, type Node, text, texts, value } from './tree.js';

// NeXus as silx and h5web read it: NXentry, and in it one NXdata per result, with `default` leading to the first.

/** NeXus allows letters, digits, `_` and `.` in names. */
const nexusName = (name: string): string => name.replaceAll(/[^A-Za-z0-9_.]/g, '_') || 'axis';

/** Names for the axes of one array, none twice and none that of the signal or its errors. */
function axisNames(axes: readonly Axis[], taken: readonly string[]): string[] {
  const used = new Set(taken);
  return axes.map((axis, d) => {
    const plain = nexusName(axis.name);
    const name = used.has(plain) ? `${plain}_${d}` : plain;
    used.add(name);
    return name;
  });
}

function axisNode({ name, unit, step, origin }: Axis, extent: number): Node {
  const attributes = { long_name: text(unit ? `${name} (${unit})` : name), ...(unit ? { units: text(unit) } : {}) };
  return value(floats(Array.from({ length: extent }, (_, i) => origin + i * step)), attributes);
}

/** Attributes of a signal: `spectrum` for curves, `image` for maps, which is how a viewer shows one entry of more. */
export function signalAttributes({ coordinates, shape }: Omit<Described, 'node'>): Attributes {
  if (coordinates === 1 || shape.length === 1) return { interpretation: text('spectrum') };
  return shape.length > 1 ? { interpretation: text('image') } : {};
}

/** The axes of an array; that of a series of curves or maps is of frames, when nobody named it. */
function axesOf({ axes, shape, coordinates }: Described): readonly Axis[] {
  const isSeries = coordinates > 0 && shape.length === coordinates + 1;
  return axes.map((axis, d) =>
    isSeries && d === 0 && axis.name === plainAxis(0).name ? { ...axis, name: 'frame' } : axis,
  );
}

function dataGroup(array: Described, errors: Described | undefined): GroupNode {
  const signal = nexusName(array.name);
  const described = axesOf(array);
  const names = axisNames(described, [signal, `${signal}_errors`]);
  const axes = described.map((axis, d) => [names[d] ?? '', axisNode(axis, array.shape[d] ?? 1)] as const);
  return group(
    { [signal]: array.node, ...(errors ? { [`${signal}_errors`]: errors.node } : {}), ...Object.fromEntries(axes) },
    {
      NX_class: text('NXdata'),
      signal: text(signal),
      ...(names.length > 0 ? { axes: texts(names) } : {}),
      ...Object.fromEntries(names.map((name, d) => [`${name}_indices`, { kind: 'integer', value: d } as const])),
      title: text(array.label),
    },
  );
}

function note(type: string, data: string): GroupNode {
  return group({ type: value(text(type)), data: value(text(data)) }, { NX_class: text('NXnote') });
}

function processGroup({ program, version, recipe, facts = {} }: Provenance): GroupNode {
  const notes = Object.entries(facts).map(([name, fact]) => [nexusName(name), note('text/plain', fact)] as const);
  return group(
    {
      ...Object.fromEntries(notes),
      program: value(text(program)),
      version: value(text(version)),
      configuration: note('application/json', recipe),
    },
    { NX_class: text('NXprocess') },
  );
}

/** One NXdata for every array that is not the uncertainty of another, which it then holds beside its signal. */
function nexusEntry(arrays: readonly Described[], provenance: Provenance): GroupNode {
  const errorsOf = new Map(arrays.flatMap((array) => (array.errorsOf === undefined ? [] : [[array.errorsOf, array]])));
  const signals = arrays.filter(
    (array) => array.errorsOf === undefined || !arrays.some(({ name }) => name === array.errorsOf),
  );
  const groups = signals.map((array) => [nexusName(array.name), dataGroup(array, errorsOf.get(array.name))] as const);
  const first = signals.find(({ coordinates }) => coordinates > 0) ?? signals[0];
  return group(
    { ...Object.fromEntries(groups), process: processGroup(provenance) },
    { NX_class: text('NXentry'), ...(first ? { default: text(nexusName(first.name)) } : {}) },
  );
}

/** The same tree with an `entry` that readers of NeXus find by themselves; arrays are linked, not copied. */
export function withNexus(root: GroupNode, arrays: readonly Described[], provenance: Provenance): GroupNode {
  const attributes = { NX_class: text('NXroot'), default: text('entry') };
  return group({ ...root.links, entry: nexusEntry(arrays, provenance) }, { ...root.attributes, ...attributes });
}
