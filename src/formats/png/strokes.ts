import { drawText } from './font.js';

/** A stroke between two points of a letter, in pixels of the font: y grows downwards. */
export type Stroke = readonly [x0: number, y0: number, x1: number, y1: number];

/** Letters that reach below the line, nine rows of them, and a zero without its stroke, which many of them would blur. */
const TALL: Readonly<Record<string, string>> = {
  g: '00fhhhf1e',
  j: '2062222ic',
  p: '00uhhhugg',
  q: '00fhhhf11',
  y: '00hhhhf1e',
  χ: '00paa4aaj',
  '0': 'ehhhhhe',
};

const RAISED: Readonly<Record<string, string>> = {
  '⁻': '-',
  '⁰': '0',
  '¹': '1',
  '²': '2',
  '³': '3',
  '⁴': '4',
  '⁵': '5',
  '⁶': '6',
  '⁷': '7',
  '⁸': '8',
  '⁹': '9',
};
/** Size of raised letters beside the others, and how far their top stands above those. */
const RAISED_SIZE = 0.7;
const RAISED_BY = 1.2;

const known = new Map<string, readonly Stroke[]>();

/** Joins neighbouring pixels of a letter by strokes; diagonally only where no straight way leads there. */
function joined(letter: string): Stroke[] {
  const inked = new Set<number>();
  const tall = TALL[letter];
  if (tall === undefined) drawText(letter, (x, y) => inked.add(y * 8 + x));
  for (const [y, row] of [...(tall ?? '')].entries())
    for (let x = 0; x < 5; x++) if (Number.parseInt(row, 32) & (16 >> x)) inked.add(y * 8 + x);
  const has = (x: number, y: number): boolean => x >= 0 && x < 5 && inked.has(y * 8 + x);
  return [...inked].flatMap((key): Stroke[] => {
    const [x, y] = [key % 8, key >> 3];
    const strokes: Stroke[] = [];
    if (has(x + 1, y)) strokes.push([x, y, x + 1, y]);
    if (has(x, y + 1)) strokes.push([x, y, x, y + 1]);
    for (const side of [1, -1])
      if (has(x + side, y + 1) && !has(x + side, y) && !has(x, y + 1)) strokes.push([x, y, x + side, y + 1]);
    return strokes.length > 0 ? strokes : [[x, y, x, y]];
  });
}

/** The strokes of one letter; raised digits are small ones. */
export function glyphStrokes(letter: string): readonly Stroke[] {
  const found = known.get(letter);
  if (found) return found;
  const plain = RAISED[letter];
  const strokes =
    plain === undefined
      ? joined(letter)
      : joined(plain).map(([x0, y0, x1, y1]): Stroke => {
          const [ax, ay, bx, by] = [
            x0 * RAISED_SIZE,
            y0 * RAISED_SIZE - RAISED_BY,
            x1 * RAISED_SIZE,
            y1 * RAISED_SIZE - RAISED_BY,
          ];
          return [ax, ay, bx, by];
        });
  known.set(letter, strokes);
  return strokes;
}
