import type { Picture, Point, Surface, TextStyle } from '../plot/surface.js';
import { Canvas } from './canvas.js';
import type { Colour } from './colours.js';
import { glyphStrokes } from './strokes.js';

/** A straight piece of a line, in pixels. */
type Segment = readonly [x0: number, y0: number, x1: number, y1: number];

/** Capital letters are 7 of these high; together with the space below, a line is 10. */
const GLYPH_UNIT = 0.1;
const ADVANCE = 6;
const STROKE = 0.95;
/** Levels down a pixel at which the edges of an area are looked at. */
const SAMPLES = 4;

/** Draws with smooth edges: every line is a band around its segments, blended once. */
export class Raster implements Surface {
  readonly canvas: Canvas;

  constructor(width: number, height: number) {
    this.canvas = new Canvas(width, height);
  }

  #blend(x: number, y: number, colour: Colour, share: number): void {
    const { pixels, width, height } = this.canvas;
    if (x < 0 || y < 0 || x >= width || y >= height || share <= 0) return;
    const at = (y * width + x) * 3;
    for (let c = 0; c < 3; c++) {
      const under = pixels[at + c] ?? 255;
      pixels[at + c] = Math.round(under + ((colour[c] ?? 0) - under) * share);
    }
  }

  /** Pixels within half of `width` of any segment; coverage falls from 1 to 0 across one pixel. */
  #strokes(segments: readonly Segment[], colour: Colour, width: number): void {
    const radius = width / 2;
    const cover = new Map<number, number>();
    for (const [x0, y0, x1, y1] of segments) {
      const [dx, dy] = [x1 - x0, y1 - y0];
      const length = dx * dx + dy * dy;
      const [top, bottom] = [Math.floor(Math.min(y0, y1) - radius - 1), Math.ceil(Math.max(y0, y1) + radius + 1)];
      for (let y = top; y <= bottom; y++) {
        const [left, right] = [Math.floor(Math.min(x0, x1) - radius - 1), Math.ceil(Math.max(x0, x1) + radius + 1)];
        for (let x = left; x <= right; x++) {
          const [px, py] = [x + 0.5 - x0, y + 0.5 - y0];
          const along = length === 0 ? 0 : Math.max(0, Math.min(1, (px * dx + py * dy) / length));
          const share = radius + 0.5 - Math.hypot(px - along * dx, py - along * dy);
          if (share <= 0) continue;
          const key = y * 65536 + x;
          cover.set(key, Math.max(cover.get(key) ?? 0, Math.min(1, share)));
        }
      }
    }
    for (const [key, share] of cover) {
      const y = Math.floor(key / 65536);
      this.#blend(key - y * 65536, y, colour, share);
    }
  }

  line(points: readonly Point[], colour: Colour, width: number): void {
    const segments = points.map((point, i): Segment => {
      const [x, y] = points[i + 1] ?? point;
      return [point[0], point[1], x, y];
    });
    this.#strokes(segments.length > 1 ? segments.slice(0, -1) : segments, colour, width);
  }

  /** By columns: `SAMPLES` levels down each pixel, an edge at a time. */
  area(points: readonly Point[], colour: Colour): void {
    const { width, height } = this.canvas;
    const rows = points.map(([, y]) => y);
    const top = Math.max(0, Math.floor(Math.min(...rows)));
    const bottom = Math.min(height, Math.ceil(Math.max(...rows)));
    const levels: number[][] = Array.from({ length: Math.max(0, bottom - top) * SAMPLES }, () => []);
    for (const [i, [x0, y0]] of points.entries()) {
      const [x1, y1] = points[(i + 1) % points.length] ?? [x0, y0];
      const last = Math.min(levels.length - 1, Math.ceil((Math.max(y0, y1) - top) * SAMPLES - 0.5) - 1);
      for (let k = Math.max(0, Math.ceil((Math.min(y0, y1) - top) * SAMPLES - 0.5)); k <= last; k++)
        levels[k]?.push(x0 + ((top + (k + 0.5) / SAMPLES - y0) / (y1 - y0)) * (x1 - x0));
    }
    const cover = new Float64Array(width);
    for (let y = top; y < bottom; y++) {
      cover.fill(0);
      for (const crossings of levels.slice((y - top) * SAMPLES, (y - top + 1) * SAMPLES)) {
        crossings.sort((a, b) => a - b);
        for (let k = 0; k + 1 < crossings.length; k += 2) {
          const [from, to] = [crossings[k] ?? 0, crossings[k + 1] ?? 0];
          for (let x = Math.max(0, Math.floor(from)); x < Math.min(width, to); x++)
            cover[x] = (cover[x] ?? 0) + (Math.min(to, x + 1) - Math.max(from, x)) / SAMPLES;
        }
      }
      for (let x = 0; x < width; x++) this.#blend(x, y, colour, Math.min(1, cover[x] ?? 0));
    }
  }

  box(x: number, y: number, width: number, height: number, colour: Colour): void {
    this.canvas.rectangle(Math.round(x), Math.round(y), Math.round(width), Math.round(height), colour);
  }

  dot(x: number, y: number, radius: number, colour: Colour): void {
    this.#strokes([[x, y, x, y]], colour, radius * 2);
  }

  text(x: number, y: number, content: string, { colour, size, anchor, turned }: TextStyle): void {
    const letters = [...content];
    const unit = size * GLYPH_UNIT;
    const width = (letters.length * ADVANCE - 1) * unit;
    const start = anchor === 'start' ? 0 : anchor === 'end' ? -width : -width / 2;
    const segments = letters.flatMap((letter, n) =>
      glyphStrokes(letter).map(([x0, y0, x1, y1]): Segment => {
        const [ax, bx] = [start + (n * ADVANCE + x0 + 0.5) * unit, start + (n * ADVANCE + x1 + 0.5) * unit];
        const [ay, by] = [(y0 - 6.5) * unit, (y1 - 6.5) * unit];
        return turned ? [x + ay, y - ax, x + by, y - bx] : [x + ax, y + ay, x + bx, y + by];
      }),
    );
    this.#strokes(segments, colour, STROKE * unit);
  }

  picture(
    x: number,
    y: number,
    width: number,
    height: number,
    { width: columns, height: rows, pixels }: Picture,
  ): void {
    for (let row = 0; row < height; row++) {
      const from = Math.floor(((row + 0.5) / height) * rows) * columns;
      for (let column = 0; column < width; column++) {
        const at = (from + Math.floor(((column + 0.5) / width) * columns)) * 3;
        this.canvas.dot(x + column, y + row, [pixels[at] ?? 0, pixels[at + 1] ?? 0, pixels[at + 2] ?? 0]);
      }
    }
  }
}
