/** Seven rows of five pixels a letter; each row is one digit to the base of 32, its highest bit the leftmost pixel. */
const GLYPHS: Readonly<Record<string, string>> = Object.fromEntries(
  `0ehjlphe 14c4444e 2eh1248v 3v2421he 426aiv22 5vgu11he 668guhhe 7v124888 8ehhehhe 9ehhf12c
   Aehhvhhh Buhhuhhu Cehggghe Dsihhhis Evgguggv Fvgguggg Gehgnhhf Hhhhvhhh Ie44444e J72222ic Khikokih Lggggggv
   Mhrllhhh Nhhpljhh Oehhhhhe Puhhuggg Qehhhlid Ruhhukih Sfgge11u Tv444444 Uhhhhhhe Vhhhhha4 Whhhllla Xhha4ahh
   Yhhha444 Zv1248gv a00e1fhf bggmphhu c00egghe d11djhhf e00ehvge f698s888 g0fhhf1e hggmphhh i40c444e j20622ic
   kggikoki lc44444e m00qllhh n00mphhh o00ehhhe p00uhugg q00djf11 r00mpggg s00ege1u t88s8896 u00hhhjd v00hhha4
   w00hhlla x00ha4ah y0hhhf1e z00v248v .00000cc ,0000c48 -000v000 +044v440 /01248g0 (2488842 )8422248 :0cc0cc0 ;0cc0c48
   _000000v =00v0v00 %op248j3 ^4ah0000 *04lel40 [e88888e ]e22222e <248g842 >8421248 |4444444 #aavavaa 'c480000
   !4444004 ?eh12404 µ00hhpmg Å4a4ehvh °6996000 ²c24e000 ×0ha4ah0 ~008l200 θ699f996 χ00pa4aj`
    .split(/\s+/)
    .map((entry) => [entry.slice(0, 1), entry.slice(1)]),
);

const BLANK = '0000000';
export const GLYPH_WIDTH = 6;
const GLYPH_HEIGHT = 7;

/** Calls `dot` for every inked pixel of a line of text; what the font lacks is drawn as a question mark. */
export function drawText(text: string, dot: (x: number, y: number) => void): void {
  [...text].forEach((letter, position) => {
    const rows = letter === ' ' ? BLANK : (GLYPHS[letter] ?? GLYPHS['?'] ?? BLANK);
    for (let y = 0; y < GLYPH_HEIGHT; y++) {
      const bits = Number.parseInt(rows[y] ?? '0', 32);
      for (let x = 0; x < 5; x++) if (bits & (16 >> x)) dot(position * GLYPH_WIDTH + x, y);
    }
  });
}
