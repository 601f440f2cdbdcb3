/** Planck constant times speed of light in eV m (CODATA 2018, exact). */
const PLANCK_LIGHT = 1.239841984332e-6;

const PREFIXES: Readonly<Record<string, number>> = {
  '': 1,
  centi: 1e-2,
  milli: 1e-3,
  micro: 1e-6,
  nano: 1e-9,
  pico: 1e-12,
  kilo: 1e3,
  mega: 1e6,
};

const SYMBOLS: Readonly<Record<string, number>> = {
  m: 1,
  cm: 1e-2,
  mm: 1e-3,
  um: 1e-6,
  '\u00b5m': 1e-6,
  '\u03bcm': 1e-6,
  micron: 1e-6,
  microns: 1e-6,
  nm: 1e-9,
  pm: 1e-12,
  a: 1e-10,
  ang: 1e-10,
  '\u00e5': 1e-10,
  angstrom: 1e-10,
  angstroms: 1e-10,
};

/** Metres in one of a unit of length, as files spell them (`mm`, `micrometer`, `Angstrom`); null for anything else. */
export function metresIn(unit: string): number | null {
  const text = unit.trim().toLowerCase().replace('\u212b', '\u00e5');
  const word = /^(centi|milli|micro|nano|pico|kilo|)(?:meter|metre)s?$/.exec(text)?.[1];
  return (
    (word === undefined ? undefined : PREFIXES[word]) ?? (Object.hasOwn(SYMBOLS, text) ? SYMBOLS[text] : null) ?? null
  );
}

/** Electronvolts in one of a unit of energy (`eV`, `keV`, `MeV`, `J`); null for anything else. */
export function electronvoltsIn(unit: string): number | null {
  const text = unit.trim();
  if (text === 'J') return 1 / 1.602176634e-19;
  const match = /^(k|M|kilo|mega|)(?:eV|ev|EV|electronvolts?|electron volts?)$/.exec(text);
  if (match === null) return null;
  return { '': 1, k: 1e3, M: 1e6, kilo: 1e3, mega: 1e6 }[match[1] ?? ''] ?? null;
}

/** Wavelength in metres of photons of an energy in eV. */
export function wavelengthOf(energy: number): number {
  return PLANCK_LIGHT / energy;
}
