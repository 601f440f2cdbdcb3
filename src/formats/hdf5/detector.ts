import { SourceError } from '../../core/errors.js';
import type { DetectorFacts, FrameNumbers } from '../../core/source.js';
import { formatShape, frameCount, type Stack } from '../../core/stack.js';
import { attributeValue } from './attribute.js';
import { beamWavelength } from './beam.js';
import { describeDataset, isDataset } from './dataset.js';
import { Description } from './description.js';
import { isGroup, readLinks } from './group.js';
import { type Located, locate } from './links.js';
import { childOf, hasClass, type Place } from './nexus.js';
import { directoryOf, type FilePool } from './pool.js';
import type { Hdf5File } from './superblock.js';
import { metresIn } from './units.js';

/** What a file says about its detector and the numbers of its frames; null where it says nothing. */
export interface DetectorReading {
  readonly facts: DetectorFacts | null;
  readonly numbering: FrameNumbers | null;
  /** What was found, and what was left out and why. */
  readonly notes: readonly string[];
}

/** Children of a group looked at in search of instruments and detectors. */
const MAX_CHILDREN = 256;

/** Metres that are possible, generously. */
const PIXELS = [1e-8, 0.1] as const;
const DISTANCES = [1e-6, 1000] as const;

const MASK_NAMES = ['pixel_mask', 'mask', 'bad_pixel_mask'];

function groupsOfClass(pool: FilePool, group: Located, name: string): Located[] {
  const links = readLinks(group.file, group.messages).slice(0, MAX_CHILDREN);
  return links.flatMap((link) => {
    const child = link.kind === 'hard' ? childOf(pool, group, link.name) : null;
    return child !== null && isGroup(child.messages) && hasClass(child, name) ? [child] : [];
  });
}

function groupAt(pool: FilePool, group: Located | null, name: string): Located | null {
  const child = group === null ? null : childOf(pool, group, name);
  return child !== null && isGroup(child.messages) ? child : null;
}

const isSame = (a: Located, b: Located): boolean => a.address === b.address && a.file === b.file;

/** The detector that the data set belongs to: the group it lies in, the one that links to it, or the only one there is. */
function findDetector(
  read: Description,
  parents: readonly Located[],
  instrument: Located | null,
  data: Located,
): Located | null {
  const { pool } = read;
  const holder = parents.find((parent) => hasClass(parent, 'NXdetector'));
  if (holder !== undefined) return holder;
  if (instrument === null) return null;
  const classed = groupsOfClass(pool, instrument, 'NXdetector');
  const named = groupAt(pool, instrument, 'detector');
  const cameras = classed.filter((detector) => childOf(pool, detector, 'x_pixel_size') !== null);
  const all = cameras.length > 0 ? cameras : classed.length > 0 ? classed : named === null ? [] : [named];
  if (all.length < 2) return all[0] ?? null;
  const owner = all.find((detector) => {
    const own = childOf(pool, detector, 'data');
    return own !== null && isSame(own, data);
  });
  if (owner === undefined && cameras.length > 1)
    read.note(`${cameras.length} detectors are described; none is known to have taken these frames`);
  return owner ?? null;
}

function beamCenter(read: Description, detector: Located, pixel: readonly [number, number] | null) {
  const inPixels = (name: string, size: number | undefined): number | null => {
    const found = read.number(detector, name);
    if (found === null) return null;
    if (found.unit === '' || /^(pixels?|px|index)$/i.test(found.unit.trim())) return found.value;
    const metres = metresIn(found.unit);
    if (metres !== null && size !== undefined) return (found.value * metres) / size;
    read.note(`${name} is in ${found.unit || 'no unit'}, which is neither pixels nor a length`);
    return null;
  };
  const column = inPixels('beam_center_x', pixel?.[1]);
  const row = inPixels('beam_center_y', pixel?.[0]);
  if (row === null || column === null) return null;
  if (row !== 0 || column !== 0) return [row, column] as const;
  read.note('the beam centre is 0, 0: not set');
  return null;
}

/** The first mask that has the shape of a frame, as `file.h5:/path`. */
function findMask(read: Description, groups: readonly (Located | null)[], frameShape: readonly number[]) {
  for (const group of groups) {
    for (const name of MASK_NAMES) {
      const child = group === null ? null : childOf(read.pool, group, name);
      if (child === null || !isDataset(child.messages)) continue;
      const text = read.attempt(name, () => maskText(read, child, frameShape));
      if (text !== null) return text;
    }
  }
  return null;
}

function maskText(read: Description, { file, path, messages }: Located, frameShape: readonly number[]): string | null {
  const described = describeDataset(file, messages);
  const shape = described?.space.shape ?? [];
  const inner = shape.length === frameShape.length + 1 && shape[0] === 1 ? shape.slice(1) : shape;
  if (described?.type.kind === 'number' && inner.join() === frameShape.join()) return `${file.path}:${path}`;
  if (shape.length > 1)
    read.note(`${path} of ${formatShape(shape)} is no mask for frames of ${formatShape(frameShape)}`);
  return null;
}

function readNumbers(read: Description, detector: Located | null, data: Located, frames: number): FrameNumbers | null {
  const low = attributeValue(data.file, data.messages, 'image_nr_low');
  const high = attributeValue(data.file, data.messages, 'image_nr_high');
  if (typeof low === 'number' && typeof high === 'number' && high - low + 1 === frames)
    return { first: low, last: high };
  const list = detector === null ? null : read.numbers(detector, 'sequence_number');
  const first = list?.[0];
  if (list === null || first === undefined || list.length !== frames || frames < 1) return null;
  if (!list.every((number, i) => number === first + i)) return null;
  const total = detector === null ? null : read.number(groupAt(read.pool, detector, 'collection'), 'frame_numbers');
  return { first, last: first + frames - 1, ...(total === null ? {} : { total: total.value }) };
}

function expectedFrames(read: Description, detector: Located | null): number | null {
  const specific = groupAt(read.pool, detector, 'detectorSpecific');
  const images = read.number(specific, 'nimages');
  const triggers = read.number(specific, 'ntrigger');
  return images === null ? null : images.value * (triggers?.value ?? 1);
}

function collect(pool: FilePool, file: Hdf5File, chosen: Place, stack: Stack): DetectorReading {
  const read = new Description(pool);
  const path = `/${chosen.path.replace(/^\/+/, '')}`;
  const parent = locate(pool, file, directoryOf(path));
  const home = locate(pool, chosen.located.file, directoryOf(chosen.located.path));
  const entry = locate(pool, file, path.split('/').length > 2 ? `/${path.split('/')[1] ?? ''}` : '/');
  const inEntry = entry.address === file.root ? [] : groupsOfClass(pool, entry, 'NXinstrument');
  const instrument = groupAt(pool, entry, 'instrument') ?? inEntry[0] ?? null;
  const detector = findDetector(read, [parent, home], instrument, chosen.located);
  const specific = groupAt(pool, detector, 'detectorSpecific');
  const name = read.text(detector, ['description', 'model', 'local_name']);
  const row = read.length(detector, ['y_pixel_size'], PIXELS);
  const column = read.length(detector, ['x_pixel_size'], PIXELS);
  const pixelSize = row !== null && column !== null ? ([row, column] as const) : null;
  const distance = read.length(detector, ['detector_distance', 'distance'], DISTANCES);
  const center = detector === null ? null : beamCenter(read, detector, pixelSize);
  const wavelength = beamWavelength(read, entry, instrument, detector, name);
  const mask = findMask(read, [detector, specific, entry, parent], stack.frameShape);
  const facts: DetectorFacts = {
    ...(name === null ? {} : { name }),
    ...(pixelSize === null ? {} : { pixelSize }),
    ...(distance === null ? {} : { distance }),
    ...(center === null ? {} : { beamCenter: center }),
    ...(wavelength === null ? {} : { wavelength }),
    ...(mask === null ? {} : { mask }),
  };
  const expected = expectedFrames(read, detector);
  const frames = frameCount(stack);
  if (expected !== null && frames < expected)
    read.notes.push(`${frames} frames are here of the ${expected} that nimages and ntrigger announce.`);
  const numbering = readNumbers(read, detector, chosen.located, frames);
  if (Object.keys(facts).length === 0) return { facts: null, numbering, notes: read.notes };
  return { facts, numbering, notes: [describeDetector(facts), ...read.notes] };
}

/** `Detector Eiger 4M: pixels 75 x 75 um, 0.2 m away, ...`. */
function describeDetector({ name, pixelSize, distance, beamCenter: center, wavelength, mask }: DetectorFacts): string {
  const number = (value: number): string => String(Number(value.toPrecision(7)));
  const said = [
    pixelSize ? `pixels ${pixelSize.map((size) => number(size * 1e6)).join(' x ')} um` : '',
    distance === undefined ? '' : `distance ${number(distance)} m`,
    center ? `beam at row ${number(center[0])}, column ${number(center[1])}` : '',
    wavelength === undefined ? '' : `wavelength ${number(wavelength * 1e10)} A`,
    mask === undefined ? '' : `bad pixels in ${mask}`,
  ].filter((text) => text !== '');
  return `Detector${name === undefined ? '' : ` ${name}`}${said.length > 0 ? `: ${said.join(', ')}` : ''}.`;
}

/**
 * What NXdetector, NXbeam and NXmonochromator groups of the entry say about the detector, in metres and pixels, and the
 * numbers of the frames. Whatever is damaged, of another unit or impossible is left out with a note: a data set opens
 * without it.
 *
 * @param chosen the data set with the path a user finds it at
 */
export function readDetector(pool: FilePool, file: Hdf5File, chosen: Place, stack: Stack): DetectorReading {
  try {
    return collect(pool, file, chosen, stack);
  } catch (error) {
    if (!(error instanceof SourceError || error instanceof RangeError)) throw error;
    return { facts: null, numbering: null, notes: ['What the file says about its detector cannot be read.'] };
  }
}
