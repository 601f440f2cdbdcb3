import { UsageError } from '../../core/errors.js';
import { defineOperator, type Slot } from '../../core/operator.js';
import { formatShape, type Stack } from '../../core/stack.js';
import { params } from './params.js';
import { type ImageExtent, imageExtentOf, isRounded, Shrinker, shrunkExtent } from './shrink.js';

const details = `
Every image becomes smaller until its longer side has \`--size\` pixels. A pixel is the mean over the area that it covers, also where
that is no whole number of pixels, in float64; integers are rounded. Images of (rows, columns, 3), which \`--channel all\` reads, stay in
colour. Elements keep their type.

\`-o sheet.png\` is a contact sheet: all images side by side with the names of their files, on one scale from black to white, up to
\`--most\` of them evenly spread over the stack. \`-o 'small_{}.png'\` writes each by itself, just its pixels (uint8 and uint16), and
\`-o small.npy\`, \`.h5\` or \`.tif\` all of them as one stack.
`;

interface ThumbnailState {
  readonly shrinker: Shrinker;
  readonly rounds: boolean;
}

function extentOf(stack: Stack): ImageExtent {
  const extent = imageExtentOf(stack);
  if (extent) return extent;
  throw new UsageError(
    'frame-rank',
    `thumbnail needs images, frames of (rows, columns) or (rows, columns, 3), but a frame here is ${formatShape(stack.frameShape)}. Choose --frame-rank 2.`,
  );
}

/** Small images of large ones, and a contact sheet. */
export default defineOperator<typeof params, 'thumbnails', ThumbnailState>({
  name: 'thumbnail',
  summary: 'small images of every frame, and a contact sheet of them',
  details,
  params,
  examples: [{ size: 5 }, {}],
  outputs(stack, values) {
    const from = extentOf(stack);
    const to = shrunkExtent(from, values.size);
    const [y, x] = stack.axes.slice(stack.stackShape.length);
    const shape = [to.height, to.width, ...stack.frameShape.slice(2)];
    const slot: Slot = {
      kind: 'each',
      shape,
      dtype: stack.dtype,
      label: 'small images',
      image: shape.length === 3 ? 3 : 2,
      axes: stack.axes.slice(stack.stackShape.length).map((axis) => {
        const factor = axis === y ? from.height / to.height : axis === x ? from.width / to.width : 1;
        return { ...axis, step: axis.step * factor };
      }),
    };
    return { thumbnails: slot };
  },
  init({ stack, values }) {
    const from = extentOf(stack);
    return { shrinker: new Shrinker(from, shrunkExtent(from, values.size)), rounds: isRounded(stack) };
  },
  process({ data, count }, { shrinker, rounds }, { thumbnails }) {
    const [large, small] = shrinker.sizes;
    for (let k = 0; k < count; k++) {
      const image = data.subarray(k * large, (k + 1) * large);
      shrinker.shrink(image, thumbnails.subarray(k * small, (k + 1) * small), rounds);
    }
  },
  sheet: async (context) => (await import('./sheet.js')).contactSheet(context),
});
