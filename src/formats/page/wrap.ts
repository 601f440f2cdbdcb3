import { widthOf } from '../plot/surface.js';

/** The text, its end replaced by two dots where it is wider than `width` pixels. */
export function shorten(content: string, width: number, size: number): string {
  const letters = [...content];
  const most = Math.floor(width / widthOf('x', size));
  return letters.length <= most ? content : `${letters.slice(0, Math.max(0, most - 2)).join('')}..`;
}

/** The text in lines of at most `width` pixels, broken between words, and within those that are longer. */
export function wrap(content: string, width: number, size: number): string[] {
  const most = Math.max(1, Math.floor(width / widthOf('x', size)));
  const lines: string[] = [];
  let line = '';
  for (const word of content.split(/\s+/).filter((one) => one !== '')) {
    let rest = [...word];
    if (line !== '' && [...line].length + 1 + rest.length > most) {
      lines.push(line);
      line = '';
    }
    for (; rest.length > most; rest = rest.slice(most)) lines.push(rest.slice(0, most).join(''));
    line = line === '' ? rest.join('') : `${line} ${rest.join('')}`;
  }
  return line === '' ? lines : [...lines, line];
}
