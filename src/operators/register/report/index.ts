import type { NumericArray } from '../../../core/dtype.js';
import type { FolderContext } from '../../../core/operator.js';
import type { CurvesPart, Page, PageAxis, PagePart, TablePart } from '../../../core/page.js';
import type { Grid } from '../grid.js';
import type { RegisterParams } from '../params.js';
import { asPrepared, gridOf, placementIn } from '../prepared.js';
import { brainVoxels } from '../quality/brain.js';
import { carpetRows, spread } from '../quality/carpet.js';
import { carpetPart } from './carpet.js';
import { type Course, courseOf, DEGREES } from './course.js';
import { brightness, compareImages, mosaicOf, panelOf, pixelsOf } from './images.js';
import { countReasons, digits, inWords, largest, median, reasonsOf } from './words.js';

type Context = FolderContext<RegisterParams, string>;

/** Changes from frame to frame that are commonly called large, in mm. */
const LARGE = 0.5;
const FRAMES: PageAxis = { name: 'frame', unit: '', origin: 0, step: 1 };
const NAMES = ['x', 'y', 'z', 'pitch', 'roll', 'yaw'] as const;

function summaryOf({ frames, moved, flags, doubtful }: Course, unit: string): string {
  const most = largest(moved);
  const where = moved.indexOf(most);
  const faults = doubtful.length === 0 ? 'No frame is flagged.' : '';
  const why = `${inWords(doubtful.length, 'frame')} flagged: ${countReasons(flags)}.`;
  return (
    `${inWords(frames, 'frame')}, moved by ${digits(median(moved))} ${unit} against the reference (median) and by ${digits(most)} ${unit} ` +
    `at most (frame ${where}). ${faults || why}`
  );
}

function referenceOf({ values: { reference, referenceImage } }: Context): string {
  if (referenceImage.length > 0) return 'an image that was given';
  if (reference === 'first') return 'frame 0';
  return reference === 'mean' ? 'mean of all frames' : `frame ${reference}`;
}

function factsOf(context: Context, course: Course, grid: Grid, brain: Uint32Array | null): [string, string][] {
  const { out, values, prepared } = context;
  const { fd, tsnr, stdDvars } = out;
  const facts: [string, string][] = [
    ['frames', String(course.frames)],
    ['grid (x, y, z)', grid.size.join(' x ')],
    ['voxel', `${grid.voxel.map((edge) => Number(edge.toFixed(4))).join(' x ')} ${grid.unit}`],
    ['reference', referenceOf(context)],
    ['method', values.apply === undefined ? values.method : 'motion from a file'],
    ['world coordinates from', asPrepared(prepared).world],
    ['largest shift of the centre', `${digits(largest(course.shift))} ${grid.unit}`],
    ['largest turn', `${digits(largest(course.turn))}°`],
  ];
  if (fd && fd.length > 1) {
    // The first frame has none before it.
    const changes = Array.from(fd).slice(1);
    const mean = changes.reduce((sum, value) => sum + value, 0) / changes.length;
    facts.push(['mean FD (Power)', `${digits(mean)} ${grid.unit}`]);
    const above = changes.filter((value) => value > LARGE).length;
    if (grid.unit === 'mm') facts.push([`frames with FD above ${LARGE} mm`, String(above)]);
  }
  if (stdDvars) facts.push(['median standardised DVARS', digits(median(stdDvars))]);
  if (brain) facts.push(['bright voxels in every frame', String(brain.length)]);
  if (brain && tsnr) facts.push(['median tSNR in them', digits(median(Float64Array.from(brain, (i) => tsnr[i] ?? 0)))]);
  return facts;
}

/** Some of the six parameters, with their errors where these are known. */
function motionPart(course: Course, title: string, which: readonly number[], unit: string, scale: number): CurvesPart {
  const { frames, params, errors, doubtful } = course;
  const take = (from: NumericArray, k: number) =>
    Float64Array.from({ length: frames }, (_, i) => (from[6 * i + k] ?? 0) * scale);
  const lines = which.map((k) => {
    const spreads = take(errors, k);
    const known = spreads.some((value) => Number.isFinite(value) && value > 0);
    return { label: NAMES[k] ?? '', values: take(params, k), ...(known ? { errors: spreads } : {}) };
  });
  const stated = lines.filter(({ errors: known }) => known);
  const sizes = stated.map(({ label, errors: known }) => `${label} ${digits(median(known ?? []))}`).join(', ');
  const note = stated.length > 0 ? `Median standard errors: ${sizes} ${unit}.` : 'Their standard errors are not known.';
  return { kind: 'curves', title, axis: FRAMES, unit, lines, marks: doubtful, note };
}

/** The first frame has none before it. */
const afterFirst = (values: NumericArray): Float64Array =>
  Float64Array.from(values, (value, i) => (i === 0 ? Number.NaN : value));

function changeParts({ out }: Context, { doubtful }: Course, length: string): PagePart[] {
  const { fd, jenkinson, dvars, stdDvars, difference } = out;
  const curves = (title: string, unit: string, lines: CurvesPart['lines'], note: string): CurvesPart => ({
    kind: 'curves',
    title,
    axis: FRAMES,
    unit,
    lines,
    marks: doubtful,
    note,
  });
  const parts: PagePart[] = [];
  if (fd && jenkinson) {
    const lines = [
      { label: 'Power', values: afterFirst(fd) },
      { label: 'Jenkinson', values: afterFirst(jenkinson) },
    ];
    parts.push(curves('Framewise displacement', length, lines, 'FD: motion from the frame before.'));
  }
  if (difference) {
    const lines = [{ label: 'distance', values: difference }];
    parts.push(
      curves('Distance to the motion that was given to compare with', length, lines, 'In a sphere about the centre.'),
    );
  }
  if (dvars && stdDvars?.some(Number.isFinite)) {
    const note =
      `Root mean square change of bright voxels from the frame before, their median being 1000, after registration. Divided by ` +
      `${digits(median(dvars) / median(stdDvars))} it is standardised DVARS.`;
    parts.push(curves('DVARS', 'per 1000', [{ label: 'DVARS', values: dvars }], note));
  }
  return parts;
}

function flagTable({ out }: Context, { flags, shift, turn }: Course, unit: string): TablePart[] {
  const flagged = flags.flatMap((one, i) => (one === 0 ? [] : [i]));
  if (flagged.length === 0) return [];
  const rows = flagged.map((i) => [
    String(i),
    digits(shift[i] ?? Number.NaN),
    digits(turn[i] ?? Number.NaN),
    ...(out.fd ? [digits(out.fd[i] ?? Number.NaN)] : []),
    reasonsOf(flags[i] ?? 0).join(', '),
  ]);
  const head = ['frame', `shift (${unit})`, 'turn (°)', ...(out.fd ? [`FD (${unit})`] : []), 'why'];
  return [{ kind: 'table', title: 'Frames worth a look', head, rows }];
}

/** What a registration has to show: the motion, its changes, the realigned frames, and the frames that are in doubt. */
export async function reportPage(context: Context): Promise<Page> {
  const { out, stack, values, prepared, name, read, frames: source } = context;
  const grid = gridOf(stack, values, placementIn(asPrepared(prepared)));
  const course = courseOf(context, grid);
  const { frames } = course;
  const { mean, covered, tsnr, carpet } = out;
  const brain = mean && covered ? brainVoxels(mean, covered, frames) : null;
  const shifts = grid.free.filter((k) => k < 3);
  const turns = values.transform === 'rigid' ? grid.free.filter((k) => k >= 3) : [];
  const parts: PagePart[] = [
    motionPart(course, 'Shifts', shifts, grid.unit, 1),
    ...(turns.length > 0 ? [motionPart(course, 'Turns', turns, 'degrees', DEGREES)] : []),
    ...changeParts(context, course, grid.unit),
  ];
  if (brain && carpet instanceof Float32Array && brain.length > 0 && frames > 2) {
    const rows = spread(brain, carpetRows(stack)).length;
    parts.push(carpetPart(carpet.subarray(0, rows * frames), frames, `${brain.length} bright voxels`, FRAMES));
  }
  if (covered && mean) {
    const mosaic = mosaicOf(grid, stack.frameShape.length === 3);
    if (!values.noReslice) {
      const pairs = await compareImages({
        mosaic,
        frames,
        covered,
        before: (frame) => source(frame, 1),
        after: (frame) => read('realigned', frame, 1),
      });
      parts.push(...pairs);
    }
    if (tsnr) {
      const pixels = pixelsOf(mosaic, tsnr);
      const note =
        'Mean over standard deviation of all frames after registration, where at least half of them show the voxel.';
      const image = panelOf(
        mosaic,
        'tSNR',
        pixels,
        brightness([brain ? Float32Array.from(brain, (i) => tsnr[i] ?? 0) : pixels]),
      );
      parts.push({ kind: 'images', title: 'Temporal signal to noise', images: [image], note });
    }
  }
  const flagged = flagTable(context, course, grid.unit);
  return {
    title: `Registration of ${name}`,
    summary: summaryOf(course, grid.unit),
    facts: factsOf(context, course, grid, brain),
    parts: [...parts.slice(0, 2), ...flagged, ...parts.slice(2)],
  };
}
