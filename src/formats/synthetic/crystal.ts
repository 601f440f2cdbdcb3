import { type Key, uniform } from './keyed-random.js';

/** Lengths in nm, angles in radians. */
export interface Crystal {
  /** Edge of the square cell. */
  readonly lattice: number;
  /** Standard deviation of the Gaussian that stands for one atom column. */
  readonly column: number;
  /** Rotation of the lattice on both sides of the boundary. */
  readonly rotation: readonly [number, number];
  /** A point of the boundary and the direction of its normal, which points into grain 1. */
  readonly boundary: { readonly y: number; readonly x: number; readonly normal: number };
  /** Share of the columns that are missing, and that hold a heavier atom. */
  readonly vacancies: number;
  readonly dopants: number;
  readonly key: Key;
}

/** Scattering power of a heavier column; an ordinary one has 1. */
export const DOPANT_STRENGTH = 1.6;

/** At one point: projected density, its gradient per nm, and the share of grain 1. */
export interface Density {
  readonly value: number;
  readonly dy: number;
  readonly dx: number;
  readonly second: number;
}

/** Width of the change from one diffraction pattern to the other. */
const BLEND = 0.1;
/** Columns further away than this many cells have no weight. */
const REACH = 2;

/** Signed distance from the boundary, positive in grain 1. */
function distance({ boundary }: Crystal, y: number, x: number): number {
  return (y - boundary.y) * Math.sin(boundary.normal) + (x - boundary.x) * Math.cos(boundary.normal);
}

function strengthOf(crystal: Crystal, grain: number, i: number, j: number): number {
  const draw = uniform((i + 32768) * 65536 + (j + 32768), crystal.key[0] ^ (grain * 0x55555555), crystal.key[1]);
  if (draw < crystal.vacancies) return 0;
  return draw > 1 - crystal.dopants ? DOPANT_STRENGTH : 1;
}

/**
 * Sum of the Gaussians of all columns near a point. Each grain fills its side of the boundary up to a fifth of a cell;
 * the closed form of the gradient is what makes the deflection of the beam known exactly.
 */
export function densityAt(crystal: Crystal, y: number, x: number): Density {
  const { lattice, column, rotation } = crystal;
  let [value, dy, dx] = [0, 0, 0];
  for (const grain of [0, 1] as const) {
    const [cos, sin] = [Math.cos(rotation[grain]), Math.sin(rotation[grain])];
    const i0 = Math.round((y * cos - x * sin) / lattice);
    const j0 = Math.round((y * sin + x * cos) / lattice);
    for (let i = i0 - REACH; i <= i0 + REACH; i++) {
      for (let j = j0 - REACH; j <= j0 + REACH; j++) {
        const atomY = (i * cos + j * sin) * lattice;
        const atomX = (j * cos - i * sin) * lattice;
        const side = distance(crystal, atomY, atomX) * (grain === 1 ? 1 : -1);
        if (side < lattice / 5) continue;
        const [ry, rx] = [atomY - y, atomX - x];
        const weight = strengthOf(crystal, grain, i, j) * Math.exp(-(ry * ry + rx * rx) / (2 * column * column));
        value += weight;
        dy += (weight * ry) / (column * column);
        dx += (weight * rx) / (column * column);
      }
    }
  }
  return { value, dy, dx, second: 1 / (1 + Math.exp(-distance(crystal, y, x) / BLEND)) };
}
