import type { Colour } from './colours.js';
import { drawText, GLYPH_WIDTH } from './font.js';

/** An RGB picture, white at first. Drawing outside of it is cut off. */
export class Canvas {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.pixels = new Uint8Array(width * height * 3).fill(255);
  }

  dot(x: number, y: number, colour: Colour): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const at = (y * this.width + x) * 3;
    this.pixels[at] = colour[0];
    this.pixels[at + 1] = colour[1];
    this.pixels[at + 2] = colour[2];
  }

  rectangle(x: number, y: number, width: number, height: number, colour: Colour): void {
    for (let row = y; row < y + height; row++)
      for (let column = x; column < x + width; column++) this.dot(column, row, colour);
  }

  /** A frame of one pixel around the given area. */
  outline(x: number, y: number, width: number, height: number, colour: Colour): void {
    this.rectangle(x - 1, y - 1, width + 2, 1, colour);
    this.rectangle(x - 1, y + height, width + 2, 1, colour);
    this.rectangle(x - 1, y, 1, height, colour);
    this.rectangle(x + width, y, 1, height, colour);
  }

  text(x: number, y: number, content: string, colour: Colour, size = 2): void {
    drawText(content, (dx, dy) => this.rectangle(x + dx * size, y + dy * size, size, size, colour));
  }

  /** A line two pixels wide. */
  line(x0: number, y0: number, x1: number, y1: number, colour: Colour): void {
    const steps = Math.max(1, Math.ceil(Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0))));
    for (let i = 0; i <= steps; i++) {
      const [x, y] = [x0 + ((x1 - x0) * i) / steps, y0 + ((y1 - y0) * i) / steps];
      this.rectangle(Math.round(x), Math.round(y), 2, 2, colour);
    }
  }
}

/** Width of a line of text in pixels. */
export function textWidth(content: string, size = 2): number {
  return [...content].length * GLYPH_WIDTH * size - size;
}

/** The text, its end replaced by two dots where it is wider than `width` pixels. */
export function fitText(content: string, width: number, size = 2): string {
  const most = Math.floor((width + size) / (GLYPH_WIDTH * size));
  return [...content].length <= most ? content : `${[...content].slice(0, Math.max(0, most - 2)).join('')}..`;
}
