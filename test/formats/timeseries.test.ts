import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { FanfoldError, UsageError } from '../../dist/core/errors.js';
import type { OpenOptions, Source } from '../../dist/core/source.js';
import { fullShape } from '../../dist/core/stack.js';
import { openSource } from '../../dist/formats/registry.js';
import { runLocal } from '../../dist/layouts/local.js';
import { python, pythonHas } from './python.js';

const folder = mkdtempSync(join(tmpdir(), 'series-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string, encoding: BufferEncoding = 'utf8'): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text, encoding);
  return path;
}

async function frames(source: Source): Promise<number[]> {
  const { arrays } = await runLocal(source, [{ name: 'copy', values: {} }], { layout: 'serial' });
  return Array.from(arrays[0]?.data ?? []);
}

const opened = (path: string, timeSeries: OpenOptions['timeSeries'] = {}): Promise<Source> =>
  openSource(path, { timeSeries: timeSeries ?? {} });

describe('tables', () => {
  it('reads columns as channels, with every separator', async () => {
    const texts = [
      'a,b\n1,4\n2,5\n3,6e0\n',
      'a;b\n1,0;4,0\n2;5\n3;6\n',
      'a\tb\n1\t4\n2\t5\n3\t6\n',
      '# note\n1 4\n 2  5\n\n3 6',
    ];
    for (const [n, text] of texts.entries()) {
      const source = await opened(file(`separator${n}.csv`, text));
      expect(source).toMatchObject({ format: 'series', channels: n < 3 ? ['a', 'b'] : ['c0', 'c1'] });
      expect(source.labels).toBeUndefined();
      expect(fullShape(source.handle.stack)).toEqual([1, 2, 3]);
      expect(await frames(source)).toEqual([1, 2, 3, 4, 5, 6]);
    }
  });

  it('reads quoted text, also with a quote and the separator in it, and lines of Windows', async () => {
    const path = file(
      'quoted.csv',
      '\ufeff"time","a, ""b"""\r\n"2020-01-01 00:00:00","1.5"\r\n"2020-01-01T00:00:10Z",2\r\n',
    );
    const source = await opened(path);
    expect(source.channels).toEqual(['a, "b"']);
    expect(source.handle.stack.axes[2]).toMatchObject({ name: 'time', unit: 's', step: 10 });
    expect(await frames(source)).toEqual([1.5, 2]);
  });

  it('ends segments at gaps: three usual intervals, or what is asked for', async () => {
    const times = [0, 1, 2, 3, 6, 7, 8, 9, 20, 21, 22, 23];
    const path = file('gaps.csv', `t,v\n${times.map((t) => `${t},${t * 10}`).join('\n')}\n`);
    const source = await opened(path, { length: 2 });
    expect(source.notes).toContain('Segments end at 1 gap in time.');
    expect(await frames(await opened(path, { length: 4 }))).toEqual([
      0, 10, 20, 30, 60, 70, 80, 90, 200, 210, 220, 230,
    ]);
    expect(fullShape((await opened(path, { length: 4, gap: 2 })).handle.stack)).toEqual([3, 1, 4]);
    expect(fullShape((await opened(path, { length: 4, gap: 100, step: 1 })).handle.stack)).toEqual([9, 1, 4]);
    expect(fullShape((await opened(path, { gap: 2 })).handle.stack)).toEqual([3, 1, 4]);
  });

  it('takes the class from a column, and ends segments where it changes', async () => {
    const path = file('column.csv', 'v,state\n1,on\n2,on\n3,off\n4,off\n5,\n6,\n7,on\n8,on\n');
    const source = await opened(path, { label: 'state' });
    expect(source.labels).toEqual({ classes: ['off', 'on'], of: Int32Array.from([1, 0, -1, 1]) });
    expect(source.notes).toContain('1 window without a class.');
    expect((await opened(path, { label: '1' })).labels).toEqual(source.labels);
    await expect(opened(path, { label: 'stat' })).rejects.toThrow(
      /no such column. Its columns are v, state. Did you mean state/,
    );
  });

  it('takes the class from names of files, each a recording, and the columns of all alike', async () => {
    for (const name of ['ok_1', 'ok_2', 'valve-stuck_012', 'normal', 'run3_b7x'])
      file(`named/${name}.csv`, 'a,b\n1,2\n3,4\n5,6\n7,8\n');
    file('named/notes.txt', 'nothing of it');
    const source = await opened(join(folder, 'named'), { length: 2 });
    expect(source.labels?.classes).toEqual(['normal', 'ok', 'run3_b', 'valve-stuck']);
    expect(Array.from(source.labels?.of ?? [])).toEqual([0, 0, 1, 1, 1, 1, 2, 2, 3, 3]);
    expect(Array.from(source.groups ?? [])).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4]);
    const some = await openSource(join(folder, 'named/ok_*.csv'), { timeSeries: { length: 4 } });
    expect(some.labels).toEqual({ classes: ['ok'], of: new Int32Array(2) });
    expect((await opened(join(folder, 'named'), { label: 'none' })).labels).toBeUndefined();
    file('named/ok_3.csv', 'a,c\n1,2\n3,4\n');
    await expect(opened(join(folder, 'named'))).rejects.toThrow(/ok_3.csv has 2 channels .* 'c' instead of 'b'/);
  });

  it.each([
    ['a,b\n1,2\n3\n', /row 3 has 1 cells where the table has 2 columns/],
    ['a,b\n1,2\n3,x4\n', /row 3, column b: 'x4' is no number/],
    ['a,b\n1,2\n3,\n', /row 3, column b: no finite number. Use --nan interpolate/],
    ['a,b\n1,2\n3,inf\n', /row 3, column b: no finite number/],
    ['a,b\n"1,2\n', /row 2: a quote is opened and never closed/],
    ['time,b\n2020-01-01,2\n2020-13-01,3\n', /row 3, column time: '2020-13-01' is no time/],
    ['date,b\n2020-01-02 00:00,2\n2020-01-01 00:00,3\n', /row 3, column date: earlier than the row before/],
    [
      'Datetime,v\n1/31/2017 0:00,1\n1/31/2017 0:05,2\n',
      /column Datetime is called like times, but '1\/31\/2017 0:00' is none/,
    ],
    ['name,kind\na,x\nb,1\n', /row 2, column kind: 'x' is no number/],
  ])('names row and column of %j', async (text, message) => {
    const path = file('bad.csv', text);
    await expect(opened(path)).rejects.toThrow(message);
    await expect(opened(path)).rejects.toThrow(FanfoldError);
  });

  it('drops or interpolates missing points', async () => {
    const path = file('missing.csv', 't,a,b\n0,1,?\n1,,20\n3,4,30\n4,5,40\n5,NaN,50\n6,7,60\n');
    expect(await frames(await opened(path, { nan: 'drop', length: 1 }))).toEqual([4, 30, 5, 40, 7, 60]);
    // In time: a at t=1 lies a third of the way from 1 (t=0) to 4 (t=3).
    expect(await frames(await opened(path, { nan: 'interpolate' }))).toEqual([
      1, 2, 4, 5, 6, 7, 20, 20, 30, 40, 50, 60,
    ]);
    const gone = file('gone.csv', 'a,b\n1,\n2,\n');
    await expect(opened(gone, { nan: 'interpolate' })).rejects.toThrow(/no point of this channel/);
    await expect(opened(gone, { nan: 'drop' })).rejects.toThrow(/nothing is left/);
  });
});

describe('windows', () => {
  it('names unequal lengths, windows too long, and classes left without any', async () => {
    const path = file('unequal.ts', '@timeStamps false\n@classLabel true x y\n@data\n1,2,3,4:x\n1,2,3:x\n1,2:y\n');
    await expect(opened(path)).rejects.toThrow(/3 segments are of unequal length, 2 to 4 points.*--window 2/);
    await expect(opened(path, { length: 5 })).rejects.toThrow(/a window of 5 points is longer than any segment/);
    await expect(opened(path, { length: 3 })).rejects.toThrow(
      /no window is of class y: its longest segment has 2 points/,
    );
    await expect(opened(path, { step: 3 })).rejects.toThrow(/--step says/);
    expect(await frames(await opened(path, { length: 2, step: 1 }))).toEqual([1, 2, 2, 3, 3, 4, 1, 2, 2, 3, 1, 2]);
  });

  it('refuses options of series for what is none', async () => {
    const path = file('plain.raw', 'x'.repeat(64));
    const raw = { frameShape: [4, 4], dtype: 'uint8' };
    await expect(openSource(path, { ...raw, timeSeries: { length: 4 } })).rejects.toThrow(
      /--window is for time series/,
    );
    await expect(openSource(path, { ...raw, timeSeries: { nan: 'drop' } })).rejects.toThrow(UsageError);
    expect((await openSource(path, { ...raw, timeSeries: { nan: 'error' } })).format).toBe('raw');
  });

  it('selects classes and groups with the frames', async () => {
    const path = file('select.ts', '@classLabel true a b c\n@data\n1,2:a\n3,4:b\n5,6:c\n7,8:b\n');
    const { makeJob } = await import('../../dist/layouts/local.js');
    const { job } = await makeJob(await opened(path), [{ name: 'mean', values: {} }], { frames: '1:4', roi: '1:3' });
    expect(job.source.labels).toEqual({ classes: ['a', 'b', 'c'], of: Int32Array.from([2, 1]) });
    expect(Array.from(job.source.groups ?? [])).toEqual([2, 3]);
  });
});

describe('files of series in rows', () => {
  it.each([
    ['@timeStamps false\n1,2:a\n', /no line @data/, 'a.ts'],
    ['@timeStamps true\n@data\n(0,1),(1,2):a\n', /time stamp with every point/, 'b.ts'],
    ['@classLabel true a\n@data\n1,2:b\n', /row 3 is of class 'b', which the header does not name/, 'c.ts'],
    ['@classLabel true a\n@dimensions 2\n@data\n1,2:a\n', /row 4 has 1 channels and a class where 2/, 'd.ts'],
    ['@classLabel true a\n@data\n1,2:3,4,5:a\n', /row 3 is ragged: 0 has 2 points, 1 has 3/, 'e.ts'],
    ['@classLabel true a\n@equalLength true\n@data\n1,2:a\n1,2,3:a\n', /row 5 has 3 points where .* has 2/, 'f.ts'],
    ['@classLabel true a\n@data\n1,z:a\n', /row 3, point 1: 'z' is no number/, 'g.ts'],
    ['@classLabel true a\n@data\n', /holds no cases/, 'h.ts'],
    [
      '@relation x\n@attribute a numeric\n@attribute b numeric\n@attribute c {1,2}\n@data\n1,2,3,1\n',
      /row 6 has 3 points/,
      'a.arff',
    ],
    ['@relation x\n@attribute a string\n@data\n1\n', /type string/, 'b.arff'],
    ['@relation x\n@attribute a numeric\n@attribute c {1,2}\n@data\n{0 1}\n', /sparse/, 'c.arff'],
    ['1\t2\t3\n1\t2\n', /row 2 has 1 points where row 1 has 2. Shorter series end in NaN/, 'a.tsv'],
    ['1\t2\t3\n1\t2\tx\n2\t1\t1\n', /'x' is no number/, 'b.tsv'],
  ])('names what is wrong in %j', async (text, message, name) => {
    const source = opened(file(name, text));
    await expect(source).rejects.toThrow(message);
    await expect(source).rejects.toThrow(FanfoldError);
  });

  it('shortens rows that end in missing values', async () => {
    const path = file('short_TRAIN.txt', '2.0 1 2 3\n1.0 4 5 NaN\n1.0 6 7 8\n');
    const source = await opened(path, { length: 2 });
    expect(source.labels).toEqual({ classes: ['1', '2'], of: Int32Array.from([1, 0, 0]) });
    expect(await frames(source)).toEqual([1, 2, 4, 5, 6, 7]);
    await expect(opened(path, { length: 2, label: 'file' })).rejects.toThrow(/--label is for tables/);
    await expect(opened(path, { length: 2, gap: 3 })).rejects.toThrow(/--gap is for tables/);
    expect((await opened(path, { length: 2, label: 'none' })).labels).toBeUndefined();
    const other = file('short_TEST.txt', '1 9 9 9\n');
    const both = await openSource([path, other], { timeSeries: { length: 2 } });
    expect(both.labels?.of.length).toBe(4);
    expect(both.labels?.classes).toEqual(['1', '2']);
  });

  it('leaves files that only share a name alone', async () => {
    await expect(opened(file('video.ts', 'G@\0\0'))).rejects.toThrow('video.ts is binary, no text.');
    await expect(opened(file('code.ts', 'export const a = 1;\n'))).rejects.toThrow(
      'it lacks a header such as @problemName',
    );
    await expect(opened(file('letter.txt', 'Dear all 5\nwe have 3 items here\n'))).rejects.toThrow(
      'none of its first rows holds numbers',
    );
  });

  it('says why a table is none, and takes one whose header is longer than what is looked at', async () => {
    const letters = 't,a\n1,2\n2,3\n';
    await expect(opened(file('utf16.csv', `\ufeff${letters}`, 'utf16le'))).rejects.toThrow(
      'is text in UTF-16. Save it as UTF-8.',
    );
    await expect(opened(file('header.csv', 't,a\n'))).rejects.toThrow(
      'header.csv is no table of series: none of its first rows',
    );
    const names = Array.from({ length: 9000 }, (_, i) => `sensor${i}`).join(',');
    const row = Array.from({ length: 9000 }, (_, i) => i).join(',');
    const wide = await opened(file('wide.csv', `${names}\n${row}\n${row}\n`));
    expect(fullShape(wide.handle.stack)).toEqual([1, 9000, 2]);
  });

  it('passes over a column that is no more than a mark at the end of rows', async () => {
    const source = await opened(file('mark.csv', 'a,b,\n1,2,\n2,3,\n'));
    expect(source.channels).toEqual(['a', 'b']);
    expect(source.notes).toContain('Columns passed over: one without name and content.');
  });

  it('says so when names of columns have numbers among them: they may be data with a slip', async () => {
    const source = await opened(file('slip.csv', '1,2o,3\n4,5,6\n7,8,9\n'));
    expect(source.channels).toEqual(['1', '2o', '3']);
    expect(source.notes.at(-1)).toMatch(
      /^Row 1 was taken for the names of the columns, though there are numbers in it/,
    );
    expect((await opened(file('numbered.csv', ',a,b\n1,2,3\n2,3,4\n'))).notes.join()).not.toContain('was taken');
  });

  it('reads names that are not in UTF-8', async () => {
    const source = await opened(file('old.csv', 'gr\u00fcn,gr\u00f6n\n1,2\n2,3\n', 'latin1'));
    expect(source.channels).toEqual(['grün', 'grön']);
  });

  it('refuses a column of classes that names none', async () => {
    const path = file('unlabelled.csv', 'a,state\n1,\n2,\n3,\n');
    await expect(opened(path, { label: 'state' })).rejects.toThrow('--label state holds no class');
  });

  it('ends in a FanfoldError for any damage, or reads something', async () => {
    const texts = [
      ['x.csv', 'time,a,b\n2020-01-01 00:00:00,1,2\n2020-01-01 00:00:01,3,"4"\n2020-01-01 00:00:02,5,6\n'],
      ['x.ts', '@timeStamps false\n@dimensions 2\n@classLabel true a b\n@data\n1,2:3,4:a\n5,6:7,8:b\n'],
      [
        'x.arff',
        "@relation r\n@attribute m relational\n@attribute a numeric\n@attribute b numeric\n@end m\n@attribute c {u,v}\n@data\n'1,2\\n3,4',u\n",
      ],
      ['x.tsv', '1\t2\t3\t4\n2\t4\t5\t6\n'],
    ] as const;
    const damage = fc.tuple(
      fc.nat(3),
      fc.array(fc.tuple(fc.nat(200), fc.constantFrom(...' \t,;:"\'\n{}@?#1e9-x\0')), { maxLength: 5 }),
    );
    await fc.assert(
      fc.asyncProperty(damage, async ([which, changes]) => {
        const [name, text] = texts[which] ?? texts[0];
        const letters = [...text];
        for (const [at, letter] of changes) letters[at % letters.length] = letter;
        try {
          const source = await opened(file(`damaged-${name}`, letters.join('')), { length: 1 });
          expect(source.handle.stack.frameShape[1]).toBe(1);
        } catch (error) {
          expect(error).toBeInstanceOf(FanfoldError);
        }
      }),
      { numRuns: 200 },
    );
  });
});

const hasNumpy = pythonHas('numpy', 'arrays of series made by NumPy');

describe.runIf(hasNumpy)('arrays', () => {
  python(
    `
import numpy as np, sys
x = np.arange(48, dtype='<f4').reshape(4, 2, 6)
np.savez(sys.argv[1] + '/set.npz', X=x, y=np.array([1, 0, 1, 3]))
np.savez(sys.argv[1] + '/wrong.npz', X=x, y=np.array([1, 0]))
np.savez_compressed(sys.argv[1] + '/flat.npz', series=x.reshape(8, 6).astype('>i2'), labels=np.arange(8, dtype='u1'))
np.savez_compressed(sys.argv[1] + '/text.npz', X=x, y=np.array(['up', 'down', '', 'größer']))
np.savez(sys.argv[1] + '/bytes.npz', X=x, y=np.array([b'up', b'down', b'up', b'up']))
np.savez(sys.argv[1] + '/few.npz', X=x, y=np.array(['up', 'down']))
np.savez(sys.argv[1] + '/objects.npz', X=x, y=np.array(['up', None, 'up', 'up'], dtype=object))
np.save(sys.argv[1] + '/set.npy', x)
np.save(sys.argv[1] + '/nan.npy', np.where(x == 15, np.nan, x))`,
    folder,
  );

  it('opens X with y as series, and X alone as frames', async () => {
    const source = await opened(join(folder, 'set.npz'));
    expect(source).toMatchObject({
      format: 'series',
      labels: { classes: ['0', '1', '3'], of: Int32Array.from([1, 0, 1, 2]) },
    });
    expect(await frames(source)).toEqual(Array.from({ length: 48 }, (_, i) => i));
    expect((await openSource(join(folder, 'set.npz'), { dataset: 'X' })).format).toBe('npz');
    expect(fullShape((await opened(join(folder, 'flat.npz'))).handle.stack)).toEqual([8, 1, 6]);
    await expect(opened(join(folder, 'wrong.npz'))).rejects.toThrow(/y is of shape 2, but there are 4 series/);
    await expect(opened(join(folder, 'set.npz'), { label: 'z' })).rejects.toThrow(/It holds X, y/);
  });

  it('takes classes that are texts', async () => {
    const { labels } = await opened(join(folder, 'text.npz'));
    expect(labels).toEqual({ classes: ['down', 'größer', 'up'], of: Int32Array.from([2, 0, -1, 1]) });
    expect((await opened(join(folder, 'bytes.npz'))).labels?.classes).toEqual(['down', 'up']);
    await expect(opened(join(folder, 'few.npz'))).rejects.toThrow('y is of shape 2, but there are 4 series');
    await expect(opened(join(folder, 'objects.npz'))).rejects.toThrow(/y holds elements of type \|O/);
  });

  it('cuts windows out of .npy', async () => {
    const source = await opened(join(folder, 'set.npy'), { length: 4, step: 2 });
    expect(fullShape(source.handle.stack)).toEqual([8, 2, 4]);
    expect((await frames(source)).slice(8, 16)).toEqual([2, 3, 4, 5, 8, 9, 10, 11]);
    expect(Array.from(source.groups ?? [])).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    expect((await opened(join(folder, 'set.npy'))).format).toBe('npy');
    await expect(opened(join(folder, 'nan.npy'), { length: 4 })).rejects.toThrow(
      /series 1, channel 0, point 3: no finite/,
    );
  });
});

describe.runIf(hasNumpy)('results', () => {
  it('hold the classes of their frames', async () => {
    const { run } = await import('../../dist/api/run.js');
    const path = file('labelled.ts', '@classLabel true up down\n@data\n1,2:up\n4,3:down\n1,9:up\n');
    const out = join(folder, 'result.npz');
    await run('mean', path, { outputs: [out], frames: '1:3' });
    const source = await openSource(out, { dataset: 'label', frameRank: 1 });
    expect(await frames(source)).toEqual([1, 0]);
  });

  it('carry a recipe that cuts the same windows again', async () => {
    const { run } = await import('../../dist/cli/run.js');
    const { signal } = new AbortController();
    const path = file(
      'again.csv',
      `t,v,k\n${Array.from({ length: 12 }, (_, i) => `${i},${i * i},${i % 6 < 4 ? 1 : 2}`).join('\n')}\n`,
    );
    const [one, recipe, two] = ['one.npz', 'again.json', 'two.npz'].map((name) => join(folder, name));
    await run(['copy', path, '--window', '2', '--step', '1', '--label', 'k', '-o', one ?? '', '-q'], signal);
    const saved = JSON.parse(
      python('import numpy, sys; print(numpy.load(sys.argv[1])["recipe.json"].decode())', one ?? ''),
    );
    expect(JSON.parse(saved.recipe).values).toMatchObject({ window: 2, step: 1, label: 'k' });
    expect(saved.facts.classes).toBe('1\n2');
    writeFileSync(recipe ?? '', saved.recipe);
    await run([recipe ?? '', '-o', two ?? '', '-q'], signal);
    for (const dataset of ['label', 'frames']) {
      const [a, b] = [await openSource(one ?? '', { dataset }), await openSource(two ?? '', { dataset })];
      expect(await frames(a)).toEqual(await frames(b));
    }
  });
});
