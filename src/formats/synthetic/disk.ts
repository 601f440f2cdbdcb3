/** Height of a disk with an edge one pixel wide: 1 inside, 0 outside, linear between. @param distance from its centre */
export function softDisk(distance: number, radius: number): number {
  return Math.max(0, Math.min(1, radius + 0.5 - distance));
}

/** Height of a ring whose edges lie inside the given radii, so that nothing of it is outside of them. */
export function softRing(distance: number, inner: number, outer: number): number {
  return Math.max(0, Math.min(1, distance - inner, outer - distance));
}
