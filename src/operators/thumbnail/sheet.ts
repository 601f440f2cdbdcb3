import { type Dtype, dtypeRange, type NumericArray } from '../../core/dtype.js';
import type { FolderContext } from '../../core/operator.js';
import type { Page, PageImage } from '../../core/page.js';
import { formatShape, frameCount } from '../../core/stack.js';
import type { params } from './params.js';
import { imageExtentOf, shrunkExtent } from './shrink.js';

/** Of the values, so many of a thousand are shown as quite black or quite white: single bright points should not darken the rest. */
const CLIPPED = 5;
/** Limits are taken from about so many values. */
const SAMPLES = 2 ** 18;

/** Values drawn black and white in all images; finite ones alone count. */
function greyLimits(images: readonly NumericArray[]): [number, number] {
  const total = images.reduce((sum, { length }) => sum + length, 0);
  const every = Math.max(1, Math.floor(total / SAMPLES));
  const values = images.flatMap((image) => [...image].filter((value, i) => i % every === 0 && Number.isFinite(value)));
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  const [low, high] = [at(CLIPPED / 1000), at(1 - CLIPPED / 1000)];
  return low < high ? [low, high] : [low - 1, high + 1];
}

/** Colours are shown as they are: from 0 to all that the element holds, or to the largest value of floats. */
function colourLimits(images: readonly NumericArray[], dtype: Dtype): [number, number] {
  if (dtype === 'uint8' || dtype === 'uint16') return [0, dtypeRange(dtype)[1]];
  let most = 0;
  for (const image of images) for (const value of image) if (value > most && Number.isFinite(value)) most = value;
  return [0, most || 1];
}

const short = (value: number): string => String(Number(value.toPrecision(4)));

const nameOf = (path: string): string => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);

/** All images of a stack, or as many as `most` of them spread over it, small and side by side, each with its name. */
export function contactSheet(context: FolderContext<typeof params, 'thumbnails'>): Page {
  const { stack, values, read, name, fileOf } = context;
  const frames = frameCount(stack);
  const count = Math.min(frames, values.most);
  const extent = imageExtentOf(stack);
  const { height, width, values: colours } = shrunkExtent(extent ?? { height: 1, width: 1, values: 1 }, values.size);
  const chosen = Array.from({ length: count }, (_, k) => Math.floor((k * frames) / count));
  const small = chosen.map((n) => read('thumbnails', n, 1));
  const limits = colours === 3 ? colourLimits(small, stack.dtype) : greyLimits(small);
  const images = small.map((data, k): PageImage => {
    const n = chosen[k] ?? 0;
    const file = fileOf(n);
    const caption = file === null ? `frame ${n}` : nameOf(file);
    return { label: caption, caption, height, width, data, limits, ...(colours === 3 ? { colours: 'rgb' } : {}) };
  });
  const shown =
    count < frames ? `${count} of ${frames} images, evenly spread` : `${frames} image${frames === 1 ? '' : 's'}`;
  return {
    title: name,
    summary: `${shown}. Each pixel is the mean over the area it covers.`,
    facts: [
      ['images', `${formatShape(stack.frameShape)} ${stack.dtype}`],
      ['shown as', `${height} x ${width}, ${short(limits[0])} black to ${short(limits[1])} white`],
    ],
    parts: [{ kind: 'images', title: '', images, isSheet: true }],
  };
}
