import type { NamedArray, Provenance } from '../../core/sink.js';
import { writeFile } from '../../io/output.js';
import type { Measured } from '../measured.js';
import { CURVES_HEIGHT, CURVES_WIDTH, drawCurves } from '../plot/curves.js';
import { figureOf } from '../plot/figure-of.js';
import { drawMap, MAP_HEIGHT, MAP_WIDTH } from '../plot/map.js';
import type { Canvas } from './canvas.js';
import { encodeRgb } from './encode-rgb.js';
import { drawFigure } from './figure.js';
import type { PngOptions } from './options.js';
import { encodePixels, isPlainImage } from './pixels.js';
import { provenanceText } from './provenance-text.js';
import { Raster } from './raster.js';

/** A figure in pixels: what a PNG file shows. @throws UsageError for a single number */
function drawPicture(array: NamedArray, errors: NamedArray | null, options: PngOptions): Canvas {
  const kind = figureOf(array);
  if (kind === 'images') return drawFigure(array, options);
  const [width, height] = kind === 'curves' ? [CURVES_WIDTH, CURVES_HEIGHT] : [MAP_WIDTH, MAP_HEIGHT];
  const raster = new Raster(width, height);
  if (kind === 'curves') drawCurves(raster, { signal: array, errors }, options);
  else drawMap(raster, array, options);
  return raster.canvas;
}

/**
 * Images, curves, a series of curves or a cake as a PNG file in memory; just the pixels of an image that is to be looked at as it is.
 *
 * @param errors uncertainties of a curve, drawn as a band
 * @throws UsageError for a single number
 */
export function encodePng(
  array: NamedArray,
  provenance: Provenance,
  options: PngOptions = {},
  errors: NamedArray | null = null,
): Uint8Array {
  const text = provenanceText(`${array.name}: ${array.label}`, provenance);
  return isPlainImage(array) ? encodePixels(array, text) : encodeRgb(drawPicture(array, errors, options), text);
}

/** @throws UsageError for a single number; SinkError */
export function writePng(
  path: string,
  { signal, errors }: Measured,
  provenance: Provenance,
  overwrite: boolean,
  options: PngOptions = {},
): void {
  const bytes = encodePng(signal, provenance, options, errors);
  writeFile(path, overwrite, (file) => file.write(bytes, 0));
}
