import type { Geometry } from '../geometry/geometry.js';
import { MapBuilder } from './map-builder.js';
import type { PixelMap } from './pixel-map.js';
import { azimuthalAxis, type BinAxis, Extent, emptySpan, radialAxis, type Span, spanOf } from './range.js';

/** What decides which pixels go where. Radial values in radians, nm^-1 or metres; azimuths in radians. */
export interface Binning {
  readonly npt: number;
  /** Azimuthal bins of a cake; null for a curve. */
  readonly nptAzim: number | null;
  readonly radialRange: readonly [number, number] | null;
  /** Ascending; only pixels that touch it count. */
  readonly azimuthRange: readonly [number, number] | null;
  /**
   * Cakes over any range of azimuth, beyond the cut at pi too; outlines are added up in float64. Otherwise, as in pyFAI, azimuths
   * beyond the cut stay empty, pixels up to one bin below the range count as its first, and outlines are added up in float32.
   */
  readonly isExact: boolean;
}

/** A map with its axes. */
export interface Binned {
  readonly map: PixelMap;
  readonly radial: BinAxis;
  readonly azimuthal: BinAxis | null;
}

const TURN = 2 * Math.PI;

/** True when an interval of azimuth touches the range; the turn before and after counts only for ranges beyond -pi or pi. */
export function touches([low, high]: readonly [number, number], from: number, to: number): boolean {
  if (to >= low && from <= high) return true;
  if (high > Math.PI && to + TURN >= low && from + TURN <= high) return true;
  return low < -Math.PI && to - TURN >= low && from - TURN <= high;
}

/** The turns, in radians, that bring an azimuth nearest to the middle of a range. */
export function turnTo([low, high]: readonly [number, number], chi: number): number {
  return TURN * Math.ceil(((low + high) / 2 - chi) / TURN - 0.5);
}

/**
 * Maps pixels by their bounding boxes in (radius, azimuth), or by their centres alone when `isSplit` is false.
 *
 * @param masked nonzero where a pixel is bad: it is left out, and does not widen the range
 * @returns null when no pixel is left
 */
export function binBoxes(geometry: Geometry, masked: Uint8Array, isSplit: boolean, binning: Binning): Binned | null {
  const { npt, nptAzim, radialRange, azimuthRange } = binning;
  const turned = binning.isExact ? azimuthRange : null;
  const isCake = nptAzim !== null;
  const isAzimuthal = isCake || azimuthRange !== null;
  const wants = { delta: isSplit, chi: isAzimuthal, dchi: isAzimuthal && isSplit, corners: false };
  const radialExtent = new Extent();
  const azimuthalExtent = new Extent();
  geometry.eachRow(wants, ({ row, centre, delta, chi, dchi }) => {
    const base = row * centre.length;
    for (let j = 0; j < centre.length; j++) {
      if (masked[base + j]) continue;
      const r = centre[j] ?? 0;
      const d = isSplit ? (delta[j] ?? 0) : 0;
      radialExtent.add(r - d, r + d);
      if (!isCake) continue;
      const c = chi[j] ?? 0;
      const e = isSplit ? (dchi[j] ?? 0) : 0;
      azimuthalExtent.add(c - e, c + e);
    }
  });
  if (radialExtent.isEmpty) return null;
  const radial = radialAxis(radialExtent, radialRange, npt);
  const azimuthal = isCake ? azimuthalAxis(azimuthalExtent, azimuthRange, nptAzim) : null;
  const builder = new MapBuilder(masked.length, npt * (nptAzim ?? 1), isSplit);
  const radialSpan = emptySpan();
  const azimuthalSpan = emptySpan();
  geometry.eachRow(wants, ({ row, centre, delta, chi, dchi }) => {
    const base = row * centre.length;
    for (let j = 0; j < centre.length; j++) {
      if (masked[base + j]) continue;
      const r = centre[j] ?? 0;
      const d = isSplit ? (delta[j] ?? 0) : 0;
      if (!spanOf(radial, r - d, r + d, radialSpan)) continue;
      if (azimuthal) {
        const own = chi[j] ?? 0;
        const c = turned ? own + turnTo(turned, own) : own;
        const e = isSplit ? (dchi[j] ?? 0) : 0;
        if (turned && !touches(turned, c - e, c + e)) continue;
        if (spanOf(azimuthal, c - e, c + e, azimuthalSpan)) putBox(builder, base + j, npt, radialSpan, azimuthalSpan);
        continue;
      }
      if (azimuthRange) {
        const c = chi[j] ?? 0;
        const e = isSplit ? (dchi[j] ?? 0) : 0;
        if (!touches(azimuthRange, c - e, c + e)) continue;
      }
      putSpan(builder, base + j, radialSpan);
    }
  });
  return { map: builder.done(), radial, azimuthal };
}

function putSpan(builder: MapBuilder, pixel: number, span: Span): void {
  const { first, last } = span;
  if (first === last) builder.whole(pixel, first);
  else if (last === first + 1) builder.pair(pixel, first, span.firstPart, span.lastPart);
  else builder.run(pixel, first, partsOf(span), last - first + 1);
}

let parts = new Float64Array(64);

/** The parts of a span in an array that the next call overwrites. */
function partsOf(span: Span): Float64Array {
  const count = span.last - span.first + 1;
  if (count > parts.length) parts = new Float64Array(2 * count);
  for (let k = 0; k < count; k++) parts[k] = partOf(span, span.first + k);
  return parts;
}

function partOf({ first, last, firstPart, middlePart, lastPart }: Span, bin: number): number {
  return bin === first ? firstPart : bin === last ? lastPart : middlePart;
}

/** A pixel of a cake: its parts are the products of those along the two axes. */
function putBox(builder: MapBuilder, pixel: number, npt: number, radial: Span, azimuthal: Span): void {
  if (azimuthal.first === azimuthal.last) {
    const base = azimuthal.first * npt;
    if (radial.first === radial.last) {
      builder.whole(pixel, base + radial.first);
      return;
    }
    if (radial.last === radial.first + 1) {
      builder.pair(pixel, base + radial.first, radial.firstPart, radial.lastPart);
      return;
    }
  }
  for (let a = azimuthal.first; a <= azimuthal.last; a++) {
    for (let b = radial.first; b <= radial.last; b++)
      builder.entry(a * npt + b, partOf(azimuthal, a) * partOf(radial, b));
  }
  builder.close(pixel);
}
