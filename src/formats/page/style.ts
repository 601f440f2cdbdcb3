import { COLOURS, pale } from '../plot/curves.js';
import { FAINT, GRID, INK } from '../plot/frame.js';
import type { Colour } from '../png/colours.js';
import { hex } from '../svg/drawing.js';
import { MARK } from './curves-figure.js';

const PAPER: Colour = [21, 24, 29];

const towards = (from: Colour, to: Colour, share: number): Colour => {
  const at = (c: 0 | 1 | 2) => Math.round(from[c] + (to[c] - from[c]) * share);
  return [at(0), at(1), at(2)];
};

/** Colours of figures, drawn for white paper, and what they are on a dark page. */
const DARK: readonly (readonly [Colour, Colour])[] = [
  [INK, [226, 230, 234]],
  [FAINT, [160, 168, 176]],
  [GRID, [46, 52, 60]],
  [MARK, [140, 66, 66]],
  ...COLOURS.flatMap((colour): [Colour, Colour][] => {
    const light = towards(colour, [255, 255, 255], 0.35);
    return [
      [colour, light],
      [pale(colour), towards(PAPER, light, 0.3)],
    ];
  }),
];

// A rule of a style sheet is stronger than the attribute that says the same.
const darkFigures = DARK.map(
  ([from, to]) => `svg [fill="${hex(from)}"]{fill:${hex(to)}}svg [stroke="${hex(from)}"]{stroke:${hex(to)}}`,
).join('\n');

/** Colours and type of a page, for light, dark and paper. */
export const STYLE = `
:root { color-scheme: light dark; --paper: #ffffff; --ink: #141418; --soft: #606068; --line: #e0e0e4; --head: #f3f3f5; }
@media screen and (prefers-color-scheme: dark) {
:root { --paper: ${hex(PAPER)}; --ink: #e2e6ea; --soft: #a0a8b0; --line: #343b44; --head: #1e2329; }
${darkFigures}
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 Helvetica, Arial, "Liberation Sans", sans-serif; }
main { max-width: 1060px; margin: 0 auto; padding: 28px 24px 48px; }
h1 { font-size: 26px; margin: 0 0 6px; overflow-wrap: anywhere; }
h2 { font-size: 18px; margin: 0; }
section { margin-top: 26px; break-inside: avoid; }
p { margin: 4px 0; } .soft, footer { color: var(--soft); font-size: 14px; }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); gap: 0 28px; margin: 18px 0 0; }
dl div { display: flex; justify-content: space-between; gap: 12px; padding: 3px 0; border-bottom: 1px solid var(--line); }
dt { color: var(--soft); } dd { margin: 0; min-width: 64px; text-align: right; overflow-wrap: anywhere; }
svg { display: block; width: 100%; height: auto; margin-top: 6px; font-family: Helvetica, Arial, "Liberation Sans", sans-serif; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; margin-top: 8px; font-size: 14px; font-variant-numeric: tabular-nums; }
th { text-align: left; background: var(--head); } th, td { padding: 3px 14px 3px 8px; border-bottom: 1px solid var(--line); vertical-align: top; }
section.table { break-inside: auto; }
footer { margin-top: 36px; padding-top: 10px; border-top: 1px solid var(--line); }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: 12px; }
@media print { main { max-width: none; padding: 0; } }
`;
