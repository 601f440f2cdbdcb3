import { detectorTable, type ModuleLayout, type NamedDetector } from './detectors-table.js';

/** Words in what files call a detector that say nothing of its geometry: maker, sensor, generation of the readout. */
const NOISE = new Set(['dectris', 'si', 'r', 'x', 's', 'xe']);

/** One spelling of a name: no case, blanks or hyphens; CdTe at the end; a serial number after a comma left out. */
function key(name: string): string {
  const words = name
    .toLowerCase()
    .replace(/,.*$/, '')
    .replace(/\bs\/n.*$/, '')
    .split(/[^a-z0-9.:]+/)
    .filter((word) => word !== '' && !NOISE.has(word))
    .map((word) => (word === 'pilatus3' ? 'pilatus' : word));
  const joined = words.join('').replace('detector', '');
  return joined.includes('cdte') ? `${joined.replace('cdte', '')}cdte` : joined;
}

/** Names that pyFAI accepts beside those of its classes and that do not come down to the same spelling. */
const ALIASES: Readonly<Record<string, string>> = {
  quantum4: 'ADSC_Q4',
  quantum210: 'ADSC_Q210',
  quantum270: 'ADSC_Q270',
  quantum315: 'ADSC_Q315',
  agilenttitan: 'Titan',
  oxdtitan: 'Titan',
  titan2kx2k: 'Titan',
  titan2k2k: 'Titan',
  apexii: 'Apex2',
  bruker: 'Apex2',
  'fairchildcondor486:90': 'Fairchild',
  condor: 'Fairchild',
  'hf2.4m': 'HF_2M',
  'hf9.4m': 'HF_9M',
  mar133: 'Rayonix133',
  mar165: 'RayonixSx165',
  mar225: 'RayonixMx225',
  mar300: 'RayonixMx300',
  mar3450: 'Mar345',
  maxipix1x1: 'Maxipix',
  perkinelmer: 'Perkin',
  pixium4700: 'Pixium',
  thaleselectronics: 'Pixium',
  rayonixlx170hs: 'RayonixLx170',
  rayonixlx225hs: 'RayonixLx255',
  rayonixlx255hs: 'RayonixLx255',
  rayonixmx170hs: 'RayonixMx170',
};

const byKey = new Map<string, NamedDetector>(detectorTable.map((detector) => [key(detector.name), detector]));
for (const [alias, name] of Object.entries(ALIASES)) {
  const detector = byKey.get(key(name));
  if (detector) byKey.set(alias, detector);
}

/** The detector of a name such as `Eiger4M`, `eiger_4m`, `Dectris EIGER 4M` or `Pilatus CdTe 2M`; null for one that is not known. */
export function findDetector(name: string): NamedDetector | null {
  return byKey.get(key(name)) ?? null;
}

/** Names of all known detectors. */
export function detectorNames(): string[] {
  return detectorTable.map(({ name }) => name);
}

function fillRows(mask: Uint8Array, columns: number, first: number, height: number): void {
  mask.fill(1, first * columns, (first + height) * columns);
}

function fillColumns(mask: Uint8Array, columns: number, first: number, width: number): void {
  for (let start = first; start < mask.length; start += columns) {
    mask.fill(1, start, start + Math.min(width, columns - first));
  }
}

function maskGaps(mask: Uint8Array, [rows, columns]: readonly [number, number], modules: ModuleLayout): void {
  const stepRows = modules.rows + modules.rowGap;
  const stepColumns = modules.columns + modules.columnGap;
  for (let i = modules.rows; i < rows; i += stepRows) fillRows(mask, columns, i, modules.rowGap);
  for (let j = modules.columns; j < columns; j += stepColumns) fillColumns(mask, columns, j, modules.columnGap);
  if (!modules.seam) return;
  const [before, width] = modules.seam;
  for (let j = modules.columns >> 1; j < columns; j += stepColumns) fillColumns(mask, columns, j - before, width);
}

function maskCorners(mask: Uint8Array, [rows, columns]: readonly [number, number]): void {
  const [middle, centre] = [rows >> 1, columns >> 1];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      if ((i + 0.5 - middle) ** 2 + (j + 0.5 - centre) ** 2 > middle ** 2) mask[i * columns + j] = 1;
    }
  }
}

/** Pixels of a frame that see nothing, between modules or outside a round detector: 1. Null when there are none. */
export function gapMask({ shape, modules, isRound }: NamedDetector): Uint8Array | null {
  if (!modules && !isRound) return null;
  const mask = new Uint8Array(shape[0] * shape[1]);
  if (modules) maskGaps(mask, shape, modules);
  if (isRound) maskCorners(mask, shape);
  return mask.includes(1) ? mask : null;
}
