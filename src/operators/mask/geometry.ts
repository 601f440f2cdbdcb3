/** Whether pixels exactly on an edge belong to a detector. */
export type Edges = 'inclusive' | 'strict';

/** A point of a frame as (row, column), in pixels; pixel centres lie at whole numbers. */
export type Point = readonly [number, number];

/** Decides for a pixel at (y, x). */
export type Region = (y: number, x: number) => boolean;

/** Pixels at distance d from the centre with inner <= d <= outer, or inner < d < outer when strict. */
export function annulus(centre: Point, inner: number, outer: number, edges: Edges): Region {
  const [low, high] = [inner * inner, outer * outer];
  return (y, x) => {
    const square = (y - centre[0]) ** 2 + (x - centre[1]) ** 2;
    return edges === 'inclusive' ? low <= square && square <= high : low < square && square < high;
  };
}

/** Pixels with d <= radius, or d < radius when strict. */
export function disk(centre: Point, radius: number, edges: Edges): Region {
  const square = radius * radius;
  return (y, x) => {
    const distance = (y - centre[0]) ** 2 + (x - centre[1]) ** 2;
    return edges === 'inclusive' ? distance <= square : distance < square;
  };
}

/** The one pixel nearest to the point; halves round up. */
export function point(centre: Point): Region {
  const [row, column] = [Math.floor(centre[0] + 0.5), Math.floor(centre[1] + 0.5)];
  return (y, x) => y === row && x === column;
}

/** Pixels within half the height and half the width of the centre. */
export function rectangle(centre: Point, height: number, width: number, edges: Edges): Region {
  return (y, x) => {
    const [dy, dx] = [2 * Math.abs(y - centre[0]), 2 * Math.abs(x - centre[1])];
    return edges === 'inclusive' ? dy <= height && dx <= width : dy < height && dx < width;
  };
}

/** Rounding of an angle in degrees must not decide about a pixel that lies on the edge. */
const ANGLE_ROUNDING = 1e-9;

/**
 * Directions from `start` to `stop` degrees, counted from the +x axis (along a row) towards the +y axis (down). A stop
 * below the start goes through 360; 360 degrees or more is all of the circle. The centre itself lies in every sector.
 */
export function directions(centre: Point, start: number, stop: number, edges: Edges): Region {
  const turn = (angle: number) => ((angle % 360) + 360) % 360;
  if (Math.abs(stop - start) >= 360) return () => true;
  const span = turn(stop - start);
  return (y, x) => {
    if (y === centre[0] && x === centre[1]) return edges === 'inclusive';
    const angle = turn((Math.atan2(y - centre[0], x - centre[1]) * 180) / Math.PI - start);
    const [past, short] = [Math.min(angle, 360 - angle), Math.abs(angle - span)];
    if (past <= ANGLE_ROUNDING || short <= ANGLE_ROUNDING) return edges === 'inclusive';
    return angle < span;
  };
}

export function both(a: Region, b: Region): Region {
  return (y, x) => a(y, x) && b(y, x);
}

function onSegment(y: number, x: number, [ay, ax]: Point, [by, bx]: Point): boolean {
  const cross = (x - ax) * (by - ay) - (y - ay) * (bx - ax);
  const length = Math.hypot(by - ay, bx - ax);
  if (Math.abs(cross) > 1e-9 * Math.max(1, length)) return false;
  return y >= Math.min(ay, by) && y <= Math.max(ay, by) && x >= Math.min(ax, bx) && x <= Math.max(ax, bx);
}

/** Inside of a closed polygon by the even-odd rule; pixels on its outline belong to it unless strict. */
export function polygon(corners: readonly Point[], edges: Edges): Region {
  return (y, x) => {
    let inside = false;
    let previous = corners[corners.length - 1];
    for (const corner of corners) {
      if (previous) {
        if (onSegment(y, x, previous, corner)) return edges === 'inclusive';
        const [ay, ax] = previous;
        const [by, bx] = corner;
        if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
      }
      previous = corner;
    }
    return inside;
  };
}

/** Weights 1 inside and 0 outside, row-major. */
export function rasterise(region: Region, height: number, width: number): Float64Array {
  const weights = new Float64Array(height * width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) if (region(y, x)) weights[y * width + x] = 1;
  }
  return weights;
}
