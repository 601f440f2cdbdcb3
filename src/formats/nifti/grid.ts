import { SourceError } from '../../core/errors.js';
import type { Axis } from '../../core/stack.js';
import { badNifti, type NiftiHeader } from './header.js';

/** Millimetres of NIfTI's units of length; files that name none mean millimetres. */
const LENGTHS: Readonly<Record<number, number>> = { 0: 1, 1: 1000, 2: 1, 3: 1e-3 };

/** NIfTI's units of the fourth dimension, as an axis with a factor. */
const TIMES: Readonly<Record<number, { name: string; unit: string; factor: number }>> = {
  0: { name: 'time', unit: 's', factor: 1 },
  8: { name: 'time', unit: 's', factor: 1 },
  16: { name: 'time', unit: 's', factor: 1e-3 },
  24: { name: 'time', unit: 's', factor: 1e-6 },
  32: { name: 'frequency', unit: 'Hz', factor: 1 },
  40: { name: 'shift', unit: 'ppm', factor: 1 },
  48: { name: 'frequency', unit: 'rad/s', factor: 1 },
};

/** The dimensions of a file from slow to fast, and the sizes of a voxel. */
export interface NiftiGrid {
  readonly shape: readonly number[];
  readonly axes: readonly Axis[];
  /** Along x, y and z, millimetres. */
  readonly sizes: readonly [number, number, number];
  /** Millimetres of the unit that lengths of the header are in. */
  readonly unit: number;
  /** What files of one volume follow each other along, where the header says. */
  readonly series?: Axis;
  readonly notes: readonly string[];
}

/** float32 keeps 3.1 as 3.0999999046325684: the shortest number that it stands for. */
function shortest(value: number, version: 1 | 2): number {
  return version === 2 ? value : Number(value.toPrecision(7));
}

/** The one dimension beyond z that is longer than 1, with its number from 0. @throws SourceError for two of them */
function positionsOf(extents: readonly number[], location: string): { extent: number; index: number } | null {
  const beyond = extents.slice(3);
  if (beyond.length === 0) return null;
  const long = beyond.map((extent, index) => ({ extent, index })).filter(({ extent }) => extent > 1);
  if (long.length > 1) {
    throw new SourceError(
      'unsupported-shape',
      `${location} has ${extents.length} dimensions (${extents.join(' x ')}); beside x, y and z one may be longer than 1. ` +
        'Save its parts as files of their own.',
      { location },
    );
  }
  return long[0] ?? { extent: 1, index: 0 };
}

/**
 * Time from volume to volume in a file of one volume. Its header need not say, and programs fill what it does not use with 1: a
 * unit of time and another number are taken as meant.
 */
function beyondZ({ pixdim, units, toffset, version }: NiftiHeader): Axis | undefined {
  const time = (units & 0x38) === 0 ? undefined : TIMES[units & 0x38];
  const said = pixdim[4] ?? 0;
  if (time === undefined || !Number.isFinite(said) || said <= 0 || said === 1) return undefined;
  const { name, unit, factor } = time;
  const origin = Number.isFinite(toffset) ? toffset * factor : 0;
  return { name, unit, step: shortest(said * factor, version), origin };
}

/** @throws SourceError for more than one dimension beside x, y and z, or a unit of length that NIfTI does not know */
export function gridOf(header: NiftiHeader, location: string): NiftiGrid {
  const { extents, pixdim, units, toffset, version } = header;
  const unit = LENGTHS[units & 7];
  if (unit === undefined) throw badNifti(location, `its unit of length has number ${units & 7}`);
  const notes: string[] = [];
  const sizes = [0, 1, 2].map((d) => {
    const size = shortest(Math.abs(pixdim[d + 1] ?? 0) * unit, version);
    if (Number.isFinite(size) && size > 0) return size;
    if ((extents[d] ?? 1) > 1) notes.push(`no voxel size along ${'xyz'[d]}: 1 mm is taken`);
    return 1;
  });
  const space: Axis[] = sizes
    .slice(0, Math.min(3, extents.length))
    .map((step, d) => ({ name: 'xyz'[d] ?? '', unit: 'mm', step, origin: 0 }));
  const position = positionsOf(extents, location);
  const lead: Axis[] = [];
  if (position?.index === 0) {
    const { name, unit: word, factor } = TIMES[units & 0x38] ?? { name: 'time', unit: 's', factor: 1 };
    const step = shortest((pixdim[4] ?? 0) * factor, version);
    const origin = Number.isFinite(toffset) ? toffset * factor : 0;
    const isKnown = Number.isFinite(step) && step > 0;
    if (!isKnown && position.extent > 1) notes.push('no time from volume to volume');
    else if ((units & 0x38) === 0 && position.extent > 1) notes.push('no unit of time: seconds are taken');
    lead.push(isKnown ? { name, unit: word, step, origin } : { name: 'volume', unit: '', step: 1, origin: 0 });
  } else if (position) {
    lead.push({ name: 'component', unit: '', step: 1, origin: 0 });
    notes.push(`dimension ${position.index + 4} of the file, its components, counts the volumes`);
  }
  const shape = [...(position ? [position.extent] : []), ...extents.slice(0, 3).toReversed()];
  const [x = 1, y = 1, z = 1] = sizes;
  const series = position === null ? beyondZ(header) : position.index === 0 ? lead[0] : undefined;
  const axes = [...lead, ...space.toReversed()];
  return { shape, axes, sizes: [x, y, z], unit, notes, ...(series?.unit ? { series } : {}) };
}
