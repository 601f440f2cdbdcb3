import { UsageError } from '../../core/errors.js';
import { disk, type Edges, type Point } from '../mask/geometry.js';

/** All columns of every row. */
export function fullSpans(height: number, width: number): Uint32Array {
  return Uint32Array.from({ length: 2 * height }, (_, i) => (i % 2 === 0 ? 0 : width));
}

/**
 * The pixels of a disk: for every row its first column and the end of its run, equal in rows without a pixel.
 *
 * @throws UsageError when the disk covers no pixel of the frame
 */
export function diskSpans(centre: Point, radius: number, edges: Edges, height: number, width: number): Uint32Array {
  const inside = disk(centre, radius, edges);
  const spans = new Uint32Array(2 * height);
  let pixels = 0;
  for (let y = 0; y < height; y++) {
    let [start, end] = [0, 0];
    for (let x = 0; x < width; x++) {
      if (!inside(y, x)) continue;
      if (end === 0) start = x;
      end = x + 1;
    }
    spans[2 * y] = start;
    spans[2 * y + 1] = end;
    pixels += end - start;
  }
  if (pixels === 0) {
    throw new UsageError(
      'empty-mask',
      `The disk of radius ${radius} px at (${centre[0]}, ${centre[1]}) covers no pixel of a frame of ${height} x ${width}. ` +
        'Check --radius and --centre.',
    );
  }
  return spans;
}
