import type { MapBuilder } from './map-builder.js';
import type { BinAxis } from './range.js';

/** Corners of a polygon, x and y in bins. Four corners cut by four lines have at most eight. */
interface Polygon {
  length: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
}

const polygon = (): Polygon => ({ length: 0, x: new Float64Array(16), y: new Float64Array(16) });

/** Keeps the part of `from` on one side of a line x = limit (or y = limit when `isY`). */
function cut(from: Polygon, into: Polygon, isY: boolean, limit: number, keepsAbove: boolean): void {
  const along = isY ? from.y : from.x;
  const across = isY ? from.x : from.y;
  const [intoAlong, intoAcross] = isY ? [into.y, into.x] : [into.x, into.y];
  let length = 0;
  for (let k = 0; k < from.length; k++) {
    const next = k + 1 === from.length ? 0 : k + 1;
    const [a0 = 0, a1 = 0, b0 = 0, b1 = 0] = [along[k], along[next], across[k], across[next]];
    const isIn = keepsAbove ? a0 >= limit : a0 <= limit;
    if (isIn) {
      intoAlong[length] = a0;
      intoAcross[length++] = b0;
    }
    if (isIn !== (keepsAbove ? a1 >= limit : a1 <= limit)) {
      intoAlong[length] = limit;
      intoAcross[length++] = b0 + ((b1 - b0) * (limit - a0)) / (a1 - a0);
    }
  }
  into.length = length;
}

function areaOf({ length, x, y }: Polygon): number {
  let twice = 0;
  for (let k = 0; k < length; k++) {
    const next = k + 1 === length ? 0 : k + 1;
    twice += (x[k] ?? 0) * (y[next] ?? 0) - (x[next] ?? 0) * (y[k] ?? 0);
  }
  return Math.abs(twice) / 2;
}

/** Shares a pixel of a cake between cells by the area of its outline in each. */
export type PutCells = (radius: Float64Array, chi: Float64Array, builder: MapBuilder, pixel: number) => void;

/** Makes the function that cuts outlines along the lines between radial and azimuthal bins. */
export function cellAreas(radial: BinAxis, azimuthal: BinAxis): PutCells {
  const [whole, half, column, part, cell] = [polygon(), polygon(), polygon(), polygon(), polygon()];
  const bins: number[] = [];
  const areas: number[] = [];
  return (radius, chi, builder, pixel) => {
    let [x0, x1, y0, y1] = [
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ];
    whole.length = 4;
    for (let k = 0; k < 4; k++) {
      const x = ((radius[k] ?? 0) - radial.low) / radial.width;
      const y = ((chi[k] ?? 0) - azimuthal.low) / azimuthal.width;
      whole.x[k] = x;
      whole.y[k] = y;
      x0 = Math.min(x0, x);
      x1 = Math.max(x1, x);
      y0 = Math.min(y0, y);
      y1 = Math.max(y1, y);
    }
    const [firstX, lastX] = [Math.max(0, Math.floor(x0)), Math.min(radial.bins - 1, Math.floor(x1))];
    const [firstY, lastY] = [Math.max(0, Math.floor(y0)), Math.min(azimuthal.bins - 1, Math.floor(y1))];
    if (!(firstX <= lastX && firstY <= lastY)) return;
    if (firstX === lastX && firstY === lastY) {
      builder.whole(pixel, firstY * radial.bins + firstX);
      return;
    }
    bins.length = 0;
    areas.length = 0;
    let total = 0;
    for (let a = firstX; a <= lastX; a++) {
      cut(whole, half, false, a, true);
      cut(half, column, false, a + 1, false);
      for (let b = firstY; b <= lastY && column.length > 0; b++) {
        cut(column, part, true, b, true);
        cut(part, cell, true, b + 1, false);
        const area = areaOf(cell);
        if (area === 0) continue;
        bins.push(b * radial.bins + a);
        areas.push(area);
        total += area;
      }
    }
    if (!(total > 0)) return;
    for (const [k, bin] of bins.entries()) builder.entry(bin, (areas[k] ?? 0) / total);
    builder.close(pixel);
  };
}
