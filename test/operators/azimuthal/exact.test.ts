import { describe, expect, it } from 'vitest';
import { run } from '../../../dist/index.js';
import { python, pythonHas } from '../../formats/python.js';
import { CASES, type Case, definitionOf, hasReference, type Splitting, worst } from './cases.js';

const LIMIT = 1e-6;

type Curve = readonly [radial: number[], intensity: number[], sigma: number[]];

async function arraysOf(one: Case, values: Record<string, unknown>) {
  const request = { values: { ...(await one.values()), ...values }, frames: '0:1', workers: 1 };
  const { arrays } = await run('azimuthal', await one.open(), request);
  return Object.fromEntries(arrays.map(({ name, data }) => [name, data]));
}

// Full splitting in numpy takes minutes on a megapixel, so that it runs here on the small images only.
const splittingsOf = (one: Case): readonly Splitting[] =>
  one.name.startsWith('synthetic') ? ['no', 'bbox', 'full'] : ['no', 'bbox'];

const isReady =
  hasReference('float64 geometry against its definition') && pythonHas('h5py, hdf5plugin, numpy', 'the same');

describe.runIf(isReady)('float64 geometry, against the definition in numpy', () => {
  for (const one of CASES) {
    const splittings = splittingsOf(one);
    it(`${one.name}, splitting ${splittings.join(', ')}`, async () => {
      const program = `${definitionOf(one)}\nprint(json.dumps([integrated(s, True) for s in ${JSON.stringify(splittings)}]))`;
      const curves = JSON.parse(python(program)) as Curve[];
      for (const [i, splitting] of splittings.entries()) {
        const [radial = [], intensity = [], sigma = []] = curves[i] ?? [];
        const got = await arraysOf(one, { splitting, precision: 'exact', errorModel: 'poisson' });
        expect(worst(got.radial ?? [], radial)).toBeLessThan(1e-12);
        expect(worst(got.intensity ?? [], intensity)).toBeLessThan(LIMIT);
        expect(worst(got.sigma ?? [], sigma)).toBeLessThan(LIMIT);
      }
    });
  }

  it('a cake without splitting is a weighted histogram in two axes', async () => {
    const [one] = CASES;
    if (!one) throw new Error('no case');
    const program = `${definitionOf(one)}
geo = Geometry(read_poni(poni), frame.shape, '2th', False)
good = (frame >= 0).ravel()
r, c = geo.center[good], geo.chi_flat[good]
eps = 1 + 2.0 ** -23
def bins(v, low, high, n):
    return np.trunc((v - low) / ((high * eps - low) / n)).astype(int)
turn = float(f32(np.pi))
k = bins(c, max(-turn, c.min()), min(turn, c.max()), 36) * 200 + bins(r, max(0, r.min()), r.max(), 200)
norm = geo.solid_angle().ravel()[good].astype(float)
top = np.bincount(k, frame.ravel()[good].astype(float), 7200)
bottom = np.bincount(k, norm, 7200)
print(json.dumps(list(np.where(bottom > 0, top / np.where(bottom > 0, bottom, 1), 0))))`;
    const want = JSON.parse(python(program)) as number[];
    const values = { splitting: 'no', npt: 200, nptAzim: 36, errorModel: 'none' };
    expect(worst((await arraysOf(one, values)).intensity ?? [], want)).toBeLessThan(LIMIT);
  });
});
