import type { Params } from '../../core/params.js';

/** The options of rigid registration. */
export const params = {
  method: {
    kind: 'choice',
    choices: ['fit', 'spm'],
    default: 'fit',
    help: 'fit: the most accurate and fastest. spm: the algorithm of SPM12 in float64, with its defaults, to compare with; mean is then its second pass.',
  },
  transform: {
    kind: 'choice',
    choices: ['rigid', 'translation'],
    default: 'rigid',
    help: 'What a frame may do: shift and turn, or shift alone.',
  },
  reference: {
    kind: 'text',
    default: 'first',
    help: 'What frames are moved onto: first, mean (of all, in a second pass), or the number of a frame, from 0 (of those that --frames leaves).',
  },
  referenceImage: { kind: 'arrays', help: 'An image of the shape of a frame to move onto, instead of --reference.' },
  weight: { kind: 'arrays', help: 'A mask or weights of the shape of a frame: where it is 0 nothing counts.' },
  affine: {
    kind: 'numbers',
    example: '3,0,0,-90,0,3,0,-126,0,0,3,-72',
    help: 'Voxels (x fastest, from 0) to world mm: three rows of four numbers. What the source says unless given; without either the world starts in the centre of the frame.',
  },
  voxel: {
    kind: 'numbers',
    length: 3,
    example: '3.5,3.5,4',
    unit: 'mm',
    help: 'Voxel size along x (fastest), y, z, where neither the source nor --affine places voxels.',
  },
  apply: {
    kind: 'text',
    help: 'Motion from a file instead of an estimate: rp_*.txt (SPM), .par (FSL), .1D or .aff12.1D (AFNI), .tfm (ITK).',
  },
  compare: {
    kind: 'text',
    help: 'Motion from such a file to compare with: difference is then the distance in mm of every frame.',
  },
  interpolation: {
    kind: 'choice',
    choices: ['cubic', 'linear', 'bspline4', 'bspline5', 'shear'],
    help: 'How realigned frames are sampled: by splines of degree 3 (cubic, unless --method spm), 4 (SPM) or 5, linearly, or by four shears of one axis each.',
  },
  realignedDtype: {
    kind: 'choice',
    choices: ['float32', 'input'],
    default: 'float32',
    help: 'Type of realigned frames: float32, or that of the frames that are read, rounded (halves to even) and clipped.',
  },
  inverse: {
    kind: 'choice',
    choices: ['volume', 'voxel'],
    default: 'volume',
    help: 'Invert the transform once per volume; or for every voxel anew, which is slow and only there to be compared with.',
  },
  onFailure: {
    kind: 'choice',
    choices: ['flag', 'stop'],
    default: 'flag',
    help: 'A frame that cannot be registered (flags other than 8): flag it and go on, or stop with an error.',
  },
  radius: {
    kind: 'number',
    min: 1,
    default: 50,
    unit: 'mm',
    help: "Of the sphere on which turns count as displacement in Power's framewise displacement: 50 mm for adults.",
  },
  noReslice: { kind: 'flag', help: 'Estimates the motion alone and writes no realigned frames.' },
  outside: {
    kind: 'choice',
    choices: ['zero', 'nan'],
    default: 'zero',
    help: 'What voxels of realigned frames become that the frame does not show.',
  },
  fwhm: {
    kind: 'number',
    min: 0,
    unit: 'mm',
    help: 'Smoothing for the estimate (full width at half maximum); 1.7 voxels when absent.',
  },
  spacing: {
    kind: 'number',
    min: 0.01,
    unit: 'mm',
    help: 'About one point of the template in this distance; one voxel when absent, or more in large volumes.',
  },
  margin: {
    kind: 'number',
    min: 0,
    unit: 'mm',
    help: 'No weight near the faces of the field of view: it is one half here. 14 mm when absent, in images and without millimetres 4 voxels.',
  },
  keep: {
    kind: 'number',
    min: 0.1,
    max: 1,
    default: 1,
    help: 'Part of the information on the motion that the points must hold: fewer, stronger points below 1.',
  },
  ramps: {
    kind: 'flag',
    help: 'Lets the intensity of a frame differ along x, y and z too: for coils whose sensitivity does not move with the head.',
  },
  tolerance: {
    kind: 'number',
    min: 0,
    unit: 'mm',
    help: 'Stops when an update moves less than this; 0.01 mm when absent, or 0.004 voxels where that is less.',
  },
  iterations: { kind: 'number', integer: true, min: 1, default: 32, help: 'Updates of a frame, at most.' },
  coarse: {
    kind: 'choice',
    choices: ['auto', 'never'],
    default: 'auto',
    help: 'Whether frames that match poorly start from a search: shifts by phase correlation, then large turns.',
  },
} as const satisfies Params;

export type RegisterParams = typeof params;
