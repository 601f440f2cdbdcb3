import { UsageError } from '../../core/errors.js';
import type { NamedArray, Provenance } from '../../core/sink.js';
import { formatShape } from '../../core/stack.js';
import { writeFile } from '../../io/output.js';
import type { Measured } from '../measured.js';
import { CURVES_HEIGHT, CURVES_WIDTH, drawCurves } from '../plot/curves.js';
import { figureOf } from '../plot/figure-of.js';
import { drawMap, MAP_HEIGHT, MAP_WIDTH } from '../plot/map.js';
import type { PngOptions } from '../png/options.js';
import { SvgDrawing } from './drawing.js';

/**
 * Curves, a series of curves, a cake or one image as an SVG document.
 *
 * @throws UsageError for an array that is none of these
 */
export function makeSvg({ signal, errors }: Measured, provenance: Provenance, options: PngOptions = {}): string {
  const drawing = new SvgDrawing();
  const about = [
    `${signal.name}: ${signal.label}`,
    `${provenance.program} ${provenance.version} ${provenance.recipe}`,
  ] as const;
  if (figureOf(signal) === 'curves') {
    drawCurves(drawing, { signal, errors }, options);
    return drawing.done(CURVES_WIDTH, CURVES_HEIGHT, ...about);
  }
  drawMap(drawing, checkMap(signal), options);
  return drawing.done(MAP_WIDTH, MAP_HEIGHT, ...about);
}

function checkMap(array: NamedArray): NamedArray {
  if (figureOf(array) === 'map' || array.shape.length === 2) return array;
  throw new UsageError(
    'not-a-map',
    `${array.name} is ${formatShape(array.shape)}: .svg shows curves or one map. Write .png, .npz or .h5, or a file for each frame: name{}.svg.`,
  );
}

/** @throws UsageError for an array that is neither curves nor a map; SinkError */
export function writeSvg(
  path: string,
  measured: Measured,
  provenance: Provenance,
  overwrite: boolean,
  options: PngOptions = {},
): void {
  const bytes = new TextEncoder().encode(makeSvg(measured, provenance, options));
  writeFile(path, overwrite, (file) => file.write(bytes, 0));
}
