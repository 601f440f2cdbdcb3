import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSource, run } from '../../../dist/index.js';
import { gridOf } from '../../../dist/operators/register/prepared.js';
import { displacement, fromParameters, invert, type Matrix, multiply } from '../../../dist/operators/register/rigid.js';

// Measured series, and what SPM12 makes of them: x, y, z in mm, pitch, roll and yaw in radians of every frame.
const MRI = join(import.meta.dirname, '../../../../shared/data/mri');
const hasSeries = existsSync(MRI);
if (!hasSeries) process.stderr.write(`not run: registration of measured series (there is no ${MRI})\n`);

interface Motions {
  readonly ours: readonly Matrix[];
  readonly theirs: readonly Matrix[];
  readonly flags: readonly number[];
  readonly centre: readonly [number, number, number];
}

function spmMotions(name: string): Matrix[] {
  const text = readFileSync(join(MRI, 'reference', `${name}_spm12.csv`), 'utf8');
  const rows = text.split('\n').filter((line) => /^\d/.test(line));
  return rows.map((row) => fromParameters(row.split(',').slice(1).map(Number)));
}

async function motionsOf(name: string, values: Record<string, unknown> = {}): Promise<Motions> {
  const source = await openSource(join(MRI, `${name}.nii.gz`), { frameRank: 3 });
  const { arrays } = await run('register', source, { layout: 'serial', values: { noReslice: true, ...values } });
  const slot = (wanted: string) => [...(arrays.find((one) => one.name === wanted)?.data ?? [])];
  const params = slot('params');
  const flags = slot('flags');
  const ours = flags.map((_, i) => fromParameters(params.slice(6 * i, 6 * i + 6)));
  const { localToWorld: m } = gridOf(
    source.handle.stack,
    { transform: 'rigid' } as Parameters<typeof gridOf>[1],
    source.affine?.matrix,
  );
  return { ours, flags, theirs: spmMotions(name), centre: [m[3] ?? 0, m[7] ?? 0, m[11] ?? 0] };
}

/** How far each frame is from where SPM has it, both relative to frame `from`, in mm. */
function apart({ ours, theirs, centre }: Motions, from = 0): number[] {
  const relative = (all: readonly Matrix[], i: number) => multiply(invert(all[from] ?? []), all[i] ?? []);
  return ours.map((_, i) => displacement(relative(ours, i), relative(theirs, i), 80, centre));
}

const rms = (values: readonly number[]) => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);

/**
 * RMS in mm. The sampling of SPM alone moves it by 0.006 (rest), 0.05 (tiny), 0.02 (cord) and 0.42 (dwi); no weight near the faces of
 * the field of view, which SPM does not have, moves the series of three and six slices by 0.1.
 */
test.skipIf(!hasSeries).each([
  ['rest_64x64x33x25', {}, 0.07],
  ['rest_64x64x33x25_onevoxel', {}, 0.07],
  ['tiny_17x21x3x20', { margin: 0 }, 0.2],
  ['cord_68x68x6x30', {}, 0.15],
  ['slice_40x20x1x1452', {}, 0.1],
])(
  '%s is moved as SPM moves it',
  async (name, values, within) => {
    const motions = await motionsOf(name, values);
    expect(rms(apart(motions).slice(1))).toBeLessThan(within);
    expect(motions.flags.every((flag) => flag === 0)).toBe(true);
  },
  60_000,
);

test.skipIf(!hasSeries)(
  'one voxel in a frame changes next to nothing',
  async () => {
    const [plain, changed] = [await motionsOf('rest_64x64x33x25'), await motionsOf('rest_64x64x33x25_onevoxel')];
    const distances = plain.ours.map((one, i) => displacement(one, changed.ours[i] ?? [], 80, plain.centre));
    expect(Math.max(...distances)).toBeLessThan(4e-5);
  },
  60_000,
);

test.skipIf(!hasSeries)(
  'diffusion-weighted frames agree among themselves; the first has another contrast',
  async () => {
    const motions = await motionsOf('dwi_64x64x20x17', { reference: 'mean' });
    expect(rms(apart(motions, 2).slice(1))).toBeLessThan(0.5);
  },
  60_000,
);

test.skipIf(!hasSeries)(
  'a head that turns by 56 degrees is followed, and frames that lose it are flagged',
  async () => {
    const motions = await motionsOf('epi_64x64x15x10');
    const yaw = motions.ours[3];
    expect(Math.abs(Math.atan2(yaw?.[1] ?? 0, yaw?.[0] ?? 0) + 0.975)).toBeLessThan(0.03);
    // 8 is a coarse start, no fault.
    expect(motions.flags.flatMap((flag, i) => ((flag & ~8) === 0 ? [] : [i]))).toEqual([6, 7, 8]);
    expect(Math.max(...apart(motions))).toBeLessThan(6);
  },
  60_000,
);
