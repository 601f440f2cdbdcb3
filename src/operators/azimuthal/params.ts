import type { Params } from '../../core/params.js';

/** The options of azimuthal integration; names follow pyFAI where it has one. */
export const params = {
  poni: { kind: 'text', help: 'PONI file with the geometry (versions 1, 2 and 2.1), or its text.' },
  npt: { kind: 'number', integer: true, min: 1, max: 1_000_000, default: 1000, help: 'Radial bins.' },
  nptAzim: {
    kind: 'number',
    integer: true,
    min: 1,
    max: 100_000,
    help: 'Azimuthal bins: makes a cake (azimuth x radial) of every frame instead of a curve.',
  },
  unit: {
    kind: 'choice',
    choices: ['2th_deg', '2th_rad', 'q_nm^-1', 'q_A^-1', 'r_mm', 'r_m'],
    default: '2th_deg',
    help: 'Radial unit: scattering angle, momentum transfer, or distance on the detector.',
  },
  splitting: {
    kind: 'choice',
    choices: ['no', 'bbox', 'full'],
    default: 'bbox',
    help: 'How a pixel is shared between bins: not at all, by its bounding box, or by its exact outline.',
  },
  radialRange: {
    kind: 'numbers',
    length: 2,
    example: '1,7',
    help: 'Radial range in the chosen unit; all pixels when absent.',
  },
  azimuthRange: {
    kind: 'numbers',
    length: 2,
    example: '-60,120',
    unit: 'degrees',
    help: 'Only pixels that touch this range of azimuth count; -180 to 180, counted from the fast axis towards the slow one.',
  },
  mask: {
    kind: 'arrays',
    help: 'Bad pixels: array of the shape of a frame, 0 good, anything else bad. Several are united.',
  },
  noFileMask: { kind: 'flag', help: 'Ignores the bad-pixel mask that the source itself holds.' },
  dummy: { kind: 'number', help: 'Pixels of this value do not count.' },
  deltaDummy: { kind: 'number', min: 0, default: 0, help: 'How far from --dummy a value may be and still not count.' },
  dark: { kind: 'arrays', help: 'Dark current, subtracted: an array of the shape of a frame, or one number.' },
  flat: {
    kind: 'arrays',
    help: 'Flat field, divided by: an array of the shape of a frame. Pixels where it is 0 do not count.',
  },
  noSolidAngle: { kind: 'flag', help: 'Does not correct for the solid angle of the pixels.' },
  polarizationFactor: {
    kind: 'number',
    min: -1,
    max: 1,
    help: 'Polarization of the beam, (Ih - Iv) / (Ih + Iv), to correct for; synchrotrons have 0.95 to 0.99. No correction when absent.',
  },
  polarizationOffset: { kind: 'number', default: 0, unit: 'degrees', help: 'Rotation of the plane of polarization.' },
  normalizationFactor: {
    kind: 'number',
    default: 1,
    help: 'Divides all intensities, such as a monitor count or an exposure time.',
  },
  monitor: { kind: 'arrays', help: 'One number per frame that its intensities are divided by.' },
  errorModel: {
    kind: 'choice',
    choices: ['none', 'poisson', 'azimuthal'],
    default: 'none',
    help: 'Where sigma comes from: nowhere, the counts themselves, or the spread of each ring.',
  },
  average: {
    kind: 'choice',
    choices: ['mean', 'sigma-clip', 'median'],
    default: 'mean',
    help: 'How a ring becomes one number. The last two see all its pixels together and do not split them.',
  },
  cutoff: {
    kind: 'number',
    min: 0,
    default: 5,
    help: 'Sigma clipping: standard deviations beyond which a pixel is dropped.',
  },
  rounds: { kind: 'number', integer: true, min: 1, default: 5, help: 'Sigma clipping: rounds at most.' },
  precision: {
    kind: 'choice',
    choices: ['exact', 'pyfai'],
    default: 'exact',
    help: 'Geometry in float64, or with the float32 steps of pyFAI up to 2025.03, which move pixels on bin edges.',
  },
  method: {
    kind: 'choice',
    choices: ['auto', 'scatter', 'csr'],
    default: 'auto',
    help: 'Adds pixels to bins in the order they lie in, or multiplies by a sparse matrix (csr). auto takes the faster.',
  },
  distance: { kind: 'number', unit: 'm', help: 'Sample to detector; overrides the PONI file and the source.' },
  beamCenter: {
    kind: 'numbers',
    length: 2,
    unit: 'px',
    example: '1083.5,1035',
    help: 'Row and column of the point of normal incidence, counted from the outer corner of the first pixel.',
  },
  pixelSize: {
    kind: 'numbers',
    unit: 'm',
    example: '75e-6,75e-6',
    help: 'Pixel size along rows (slow) and columns (fast), or one number for both.',
  },
  rotation: { kind: 'numbers', length: 3, unit: 'rad', example: '0,0,0', help: 'rot1, rot2 and rot3 of the detector.' },
  wavelength: { kind: 'number', unit: 'm', help: 'Wavelength; q units need one.' },
  detector: {
    kind: 'text',
    help: 'Detector by name, such as eiger4m or pilatus1m: gives pixel size and masks its gaps.',
  },
} as const satisfies Params;

export type AzimuthalParams = typeof params;
