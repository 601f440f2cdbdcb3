import type { Description } from './description.js';
import type { Located } from './links.js';
import { childOf } from './nexus.js';
import { electronvoltsIn, wavelengthOf } from './units.js';

/** Wavelengths and photon energies that diffraction is done with, generously: 0.12 MeV x 10 to visible light. */
const WAVELENGTHS = [1e-12, 1e-6] as const;

/** DECTRIS detectors for electrons fill in their energy where others have that of photons. */
const ELECTRON_DETECTORS = /arina|quadro|singla|\bela\b/i;

function photonWavelength(read: Description, group: Located | null, name: string): number | null {
  const energy = read.number(group, name);
  if (energy === null) return null;
  const unit = electronvoltsIn(energy.unit);
  if (unit === null || energy.value === 0) return null;
  const wavelength = wavelengthOf(energy.value * unit);
  if (wavelength >= WAVELENGTHS[0] && wavelength <= WAVELENGTHS[1]) return wavelength;
  read.note(`${name} of ${energy.value} ${energy.unit} is no photon energy`);
  return null;
}

/**
 * Wavelength in metres: that of the beam or the monochromator, else that of the photon energy the detector was set to.
 * Null when the file says none, and for detectors of electrons unless a wavelength is there.
 */
export function beamWavelength(
  read: Description,
  entry: Located,
  instrument: Located | null,
  detector: Located | null,
  detectorName: string | null,
): number | null {
  const at = (group: Located | null, name: string): Located | null =>
    group === null ? null : childOf(read.pool, group, name);
  const beams = [
    at(instrument, 'beam'),
    at(at(entry, 'sample'), 'beam'),
    at(instrument, 'monochromator'),
    at(entry, 'monochromator'),
  ];
  for (const beam of beams) {
    const found = read.length(beam, ['incident_wavelength', 'wavelength'], WAVELENGTHS);
    if (found !== null) return found;
  }
  const energies: readonly [Located | null, string][] = [
    ...beams.map((beam): [Located | null, string] => [beam, 'incident_energy']),
    ...beams.map((beam): [Located | null, string] => [beam, 'energy']),
    [at(detector, 'detectorSpecific'), 'photon_energy'],
  ];
  const electrons = detectorName !== null && ELECTRON_DETECTORS.test(detectorName);
  if (electrons) return null;
  for (const [group, name] of energies) {
    const found = photonWavelength(read, group, name);
    if (found !== null) return found;
  }
  return null;
}
