import { UsageError } from '../../core/errors.js';
import { formatShape } from '../../core/stack.js';
import {
  annulus,
  both,
  directions,
  disk,
  type Edges,
  type Point,
  point,
  polygon,
  type Region,
  rasterise,
  rectangle,
} from './geometry.js';
import type { MaskValues } from './params.js';

/** One mask over a frame: weights in row-major order, and what it is. */
export interface Weights {
  readonly data: Float64Array;
  readonly label: string;
}

interface Drawn {
  readonly region: Region;
  readonly label: string;
}

/** Inner and outer radius of each preset in multiples of the bright disk's radius. */
const PRESETS = { bf: [0, 1], abf: [0.5, 1], adf: [1, 2], haadf: [2, Number.POSITIVE_INFINITY] } as const;

function need<T>(value: T | undefined, what: string, flag: string, example: string): T {
  if (value !== undefined) return value;
  throw new UsageError('missing-option', `${what} needs --${flag}, such as --${flag} ${example}.`, { flag });
}

function needOrder(inner: number, outer: number, what: string): void {
  if (inner < outer) return;
  throw new UsageError(
    'bad-value',
    `The ${what} has inner radius ${inner} and outer radius ${outer}. Give an --outer that is larger than --inner.`,
  );
}

function ring(centre: Point, inner: number, outer: number, edges: Edges): Region {
  return inner === 0 ? disk(centre, outer, edges) : annulus(centre, inner, outer, edges);
}

function corners(values: readonly number[]): Point[] {
  if (values.length % 2 === 1 || values.length < 6) {
    throw new UsageError(
      'bad-polygon',
      `A polygon needs three or more corners as y,x,y,x,..., not ${values.length} number${values.length === 1 ? '' : 's'}. ` +
        'Give --points such as 10,10,10,50,40,30.',
      { numbers: values.length },
    );
  }
  return Array.from({ length: values.length / 2 }, (_, i) => [values[2 * i] ?? 0, values[2 * i + 1] ?? 0]);
}

function drawDetector(values: MaskValues, centre: Point): Drawn {
  const { detector, edges, inner } = values;
  switch (detector) {
    case 'point':
      return { region: point(centre), label: 'point' };
    case 'disk': {
      const radius = need(values.outer, 'A disk', 'outer', '20');
      return { region: disk(centre, radius, edges), label: `disk of radius ${radius} px` };
    }
    case 'annulus': {
      const outer = need(values.outer, 'An annulus', 'outer', '60');
      needOrder(inner, outer, 'annulus');
      return { region: ring(centre, inner, outer, edges), label: `annulus from ${inner} to ${outer} px` };
    }
    case 'sector': {
      const outer = need(values.outer, 'A sector', 'outer', '60');
      const [start = 0, stop = 0] = need(values.angles, 'A sector', 'angles', '0,90');
      needOrder(inner, outer, 'sector');
      return {
        region: both(ring(centre, inner, outer, edges), directions(centre, start, stop, edges)),
        label: `sector from ${start} to ${stop} degrees, ${inner} to ${outer} px`,
      };
    }
    case 'rectangle': {
      const [height = 0, width = 0] = need(values.size, 'A rectangle', 'size', '20,40');
      return { region: rectangle(centre, height, width, edges), label: `rectangle of ${height} x ${width} px` };
    }
    default: {
      const points = corners(need(values.points, 'A polygon', 'points', '10,10,10,50,40,30'));
      return { region: polygon(points, edges), label: `polygon of ${points.length} corners` };
    }
  }
}

function drawPreset(preset: keyof typeof PRESETS, values: MaskValues, centre: Point): Drawn {
  const radius = need(values.disk, `The preset ${preset}`, 'disk', '20');
  const [from, to] = PRESETS[preset];
  const [inner, outer] = [from * radius, to * radius];
  const reach = Number.isFinite(outer) ? `${outer} px` : 'the corners';
  return { region: ring(centre, inner, outer, values.edges), label: `${preset} from ${inner} px to ${reach}` };
}

function draw({ region, label }: Drawn, height: number, width: number, place: string): Weights {
  const data = rasterise(region, height, width);
  if (!data.includes(1)) {
    throw new UsageError(
      'empty-mask',
      `The ${label}${place}, covers no pixel of a frame of ${height} x ${width}. Check its size and its --centre.`,
    );
  }
  return { data, label: `${label}${place}` };
}

/**
 * The masks asked for by --detector and --preset.
 *
 * @param frameShape must be (ky, kx)
 * @throws UsageError for frames that are not images, options that are missing, and shapes that cover no pixel
 */
export function drawnMasks(values: MaskValues, frameShape: readonly number[]): Weights[] {
  if (values.detector === undefined && values.preset === undefined) return [];
  const [height, width] = frameShape;
  if (frameShape.length !== 2 || height === undefined || width === undefined) {
    throw new UsageError(
      'frame-rank',
      `Detectors are drawn on images, but a frame here is ${formatShape(frameShape)}. Give a --mask file of that shape.`,
    );
  }
  const [y = (height - 1) / 2, x = (width - 1) / 2] = values.centre ?? [];
  const masks: Weights[] = [];
  const place = ` at (${y}, ${x}), ${values.edges} edges`;
  if (values.detector === 'polygon') {
    masks.push(draw(drawDetector(values, [y, x]), height, width, `, ${values.edges} edges`));
  } else if (values.detector !== undefined) {
    masks.push(draw(drawDetector(values, [y, x]), height, width, place));
  }
  if (values.preset !== undefined) masks.push(draw(drawPreset(values.preset, values, [y, x]), height, width, place));
  return masks;
}
