import type { NumericArray } from '../../core/dtype.js';
import type { FolderContext } from '../../core/operator.js';
import type { Page, PageImage } from '../../core/page.js';
import { formatShape, frameCount } from '../../core/stack.js';
import type { params } from './params.js';
import { imageExtentOf, shrunkExtent } from './shrink.js';

/** What the least and the most value of all images is; finite ones alone. */
function rangeOf(images: readonly NumericArray[]): [number, number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const image of images) {
    for (const value of image) {
      if (!Number.isFinite(value)) continue;
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
  }
  return least <= most ? [least, most] : [0, 1];
}

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
  const limits = rangeOf(small);
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
      ['shown as', `${height} x ${width}, ${limits[0]} black to ${limits[1]} white`],
    ],
    parts: [{ kind: 'images', title: '', images, isSheet: true }],
  };
}
