import { SourceError } from '../../core/errors.js';
import { type Axis, plainAxis, product } from '../../core/stack.js';
import { attributeValue } from './attribute.js';
import { isDataset } from './dataset.js';
import { isGroup, readLinks } from './group.js';
import { followLink, type Located, locate } from './links.js';
import { directoryOf, type FilePool } from './pool.js';
import { datasetAt } from './resolve.js';
import { placementOf } from './storage.js';
import type { Hdf5File } from './superblock.js';
import { elementAt } from './values.js';

function text(located: Located, name: string): string | null {
  const value = attributeValue(located.file, located.messages, name);
  return typeof value === 'string' && value !== '' && !value.startsWith('<') ? value : null;
}

function numeric(located: Located, name: string): number | null {
  const value = attributeValue(located.file, located.messages, name);
  const scalar = Array.isArray(value) ? value[0] : value;
  return typeof scalar === 'number' && Number.isFinite(scalar) ? scalar : null;
}

/** HyperSpy keeps each axis as a group `axis-N` beside the data, with its numbers as attributes. */
function hyperspyAxis(group: Located, index: number): Axis {
  const plain = plainAxis(index);
  return {
    name: text(group, 'name') ?? plain.name,
    unit: text(group, 'units') ?? '',
    step: numeric(group, 'scale') ?? 1,
    origin: numeric(group, 'offset') ?? 0,
  };
}

/** Origin and step of an evenly spaced coordinate vector, null when it is not one. Only unfiltered vectors are read. */
function evenSpacing(located: Located): { origin: number; step: number } | null {
  const dataset = datasetAt(located);
  const { type, space, file } = dataset;
  const count = product(space.shape);
  if (type.kind !== 'number' || space.shape.length !== 1 || count < 2 || dataset.layout.kind === 'chunked') return null;
  if (dataset.layout.kind === 'virtual' || dataset.external.length > 0) return null;
  const { layout } = placementOf(dataset, 1);
  if (layout.kind !== 'contiguous') return null;
  const at = (index: number): number => {
    const view = file.pages.locate(layout.offset + index * type.bytes, type.bytes);
    return elementAt(new Uint8Array(view.buffer, view.byteOffset + file.pages.at, type.bytes), type.stored, 0);
  };
  const origin = at(0);
  const step = at(1) - origin;
  const mean = (at(count - 1) - origin) / (count - 1);
  return Number.isFinite(step) && step !== 0 && Math.abs(mean - step) <= 0.01 * Math.abs(step)
    ? { origin, step }
    : null;
}

function vectorAxis(located: Located, name: string): Axis | null {
  const spacing = isDataset(located.messages) ? evenSpacing(located) : null;
  if (spacing === null) return null;
  return { name: text(located, 'name') ?? name, unit: text(located, 'units') ?? '', ...spacing };
}

/** Names of the coordinate vectors by dimension: NeXus `axes`, else EMD `dim1`, `dim2`, ... or `dim0`, `dim1`, ... */
function vectorNames(group: Located, names: ReadonlySet<string>, rank: number): (string | null)[] {
  const axes = attributeValue(group.file, group.messages, 'axes');
  if (Array.isArray(axes)) return axes.map((name) => (typeof name === 'string' && names.has(name) ? name : null));
  const first = names.has('dim0') ? 0 : 1;
  return Array.from({ length: rank }, (_, d) => (names.has(`dim${d + first}`) ? `dim${d + first}` : null));
}

function axesBeside(pool: FilePool, group: Located, shape: readonly number[]): Axis[] | null {
  if (!isGroup(group.messages)) return null;
  const links = readLinks(group.file, group.messages);
  const follow = (name: string): Located | null => {
    const link = links.find((candidate) => candidate.name === name);
    return link === undefined ? null : followLink(pool, group, link);
  };
  const hyperspy = shape.map((_, d) => follow(`axis-${d}`));
  if (hyperspy.some((axis) => axis !== null)) {
    return hyperspy.map((axis, d) => (axis === null ? plainAxis(d) : hyperspyAxis(axis, d)));
  }
  const names = vectorNames(group, new Set(links.map((link) => link.name)), shape.length);
  const vectors = shape.map((_, d) => {
    const name = names[d];
    const located = name === undefined || name === null ? null : follow(name);
    return located === null || name === undefined || name === null ? null : vectorAxis(located, name);
  });
  return vectors.some((axis) => axis !== null) ? vectors.map((axis, d) => axis ?? plainAxis(d)) : null;
}

/** Axes written on the data set itself, one array of names, units, steps and origins each: fanfold's own files. */
function ownAxes(located: Located, rank: number): Axis[] | null {
  const list = (name: string): unknown[] | null => {
    const value = attributeValue(located.file, located.messages, name);
    return Array.isArray(value) && value.length === rank ? value : null;
  };
  const [names, units, steps, origins] = ['axis_names', 'axis_units', 'axis_steps', 'axis_origins'].map(list);
  if (!names || !units || !steps || !origins) return null;
  return names.map((name, d) => ({
    name: String(name),
    unit: String(units[d]),
    step: Number(steps[d]),
    origin: Number(origins[d]),
  }));
}

/** Axes of a data set: its own, or those HyperSpy, py4DSTEM or NeXus wrote beside it or a link to it; else plain ones. */
export function readAxes(
  pool: FilePool,
  file: Hdf5File,
  chosen: { readonly path: string; readonly located: Located },
  shape: readonly number[],
): Axis[] {
  const { located } = chosen;
  const own = ownAxes(located, shape.length);
  if (own) return own;
  const places = [
    { file, path: `/${chosen.path.replace(/^\/+/, '')}` },
    { file: located.file, path: located.path },
  ];
  for (const place of places) {
    try {
      const axes = axesBeside(pool, locate(pool, place.file, directoryOf(place.path)), shape);
      if (axes !== null) return axes;
    } catch (error) {
      // axes only describe: a data set reads without them
      if (!(error instanceof SourceError)) throw error;
    }
  }
  return shape.map((_, d) => plainAxis(d));
}
