import { SourceError } from '../../../core/errors.js';
import { apply, fromParts, fromStep, invert, type Matrix, multiply } from '../rigid.js';
import { asRigid, type MotionFormat, numbersOf } from './format.js';
import { inCoordinates, LPS } from './geometry.js';

const HEAD = '#Insight Transform File V1.0';

/** True for a text that says that it is one. */
export const isItkText = (text: string): boolean => text.startsWith(HEAD);

interface Block {
  readonly type: string;
  readonly values: Readonly<Record<string, string>>;
}

/** The transforms of a file: `Transform: type`, then lines `name: numbers`. */
function blocksOf(text: string, path: string): Block[] {
  const blocks: { type: string; values: Record<string, string> }[] = [];
  for (const line of text.split(/\r\n|\r|\n/)) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [name = '', ...rest] = line.split(':');
    const value = rest.join(':').trim();
    const last = blocks.at(-1);
    if (name.trim() === 'Transform') blocks.push({ type: value, values: {} });
    else if (rest.length === 0 || !last) {
      throw new SourceError('bad-motion', `${path} is no text of ITK transforms: '${line.slice(0, 40)}'.`, { path });
    } else last.values[name.trim()] = value;
  }
  return blocks;
}

/** Turns of `Euler3DTransform`: about y, then x, then z, or about x, then y, then z. */
function euler(x: number, y: number, z: number, isZyx: boolean): Matrix {
  const about = (a: number, b: number, c: number) => fromStep([0, 0, 0, a, b, c]);
  const [aboutX, aboutY, aboutZ] = [about(x, 0, 0), about(0, y, 0), about(0, 0, z)];
  return multiply(aboutZ, isZyx ? multiply(aboutY, aboutX) : multiply(aboutX, aboutY));
}

function matrixOf({ type, values }: Block, where: string, path: string): Matrix {
  const isEuler = /^Euler3DTransform_/.test(type);
  if (!isEuler && !/^(Affine|MatrixOffset)Transform(Base)?_\w+_3_3$/.test(type)) {
    const read = 'Euler3DTransform, AffineTransform and MatrixOffsetTransformBase of three dimensions';
    throw new SourceError('bad-motion', `${where} is ${type || 'of no type'}, but only ${read} are read.`, { path });
  }
  const numbers = numbersOf(values.Parameters ?? '', `${where}, Parameters`, path);
  const fixed = numbersOf(values.FixedParameters ?? '0 0 0', `${where}, FixedParameters`, path);
  const count = isEuler ? 6 : 12;
  if (numbers.length !== count || fixed.length < 3) {
    const found = `${numbers.length} Parameters and ${fixed.length} FixedParameters`;
    throw new SourceError('bad-motion', `${where} has ${found}, but ${type} has ${count} and 3.`, { path });
  }
  const [a = 0, b = 0, c = 0] = numbers;
  const turn = isEuler ? euler(a, b, c, fixed[3] === 1) : fromParts(numbers.slice(0, 9), [0, 0, 0]);
  const shift = numbers.slice(-3);
  const [x = 0, y = 0, z = 0] = fixed;
  const moved = apply(turn, [x, y, z]);
  const at = (k: 0 | 1 | 2) => (fixed[k] ?? 0) + (shift[k] ?? 0) - moved[k];
  return multiply(fromParts([1, 0, 0, 0, 1, 0, 0, 0, 1], [at(0), at(1), at(2)]), turn);
}

/** ITK's text: a transform for each frame that takes points of the reference (fixed) to the frame (moving), in LPS mm. */
export const itkFile: MotionFormat = {
  title: 'a .tfm file (ITK)',
  write(corrections) {
    const blocks = corrections.map((one, i) => {
      const m = inCoordinates(LPS, invert(one));
      const linear = [0, 1, 2, 4, 5, 6, 8, 9, 10].map((k) => m[k] ?? 0);
      const numbers = [...linear, m[3] ?? 0, m[7] ?? 0, m[11] ?? 0].map((value) => String(value + 0));
      return [
        `#Transform ${i} reference to frame ${i}, LPS mm`,
        'Transform: AffineTransform_double_3_3',
        `Parameters: ${numbers.join(' ')}`,
        'FixedParameters: 0 0 0',
      ].join('\n');
    });
    return `${[HEAD, ...blocks].join('\n')}\n`;
  },
  read: (text, path) =>
    blocksOf(text, path).map((block, i) => {
      const where = `${path}: transform ${i + 1}`;
      return invert(asRigid(inCoordinates(LPS, matrixOf(block, where, path)), where, path));
    }),
};
