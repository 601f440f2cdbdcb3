// fast-png: a maintained encoder with text chunks that also runs in a browser.
import { encode } from 'fast-png';
import type { NamedArray, Provenance } from '../../core/sink.js';
import { writeFile } from '../../io/output.js';
import { drawFigure } from './figure.js';
import type { PngOptions } from './options.js';
import { drawPlot } from './plot.js';

/** PNG text is Latin-1; other letters are escaped as in JSON. */
function latin1(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Images or a curve as a PNG file in memory. @throws UsageError for a single number */
export function encodePng(array: NamedArray, provenance: Provenance, options: PngOptions = {}): Uint8Array {
  const { width, height, pixels } = array.shape.length === 1 ? drawPlot(array, options) : drawFigure(array, options);
  const text = {
    Software: `${provenance.program} ${provenance.version}`,
    Title: latin1(`${array.name}: ${array.label}`),
    Recipe: latin1(provenance.recipe),
  };
  return encode({ width, height, data: pixels, channels: 3, depth: 8, text });
}

/** @throws UsageError for a single number; SinkError */
export function writePng(
  path: string,
  array: NamedArray,
  provenance: Provenance,
  overwrite: boolean,
  options: PngOptions = {},
): void {
  const bytes = encodePng(array, provenance, options);
  writeFile(path, overwrite, (file) => file.write(bytes, 0));
}
