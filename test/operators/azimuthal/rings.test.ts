import { describe, expect, it } from 'vitest';
import { openArray, run } from '../../../dist/index.js';
import { python, pythonHas } from '../../formats/python.js';
import { CASES, definitionOf, hasReference, worst } from './cases.js';

const one = CASES.find(({ name }) => name === 'synthetic_tilt_q');
const isReady = hasReference('rings against numpy') && pythonHas('h5py, hdf5plugin, numpy', 'the same');

/** Every ring by itself in plain Python: mean with the variance of a model, clipping, median. */
const RINGS = `
frame[40, 50] = 40000
frame[200:204, 100] = 9000
geo = Geometry(read_poni(poni), frame.shape, 'q', True)
low, high = max(0.0, geo.center.min()), geo.center.max() * (1 + 2.0 ** -23)
bins = np.trunc((geo.center - low) / ((high - low) / 60)).astype(int)
norm = (geo.polarization(0.95) * geo.solid_angle()).ravel().astype(float)
raw = frame.ravel().astype(float)

def average(b, n, r, model):
    total = n.sum()
    mean = (b * n).sum() / total
    if model == 'poisson':
        v = np.maximum(r, 1).sum()
    else:
        v, s, w = 0.0, 0.0, 0.0
        for bi, ni in zip(b, n):
            if w > 0:
                v += ni * ni * (bi - s / w) * (bi - (s + bi * ni) / (w + ni))
            s += bi * ni
            w += ni
    return mean, np.sqrt(v / (n * n).sum()), np.sqrt(v) / total

def ring(k, kind, model):
    pick = bins == k
    if not pick.any():
        return 0.0, 0.0
    n, r = norm[pick], raw[pick]
    b = r / n
    mean, std, sem = average(b, n, r, model)
    if kind == 'median':
        return float(np.median(b)), float(sem)
    if kind == 'sigma-clip':
        for _ in range(5):
            if std <= 1e-9 * abs(mean):
                break
            limit = max(3.0, np.sqrt(2 * np.log(max(3, len(b)) / np.sqrt(2 * np.pi))))
            keep = np.abs(b - mean) <= limit * std
            if keep.all() or not keep.any():
                break
            b, n, r = b[keep], n[keep], r[keep]
            mean, std, sem = average(b, n, r, model)
    return float(mean), float(sem)

kinds = [(kind, model) for kind in ('mean', 'sigma-clip', 'median') for model in ('poisson', 'azimuthal')]
print(json.dumps([[ring(k, kind, model) for k in range(60)] for kind, model in kinds]))`;

describe.runIf(isReady)('rings seen as a whole, against numpy', () => {
  it('means, clipped means and medians with both error models', async () => {
    if (!one) throw new Error('no case');
    const want = JSON.parse(python(`${definitionOf(one)}${RINGS}`)) as (readonly [number, number])[][];
    const { poni } = await one.values();
    const source = await one.open();
    const { arrays: frames } = await run('copy', source, { frames: '0:1', workers: 1 });
    const [copied] = frames;
    if (!copied) throw new Error('no frame');
    const data = Uint32Array.from(copied.data);
    data[40 * 256 + 50] = 40000;
    for (let row = 200; row < 204; row++) data[row * 256 + 100] = 9000;
    let next = 0;
    for (const average of ['mean', 'sigma-clip', 'median']) {
      for (const errorModel of ['poisson', 'azimuthal']) {
        const values = { poni, npt: 60, unit: 'q_nm^-1', splitting: 'no', polarizationFactor: 0.95, cutoff: 3 };
        const { arrays } = await run('azimuthal', openArray([1, 256, 256], data), {
          values: { ...values, average, errorModel },
          workers: 1,
        });
        const expected = want[next++] ?? [];
        const got = (name: string) => arrays.find((array) => array.name === name)?.data ?? [];
        expect(
          worst(
            got('intensity'),
            expected.map(([mean]) => mean),
          ),
        ).toBeLessThan(1e-6);
        expect(
          worst(
            got('sigma'),
            expected.map(([, sem]) => sem),
          ),
        ).toBeLessThan(1e-6);
      }
    }
  });
});
