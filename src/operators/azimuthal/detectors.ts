import { detectorTable, type NamedDetector } from './detectors-table.js';

/** Words in what files call a detector that say nothing of its geometry: maker, sensor, generation of the readout. */
const NOISE = new Set(['dectris', 'detector', 'si', 'r', 'x', 's', 'xe', 'det']);

/** One spelling of a name: no case, blanks or hyphens; CdTe at the end; a serial number after a comma left out. */
function key(name: string): string {
  const words = name
    .toLowerCase()
    .replace(/,.*$/, '')
    .replace(/\bs\/n.*$/, '')
    .split(/[^a-z0-9.:]+/)
    .filter((word) => word !== '' && !NOISE.has(word))
    .map((word) => (word === 'pilatus3' ? 'pilatus' : word));
  const joined = words.join('');
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
  apexii: 'Apex2',
  bruker: 'Apex2',
  'fairchildcondor486:90': 'Fairchild',
  condor: 'Fairchild',
  'hf2.4m': 'HF_2M',
  'hf9.4m': 'HF_9M',
  mar225: 'RayonixMx225',
  mar300: 'RayonixMx300',
  maxipix1x1: 'Maxipix',
  perkinelmer: 'Perkin',
  pixium4700: 'Pixium',
  thaleselectronics: 'Pixium',
  rayonixlx170hs: 'RayonixLx170',
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

/** Pixels between the modules: 1 in a gap, of the shape of a frame. Null when the detector has no gaps. */
export function gapMask({ shape: [rows, columns], modules }: NamedDetector): Uint8Array | null {
  if (!modules) return null;
  const mask = new Uint8Array(rows * columns);
  const stepRows = modules.rows + modules.rowGap;
  const stepColumns = modules.columns + modules.columnGap;
  for (let i = modules.rows; i < rows; i += stepRows) {
    mask.fill(1, i * columns, Math.min(rows, i + modules.rowGap) * columns);
  }
  const fillColumns = (first: number, width: number) => {
    for (let j = first; j < Math.min(columns, first + width); j++) {
      for (let i = 0; i < rows; i++) mask[i * columns + j] = 1;
    }
  };
  for (let j = modules.columns; j < columns; j += stepColumns) fillColumns(j, modules.columnGap);
  if (modules.seam) {
    const [before, width] = modules.seam;
    for (let j = modules.columns >> 1; j < columns; j += stepColumns) fillColumns(j - before, width);
  }
  return mask.includes(1) ? mask : null;
}
