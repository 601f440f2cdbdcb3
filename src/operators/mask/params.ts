import type { Values } from '../../core/params.js';

export const params = {
  mask: {
    kind: 'arrays',
    help: 'Weights as an array of the shape of a frame; one more dimension in front holds several masks. Repeatable.',
  },
  detector: {
    kind: 'choice',
    choices: ['point', 'disk', 'annulus', 'sector', 'rectangle', 'polygon'],
    help: 'Shape of a detector that is drawn instead of loaded.',
  },
  preset: {
    kind: 'choice',
    choices: ['bf', 'abf', 'adf', 'haadf'],
    help: 'Detector given in multiples of the bright disk: bf 0 to 1, abf 0.5 to 1, adf 1 to 2, haadf 2 to the corners.',
  },
  disk: { kind: 'number', min: 0, unit: 'px', help: 'Radius of the bright disk, for --preset.' },
  inner: { kind: 'number', default: 0, min: 0, unit: 'px', help: 'Inner radius of an annulus or sector.' },
  outer: { kind: 'number', min: 0, unit: 'px', help: 'Radius of a disk, outer radius of an annulus or sector.' },
  centre: {
    kind: 'numbers',
    length: 2,
    unit: 'px',
    example: '127.5,127.5',
    help: 'Centre as y,x; pixel centres lie at whole numbers. The middle of the frame, (N-1)/2, unless given.',
  },
  angles: {
    kind: 'numbers',
    length: 2,
    unit: 'degrees',
    example: '0,90',
    help: 'First and last direction of a sector, from +x (right) towards +y (down).',
  },
  size: { kind: 'numbers', length: 2, unit: 'px', example: '20,40', help: 'Height and width of a rectangle.' },
  points: {
    kind: 'numbers',
    unit: 'px',
    example: '10,10,10,50,40,30',
    help: 'Corners of a polygon as y,x,y,x,...: three or more.',
  },
  edges: {
    kind: 'choice',
    choices: ['inclusive', 'strict'],
    default: 'inclusive',
    help: 'Whether pixels exactly on an edge belong to the detector (inclusive) or not (strict).',
  },
} as const;

export type MaskParams = typeof params;
export type MaskValues = Values<MaskParams>;
