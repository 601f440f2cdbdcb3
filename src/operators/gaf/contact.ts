import type { FolderContext } from '../../core/operator.js';
import type { BesidePart, Page, PageImage } from '../../core/page.js';
import { frameCount } from '../../core/stack.js';
import { paintField } from './images.js';
import { type Extent, extentOf, type GafParams, rangeOf } from './params.js';
import { pieces } from './pieces.js';
import { type SeriesSetup, seriesVectors } from './series.js';

/** Series on the sheet, at most. */
const SHOWN = 12;

type Context = FolderContext<GafParams, string>;

/** One series drawn beside its two images. */
function seriesPart(points: Float64Array, setup: SeriesSetup, title: string, { stack }: Context): BesidePart {
  const { size } = setup;
  const vectors = { x: new Float64Array(size), y: new Float64Array(size) };
  seriesVectors(points, setup, vectors);
  const images = (['sum', 'diff'] as const).map((field): PageImage => {
    const data = new Float32Array(size * size);
    paintField(field, vectors, 'float32', data);
    return { label: field, height: size, width: size, data, limits: [-1, 1], colours: 'signed' };
  });
  const time = stack.axes.at(-1) ?? { name: 'point', unit: '', origin: 0, step: 1 };
  return {
    kind: 'beside',
    title,
    curves: { kind: 'curves', title: '', axis: time, unit: '', lines: [{ label: '', values: points }] },
    images: { kind: 'images', title: '', images },
  };
}

/** `12 windows`, and of how many: as many channels of each as there is room for. */
function choose(frames: number, { channels }: Extent): readonly [frames: number, channels: number] {
  const shown = Math.min(SHOWN, frames);
  return [shown, Math.min(channels, Math.max(1, Math.floor(SHOWN / shown)))];
}

/** `12 of 50 series, each`, or what there is of fewer. */
function shown(count: number, all: number): string {
  if (all === 1) return 'The series';
  return count === all ? `${all} series, each` : `${count} of ${all} series, each`;
}

/** A dozen series, each beside its images, with their class where they have one. */
export async function contactPage(context: Context): Promise<Page> {
  const { stack, values, labels, channels: names, name } = context;
  const extent = extentOf(stack, values);
  const { channels, length, size } = extent;
  const [lo, hi] = rangeOf(values);
  const bounds = pieces(length, size, values.overlapping);
  const setup: SeriesSetup = { length, size, bounds, scaleFirst: values.order === 'scale-first', lo, hi };
  const frames = frameCount(stack);
  const [shownFrames, shownChannels] = choose(frames, extent);
  const parts: BesidePart[] = [];
  for (let place = 0; place < shownFrames; place++) {
    // Spread over all, because files often lie class after class.
    const n = Math.floor((place * frames) / shownFrames);
    const data = await context.frames(n, 1);
    for (let c = 0; c < shownChannels; c++) {
      const at = c * length;
      const label = labels?.classes[labels.of[n] ?? -1];
      const channel = channels > 1 ? `, ${names?.[c] ?? `channel ${c}`}` : '';
      const title = `Frame ${n}${channel}${label === undefined ? '' : `: class ${label}`}`;
      parts.push(seriesPart(Float64Array.from(data.subarray(at, at + length)), setup, title, context));
    }
  }
  return {
    title: `Gramian angular fields of ${name}`,
    summary: `${shown(parts.length, frames * channels)} beside the images of its sums (left) and differences (right).`,
    facts: [
      [
        'series',
        `${frames} frame${frames === 1 ? '' : 's'} of ${channels} channel${channels === 1 ? '' : 's'}, ${length} points`,
      ],
      ['images', `${size} x ${size}, range ${lo} to ${hi}`],
    ],
    parts,
  };
}
