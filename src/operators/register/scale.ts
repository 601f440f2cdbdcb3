import type { Grid } from './grid.js';

/**
 * Lengths that decide an estimate, unless options say otherwise, in the unit of the grid. In heads they are millimetres; where voxels are
 * small, or have no millimetres, they follow the voxels.
 */
export interface Scale {
  /** Where, from the faces of the field of view, the weight is one half, and over what length it rises. */
  readonly margin: number;
  readonly taper: number;
  /** An update that moves less is the last one. */
  readonly tolerance: number;
  /** The same for a stage that only has to come near. */
  readonly close: number;
  /** Radius of the sphere about the centre within which an update's displacement is measured. */
  readonly sphere: number;
}

const HEAD = { margin: 14, taper: 4, tolerance: 0.01, sphere: 80 } as const;

/** Voxels; of the sphere: part of the longest edge of the field of view. */
const VOXELS = { margin: 4, taper: 1.2, tolerance: 0.004, sphere: 0.36 } as const;

/** A stage that only has to come near stops this much earlier. */
const EARLIER = 10;

/** Edge of a cube, or a square for images, as large as a voxel. */
export function voxelOf({ voxel: [x, y, z], isFlat }: Grid): number {
  return isFlat ? Math.sqrt(x * y) : Math.cbrt(x * y * z);
}

export function scaleOf(grid: Grid): Scale {
  const voxel = voxelOf(grid);
  const edge = Math.max(...grid.size.map((extent, k) => (grid.isFlat && k === 2 ? 0 : extent * (grid.voxel[k] ?? 1))));
  const inHead = (length: number, otherwise: number) => (grid.unit === 'mm' ? Math.min(length, otherwise) : otherwise);
  // Content of a volume comes and goes by as much as a head moves, however small the voxels are.
  const isHead = grid.unit === 'mm' && !grid.isFlat;
  const tolerance = inHead(HEAD.tolerance, VOXELS.tolerance * voxel);
  return {
    margin: isHead ? HEAD.margin : inHead(HEAD.margin, VOXELS.margin * voxel),
    taper: isHead ? HEAD.taper : inHead(HEAD.taper, VOXELS.taper * voxel),
    tolerance,
    close: EARLIER * tolerance,
    sphere: inHead(HEAD.sphere, VOXELS.sphere * edge),
  };
}
