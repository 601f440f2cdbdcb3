/** Anchors from the lowest to the highest value, evenly spaced; colours between them are interpolated. */
const ANCHORS = {
  viridis: '440154 481f70 443983 3b528b 31688e 287c8e 21918c 20a486 35b779 5ec962 90d743 c8e020 fde725',
  magma: '000004 100b2d 2c115f 51127c 721f81 932b80 b73779 d8456c f1605d fc8961 feb078 fed799 fcfdbf',
  inferno: '000004 110a30 320a5e 57106e 781c6d 9a2865 bc3754 d84c3e ed6925 f98e09 fbb61a f4df53 fcffa4',
  gray: '000000 ffffff',
  diverging: '16265c 2f5fb3 86b2de f4f4f2 e5a184 b8423c 5e1226',
} as const;

export type ColourMapName = keyof typeof ANCHORS;

export const COLOUR_MAPS = Object.keys(ANCHORS) as readonly ColourMapName[];

export type Colour = readonly [red: number, green: number, blue: number];

/** Stands for what is not a number; none of the colour maps comes near it. */
export const NAN_COLOUR: Colour = [255, 64, 220];

/** 256 colours, three bytes each. */
export function colourTable(name: ColourMapName): Uint8Array {
  const anchors = ANCHORS[name]
    .split(' ')
    .map((hex) => [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)));
  const table = new Uint8Array(768);
  for (let i = 0; i < 256; i++) {
    const position = (i / 255) * (anchors.length - 1);
    const low = Math.min(Math.floor(position), anchors.length - 2);
    for (let c = 0; c < 3; c++) {
      const [from, to] = [anchors[low]?.[c] ?? 0, anchors[low + 1]?.[c] ?? 0];
      table[i * 3 + c] = Math.round(from + (to - from) * (position - low));
    }
  }
  return table;
}
