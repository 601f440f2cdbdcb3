import { closeSync, copyFileSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { python, pythonHas } from '../formats/python.js';
import { expectError, fanfold, workFolder } from './fanfold.js';

const folder = workFolder();
const at = (name: string): string => join(folder, name);

interface Chunk {
  readonly offset: number;
  readonly size: number;
}

/** What h5py knows: where the chunk of frame (2, 3) lies, and the sum without that frame. */
interface Facts {
  readonly gzip: Chunk;
  readonly sum: Chunk;
  readonly counts: Chunk;
  readonly without: number;
  readonly pixels: number;
  readonly countsWithout: number;
}

const FRAME = 2 * 8 + 3;

interface Json {
  readonly report: { readonly badFrames: readonly number[]; readonly nonFinite: number };
  readonly results: readonly { readonly sum: number | null }[];
}

describe.runIf(pythonHas('h5py, numpy', 'damaged chunks of files made by h5py'))('damaged chunks', () => {
  let facts: Facts;

  beforeAll(() => {
    facts = JSON.parse(
      python(
        `
import h5py, numpy as np, os, sys, json
os.chdir(sys.argv[1])
data = np.random.default_rng(1).integers(0, 64, (6, 8, 64, 64)).astype('f4')
def where(h): i = h['data'].id.get_chunk_info_by_coord((2, 3, 0, 0)); return dict(offset=i.byte_offset, size=i.size)
facts = {}
for name, array, kind in (('gzip', data, dict(compression='gzip')), ('sum', data, dict(fletcher32=True)), ('counts', data.astype('u2'), dict(compression='gzip', shuffle=True))):
    with h5py.File(name + '.h5', 'w') as h: h.create_dataset('data', data=array, chunks=(1, 1, 64, 64), **kind)
    with h5py.File(name + '.h5') as h: facts[name] = where(h)
facts['without'] = float(data.sum() - data[2, 3].sum())
facts['countsWithout'] = facts['without']
facts['pixels'] = 64 * 64
print(json.dumps(facts))
`,
        folder,
      ),
    ) as Facts;
    for (const name of ['gzip', 'sum', 'counts'] as const) {
      const { offset, size } = facts[name];
      copyFileSync(at(`${name}.h5`), at(`bad-${name}.h5`));
      const fd = openSync(at(`bad-${name}.h5`), 'r+');
      writeSync(fd, Buffer.alloc(16, 0xa5), 0, 16, offset + Math.floor(size / 2));
      closeSync(fd);
    }
  });

  for (const layout of ['serial', 'threads', 'processes']) {
    test(`name the frame and the byte (${layout})`, async () => {
      for (const name of ['gzip', 'sum', 'counts'] as const) {
        const args = ['run', 'sum', `bad-${name}.h5`, '-o', 'out.npy', '--layout', layout, '-w', '2'];
        const message = new RegExp(
          `Frame ${FRAME} is damaged: its chunk at byte ${facts[name].offset} of bad-${name}\\.h5 .*--on-bad-frame zero`,
        );
        expectError(await fanfold(args, folder), 3, message);
      }
    });

    test(`are replaced by zeros or NaN on request, and reported (${layout})`, async () => {
      const run = async (name: string, policy: string): Promise<Json> => {
        const args = ['run', 'sum', `bad-${name}.h5`, '--on-bad-frame', policy, '--layout', layout, '-w', '2'];
        const { code, stdout } = await fanfold([...args, '--json', '-q'], folder);
        expect(code).toBe(0);
        return JSON.parse(stdout) as Json;
      };
      for (const name of ['gzip', 'sum', 'counts']) {
        const zeros = await run(name, 'zero');
        expect(zeros.report.badFrames).toEqual([FRAME]);
        expect(zeros.results[0]?.sum).toBe(facts.without);
      }
      const nans = await run('gzip', 'nan');
      expect(nans.report).toMatchObject({ badFrames: [FRAME], nonFinite: facts.pixels });
    });
  }

  test('are told to a person, too', async () => {
    const { stderr } = await fanfold(['run', 'sum', 'bad-gzip.h5', '--on-bad-frame', 'zero'], folder);
    expect(stderr).toMatch(/^ {2}1 damaged frames? replaced: 19$/m);
  });

  test('cannot become NaN among integers', async () => {
    const args = ['run', 'sum', 'bad-counts.h5', '--on-bad-frame', 'nan'];
    for (const source of ['bad-counts.h5', 'counts.h5'])
      expectError(
        await fanfold([...args.with(2, source)], folder),
        2,
        /but these are uint16\. Use --on-bad-frame zero\./,
      );
  });
});
