import type { PrepareContext, Prepared } from '../../../core/operator.js';
import type { Stack } from '../../../core/stack.js';
import type { Triple } from '../grid.js';
import type { Given } from '../method.js';
import type { RegisterParams } from '../params.js';
import { asPrepared, gridOf, placementIn } from '../prepared.js';
import { type Geometry, geometryOf } from './geometry.js';
import { readMotion } from './index.js';

/** What motion files need, whatever the method. */
interface FilePrepared {
  /** Centre of gravity of the reference, in voxels. */
  readonly gravity: Float64Array;
  readonly flipped: boolean;
  /** Six parameters a frame of the file to compare with; empty without one. */
  readonly compared: Float64Array;
}

const asFilePrepared = (prepared: Prepared) => prepared as unknown as FilePrepared;

/** Adds it to what a method prepares. */
export async function withFiles(context: PrepareContext<RegisterParams>, prepared: Prepared): Promise<Prepared> {
  const { compare } = context.values;
  const geometry = await geometryOf(context);
  const compared = compare === undefined ? new Float64Array(0) : await readMotion(context, compare, geometry);
  return { ...prepared, gravity: Float64Array.from(geometry.gravity), flipped: geometry.flipped, compared };
}

/** Bytes of its arrays. */
export function fileBytes(prepared: Prepared): number {
  const { gravity, compared } = asFilePrepared(prepared);
  return gravity.byteLength + compared.byteLength + 2 * 192;
}

/** Six parameters a frame of the file to compare with; empty without one. */
export const comparedIn = (prepared: Prepared): Float64Array => asFilePrepared(prepared).compared;

export function preparedGeometry(stack: Stack, values: Given, prepared: Prepared): Geometry {
  const { gravity, flipped } = asFilePrepared(prepared);
  const [x = 0, y = 0, z = 0] = gravity;
  const centre: Triple = [x, y, z];
  return { grid: gridOf(stack, values, placementIn(asPrepared(prepared))), gravity: centre, flipped };
}
