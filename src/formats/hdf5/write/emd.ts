import type { Provenance } from '../../../core/sink.js';
import type { Axis } from '../../../core/stack.js';
import type { Described } from './described.js';
import {
  type Attributes,
  bool,
  float,
  floats,
  type GroupNode,
  group,
  integer,
  text,
  type Value,
  value,
} from './tree.js';

// The tree of EMD 1.0 as py4DSTEM 0.14 reads it through emdfile: a root, arrays with one dim vector per dimension, and
// for 4-D data the calibration.

/** 128 bits from the recipe in the form of a version 8 UUID: the same job gives the same file. */
function identifier({ recipe, version }: Provenance): string {
  let digits = '';
  for (let lane = 0; lane < 4; lane++) {
    let hash = 0x811c9dc5 ^ lane;
    for (const letter of `${version} ${recipe}`) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
    digits += (hash >>> 0).toString(16).padStart(8, '0');
  }
  const [a, b, c, d, e] = [
    digits.slice(0, 8),
    digits.slice(8, 12),
    digits.slice(13, 16),
    digits.slice(17, 20),
    digits.slice(20),
  ];
  return `${a}-${b}-8${c}-8${d}-${e}`;
}

export function emdAttributes(provenance: Provenance): Attributes {
  return {
    emd_group_type: text('file'),
    version_major: integer(1),
    version_minor: integer(0),
    authoring_program: text(provenance.program),
    authoring_user: text(''),
    UUID: text(identifier(provenance)),
  };
}

/** Step and unit as py4DSTEM spells them: inverse angstrom, milliradian, or else pixels. */
function reciprocal(axis: Axis | undefined): [number, string] {
  const step = axis?.step ?? 1;
  switch (axis?.unit) {
    case '1/nm':
    case 'nm^-1':
      return [step / 10, 'A^-1'];
    case '1/A':
    case '1/Å':
    case 'A^-1':
      return [step, 'A^-1'];
    case 'mrad':
      return [step, 'mrad'];
    default:
      return [1, 'pixels'];
  }
}

function real(axis: Axis | undefined): [number, string] {
  return axis?.unit ? [axis.step, axis.unit] : [1, 'pixels'];
}

const typed = (type: string, content: Value) => value(content, { type: text(type) });

function calibration(cube: Described): GroupNode {
  const [q, qUnit] = reciprocal(cube.axes[2]);
  const [r, rUnit] = real(cube.axes[0]);
  const paths = group({ 0: value(text(`/${cube.name}`)) }, { length: integer(1), type: text('list_of_strings') });
  return group(
    {
      Q_pixel_size: typed('number', float(q)),
      Q_pixel_units: typed('string', text(qUnit)),
      R_pixel_size: typed('number', float(r)),
      R_pixel_units: typed('string', text(rUnit)),
      QR_flip: typed('bool', bool(false)),
      _root_treepath: typed('string', text('')),
      _target_paths: paths,
    },
    { emd_group_type: text('metadata'), python_class: text('Calibration') },
  );
}

const CUBE_NAMES = ['Rx', 'Ry', 'Qx', 'Qy'];

function arrayGroup(array: Described): GroupNode {
  const isCube = array.shape.length === 4 && array.frameRank === 2;
  const dims = array.axes.map((axis, d) => {
    const [step, unit] = isCube ? (d < 2 ? real(axis) : reciprocal(axis)) : [axis.step, axis.unit || 'pixels'];
    const origin = isCube ? 0 : axis.origin;
    const name = isCube ? (CUBE_NAMES[d] ?? axis.name) : axis.name;
    return [`dim${d}`, value(floats([origin, origin + step]), { name: text(name), units: text(unit) })] as const;
  });
  return group(
    { data: array.node, ...Object.fromEntries(dims) },
    { emd_group_type: text('array'), python_class: text(isCube ? 'DataCube' : 'Array') },
  );
}

/** The root that holds every array; the calibration is that of the first 4-D one. */
export function emdRoot(arrays: readonly Described[]): GroupNode {
  const nodes = Object.fromEntries(arrays.map((array) => [array.name, arrayGroup(array)]));
  const cube = arrays.find((array) => array.shape.length === 4 && array.frameRank === 2);
  const bundle = cube
    ? { metadatabundle: group({ calibration: calibration(cube) }, { emd_group_type: text('metadatabundle') }) }
    : {};
  return group({ ...nodes, ...bundle }, { emd_group_type: text('root'), python_class: text('Root') });
}
