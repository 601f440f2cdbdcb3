import type { Picture, Point, Surface, TextStyle } from '../plot/surface.js';
import type { Colour } from '../png/colours.js';
import { encodeRgb } from '../png/encode-rgb.js';
import { element, escapeXml } from './markup.js';

/** `#14aaff`. */
export const hex = (colour: Colour): string =>
  `#${colour.map((shade) => shade.toString(16).padStart(2, '0')).join('')}`;

const pathOf = (points: readonly Point[]): string =>
  points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${x.toFixed(2)} ${y.toFixed(2)}`).join('');

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

const JOINTS = { 'stroke-linejoin': 'round', 'stroke-linecap': 'round' };

/** Collects what is drawn as SVG elements; maps are embedded as PNG pictures. */
export class SvgDrawing implements Surface {
  readonly #parts: string[] = [];

  line(points: readonly Point[], colour: Colour, width: number): void {
    const [first] = points;
    if (points.length === 1 && first) this.dot(first[0], first[1], width / 2, colour);
    else
      this.#parts.push(
        element('path', { d: pathOf(points), stroke: hex(colour), 'stroke-width': width, fill: 'none' }),
      );
  }

  area(points: readonly Point[], colour: Colour): void {
    this.#parts.push(element('path', { d: `${pathOf(points)}Z`, fill: hex(colour) }));
  }

  box(x: number, y: number, width: number, height: number, colour: Colour): void {
    this.#parts.push(element('rect', { x, y, width, height, fill: hex(colour) }));
  }

  dot(x: number, y: number, radius: number, colour: Colour): void {
    this.#parts.push(element('circle', { cx: x, cy: y, r: radius, fill: hex(colour) }));
  }

  text(x: number, y: number, content: string, { colour, size, anchor, turned }: TextStyle): void {
    if (content === '') return;
    const turn = turned ? { transform: `rotate(-90 ${x.toFixed(2)} ${y.toFixed(2)})` } : {};
    const style = { x, y, fill: hex(colour), 'font-size': size, 'text-anchor': anchor, ...turn };
    this.#parts.push(element('text', style, escapeXml(content)));
  }

  picture(x: number, y: number, width: number, height: number, picture: Picture): void {
    const href = `data:image/png;base64,${base64(encodeRgb(picture))}`;
    const style = { preserveAspectRatio: 'none', style: 'image-rendering:pixelated' };
    this.#parts.push(element('image', { x, y, width, height, ...style, href }));
  }

  /** The whole file. @param title and description, which viewers show and search */
  done(width: number, height: number, title: string, description: string): string {
    const head = {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      'font-family': 'Helvetica, Arial, Liberation Sans, sans-serif',
      ...JOINTS,
    };
    const about = `<title>${escapeXml(title)}</title><desc>${escapeXml(description)}</desc>`;
    const paper = element('rect', { width, height, fill: '#ffffff' });
    return `<?xml version="1.0" encoding="UTF-8"?>\n${element('svg', head, [about, paper, ...this.#parts].join('\n'))}\n`;
  }

  /** The element alone, without paper, as wide as the page it stands in. @param label read to those who do not see it */
  inline(width: number, height: number, label: string): string {
    const head = { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label, ...JOINTS };
    return element('svg', head, this.#parts.join('\n'));
  }
}
