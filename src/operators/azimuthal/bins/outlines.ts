import type { Geometry, GeometryRow } from '../geometry/geometry.js';
import { type Binned, type Binning, touches, turnTo } from './boxes.js';
import { cellAreas } from './cells.js';
import { MapBuilder } from './map-builder.js';
import { azimuthalAxis, type BinAxis, Extent, radialAxis } from './range.js';

const TURN = 2 * Math.PI;
/** pyFAI compares the mean azimuth of a turned pixel with pi in float32. */
const HALF_TURN = Math.fround(Math.PI);

/** Radii and azimuths of the corners A (i, j), B (i + 1, j), C (i + 1, j + 1), D (i, j + 1) of one pixel. */
interface Outline {
  readonly radius: Float64Array;
  readonly chi: Float64Array;
}

function takeCorners({ upper, lower, upperChi, lowerChi }: GeometryRow, j: number, { radius, chi }: Outline): void {
  radius[0] = upper[j] ?? 0;
  radius[1] = lower[j] ?? 0;
  radius[2] = lower[j + 1] ?? 0;
  radius[3] = upper[j + 1] ?? 0;
  chi[0] = upperChi[j] ?? 0;
  chi[1] = lowerChi[j] ?? 0;
  chi[2] = lowerChi[j + 1] ?? 0;
  chi[3] = upperChi[j + 1] ?? 0;
}

/**
 * Puts a pixel across the cut of the azimuth on one side of it. Such a pixel is recognised by pyFAI's crossed product, which is
 * not quite an area; the same expression is needed to turn the same pixels.
 */
function joinAtCut({ radius, chi }: Outline): void {
  const [rA = 0, rB = 0, rC = 0, rD = 0] = radius;
  const [cA = 0, cB = 0, cC = 0, cD = 0] = chi;
  if (!(0.5 * ((rC - rA) * (cD - cB)) - (cC - cA) * (rD - rB) > 0)) return;
  let mean = 0;
  for (let k = 0; k < 4; k++) {
    const turned = (chi[k] ?? 0) < 0 ? (chi[k] ?? 0) + TURN : (chi[k] ?? 0);
    chi[k] = turned;
    mean += 0.25 * turned;
  }
  if (mean > HALF_TURN) for (let k = 0; k < 4; k++) chi[k] = (chi[k] ?? 0) - TURN;
}

/** Brings an outline nearest to the middle of a range of azimuth. */
function turnOutline({ chi }: Outline, range: readonly [number, number]): void {
  const turn = turnTo(range, chi.reduce((sum, angle) => sum + angle, 0) / 4);
  for (let k = 0; k < 4; k++) chi[k] = (chi[k] ?? 0) + turn;
}

/** Adds the signed area between one edge and the radial axis to the bins it crosses. */
function addEdge(area: Float32Array | Float64Array, x0: number, y0: number, x1: number, y1: number): void {
  if (x0 === x1) return;
  const slope = (y1 - y0) / (x1 - x0);
  const cut = y0 - slope * x0;
  const bins = area.length;
  const add = (bin: number, from: number, to: number) => {
    area[bin] = (area[bin] ?? 0) + (to - from) * (0.5 * slope * (to + from) + cut);
  };
  const first = Math.floor(x0);
  const last = Math.floor(x1);
  if (first === last) {
    if (first >= 0 && first < bins) add(first, x0, x1);
  } else if (x1 > x0) {
    if (x0 >= 0 && x0 < bins) add(first, x0, first + 1);
    for (let bin = Math.max(first + 1, 0); bin < Math.min(last, bins); bin++) add(bin, bin, bin + 1);
    if (x1 >= 0 && x1 < bins) add(last, last, x1);
  } else {
    if (x0 >= 0 && x0 < bins) add(first, x0, first);
    for (let bin = Math.min(first, bins) - 1; bin > Math.max(last, -1); bin--) add(bin, bin + 1, bin);
    if (x1 >= 0 && x1 < bins) add(last, last + 1, x1);
  }
}

/** Shares one pixel between the radial bins by the areas of its outline. */
function putOutline(
  builder: MapBuilder,
  pixel: number,
  { low, width, bins }: BinAxis,
  { radius, chi }: Outline,
  position: Float64Array,
  area: Float32Array | Float64Array,
  parts: Float64Array,
): void {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let k = 0; k < 4; k++) {
    const x = ((radius[k] ?? 0) - low) / width;
    position[k] = x;
    if (x < least) least = x;
    if (x > most) most = x;
  }
  if (!(most >= 0 && least < bins)) return;
  const first = Math.floor(least);
  const last = Math.floor(most);
  if (first === last) {
    builder.whole(pixel, first);
    return;
  }
  const from = Math.max(0, first);
  const to = Math.min(bins, last + 1);
  for (let k = 0; k < 4; k++) {
    const next = (k + 1) & 3;
    addEdge(area, position[k] ?? 0, chi[k] ?? 0, position[next] ?? 0, chi[next] ?? 0);
  }
  let total = 0;
  for (let bin = from; bin < to; bin++) total += area[bin] ?? 0;
  if (to === from + 1) builder.whole(pixel, from);
  else if (to === from + 2) builder.pair(pixel, from, (area[from] ?? 0) / total, (area[from + 1] ?? 0) / total);
  else {
    for (let bin = from; bin < to; bin++) parts[bin - from] = (area[bin] ?? 0) / total;
    builder.run(pixel, from, parts, to - from);
  }
  area.fill(0, from, to);
}

/**
 * Maps pixels by their outlines in (radius, azimuth).
 *
 * @param masked nonzero where a pixel is bad: it is left out, and does not widen the range
 * @returns null when no pixel is left
 */
export function binOutlines(geometry: Geometry, masked: Uint8Array, binning: Binning): Binned | null {
  const { npt, nptAzim, radialRange, azimuthRange, isExact } = binning;
  const wants = { delta: false, chi: false, dchi: false, corners: true };
  const outline: Outline = { radius: new Float64Array(4), chi: new Float64Array(4) };
  const radialExtent = new Extent();
  const azimuthalExtent = new Extent();
  const eachPixel = (visit: (pixel: number) => void) =>
    geometry.eachRow(wants, (row) => {
      const columns = row.upper.length - 1;
      for (let j = 0; j < columns; j++) {
        const pixel = row.row * columns + j;
        if (masked[pixel]) continue;
        takeCorners(row, j, outline);
        visit(pixel);
      }
    });
  eachPixel(() => {
    for (let k = 0; k < 4; k++) radialExtent.add(outline.radius[k] ?? 0, outline.radius[k] ?? 0);
    if (nptAzim === null) return;
    for (let k = 0; k < 4; k++) azimuthalExtent.add(outline.chi[k] ?? 0, outline.chi[k] ?? 0);
  });
  if (radialExtent.isEmpty) return null;
  const radial = radialAxis(radialExtent, radialRange, npt);
  const azimuthal = nptAzim === null ? null : azimuthalAxis(azimuthalExtent, azimuthRange, nptAzim);
  const builder = new MapBuilder(masked.length, npt * (nptAzim ?? 1), true);
  const position = new Float64Array(4);
  const parts = new Float64Array(npt);
  const area = isExact ? new Float64Array(npt) : new Float32Array(npt);
  const cells = azimuthal ? cellAreas(radial, azimuthal) : null;
  eachPixel((pixel) => {
    joinAtCut(outline);
    if (cells) {
      if (isExact && azimuthRange) turnOutline(outline, azimuthRange);
      cells(outline.radius, outline.chi, builder, pixel);
      return;
    }
    if (azimuthRange && !touches(azimuthRange, Math.min(...outline.chi), Math.max(...outline.chi))) return;
    putOutline(builder, pixel, radial, outline, position, area, parts);
  });
  return { map: builder.done(), radial, azimuthal };
}
