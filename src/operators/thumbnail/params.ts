import type { Params } from '../../core/params.js';

export const params = {
  size: {
    kind: 'number',
    default: 128,
    min: 4,
    max: 1024,
    integer: true,
    unit: 'pixels',
    help: 'longer side of each small image; smaller images stay as they are',
  },
  most: { kind: 'number', default: 200, min: 1, max: 5000, integer: true, help: 'images on a contact sheet at most' },
} as const satisfies Params;
