import type { Picture, Point, Surface, TextStyle } from '../plot/surface.js';
import type { Colour } from '../png/colours.js';

/** Part of another surface: what is drawn at (0, 0) stands at (left, top) there. */
export class Shifted implements Surface {
  readonly #on: Surface;
  readonly #left: number;
  readonly #top: number;

  constructor(on: Surface, left: number, top: number) {
    this.#on = on;
    this.#left = left;
    this.#top = top;
  }

  #all(points: readonly Point[]): Point[] {
    return points.map(([x, y]): Point => [x + this.#left, y + this.#top]);
  }

  line(points: readonly Point[], colour: Colour, width: number): void {
    this.#on.line(this.#all(points), colour, width);
  }

  area(points: readonly Point[], colour: Colour): void {
    this.#on.area(this.#all(points), colour);
  }

  box(x: number, y: number, width: number, height: number, colour: Colour): void {
    this.#on.box(x + this.#left, y + this.#top, width, height, colour);
  }

  dot(x: number, y: number, radius: number, colour: Colour): void {
    this.#on.dot(x + this.#left, y + this.#top, radius, colour);
  }

  text(x: number, y: number, content: string, style: TextStyle): void {
    this.#on.text(x + this.#left, y + this.#top, content, style);
  }

  picture(x: number, y: number, width: number, height: number, picture: Picture): void {
    this.#on.picture(x + this.#left, y + this.#top, width, height, picture);
  }
}
