import { describe, expect, test } from 'vitest';
import { fanfold, folderWithScan } from './fanfold.js';

const folder = folderWithScan();

const USAGE = `fanfold: one operator over large stacks of scientific frames, in parallel

  fanfold info SOURCE                  shape, dtype, axes, chunks, filters, and what fits in memory
  fanfold run OPERATOR SOURCE -o OUT   run one operator, or several in one pass (mask+com+sum)
  fanfold plan OPERATOR SOURCE         parts, tiles, memory, layout and kernel of that run; reads no pixels
  fanfold advise OPERATOR SOURCE       measure a sample of that run on every layout, and say which is best
  fanfold make SHAPE OUT               write a generated stack of any size
  fanfold fetch URLS.txt -o FOLDER     download addresses, save and process each as soon as it is there
  fanfold train dual-gaf TRAIN [TEST]  train a network on Gramian angular fields of time series
  fanfold bench SCENARIO               measure every layout against the others, the floors and Python
  fanfold ops [OPERATOR]               list operators, or one with its parameters and outputs
  fanfold course [LESSON]              a course on fast numerical programs: run its lessons, check its exercises
  fanfold doctor                       what works on this machine, and why something does not

  fanfold FILE                         the same as fanfold info FILE
  fanfold VERB --help                  its options
  fanfold run OPERATOR --help          the operator's options

Example: the dark-field image of a 4D-STEM scan
  fanfold run mask scan.h5 --detector annulus --inner 20 --outer 60 -o adf.png
`;

test.each([[[]], [['--help']], [['-h']], [['help']]])('fanfold %j shows the verbs', (args) => {
  expect(fanfold(folder, ...args)).toEqual({ code: 0, stdout: USAGE, stderr: '' });
});

test('--version is the version of the package', () => {
  const { code, stdout } = fanfold(folder, '--version');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test.each(['info', 'run', 'plan', 'advise', 'make', 'fetch', 'bench', 'ops', 'course', 'doctor'])(
  '%s has help, in both ways to ask',
  (verb) => {
    const asked = fanfold(folder, verb, '--help');
    expect(asked).toEqual(fanfold(folder, 'help', verb));
    expect(asked.code).toBe(0);
    expect(asked.stderr).toBe('');
    expect(asked.stdout).toMatch(new RegExp(`^fanfold ${verb}\\b.*\\n\\n`));
  },
);

test('help of an operator puts its own options first', () => {
  const { stdout } = fanfold(folder, 'run', 'com', '--help');
  expect(stdout).toMatch(/^fanfold run com SOURCE \[options\]\n/);
  expect(stdout.indexOf('com options')).toBeLessThan(stdout.indexOf('how it runs'));
  expect(stdout).toContain('--rotation X');
});

test('help of info names its options', () => {
  expect(fanfold(folder, 'info', '--help').stdout).toBe(`fanfold info SOURCE [options]

Shows what a file holds: shape, dtype, axes with units, chunks, filters, and what of it fits in
memory. No frame is read.

output
  --tree                      every group, data set and attribute of an HDF5 file
  --json                      the same as JSON on stdout

source
  --dataset TEXT              data set inside the file; also SOURCE:/path/to/data
  --frame-rank N              dimensions of one frame (default 2)
  --frame-shape 256,256       frame shape of headerless binary, or of the numbers of an .npy
  --dtype TEXT                element type of headerless binary, such as uint16 or >u2
  --offset N                  header bytes to skip in headerless binary (bytes)
  --channel NAME              colour images: what is read, the luminance, one colour, or all (frames
                              of rows, columns, 3) (grey, red, green, blue, all; default grey)
  --window N                  time series: points of a window (default: whole segments)
  --step N                    time series: points from window to window (default: --window)
  --label TEXT                time series: column of the class, by name or number, or file: the name
                              of the file
  --time TEXT                 time series: column of times, by name or number
  --gap X                     time series: a longer gap starts a new segment (default: three usual
                              intervals) (s)
  --nan error|drop|interpolate
                              time series: what missing points do: an error, the end of a segment,
                              or filled between their neighbours (default error)
  --allow-gaps                join a numbered series although files of it are missing
`);
});

describe('what cannot be meant ends with one sentence and exit code 2', () => {
  const mask = ['run', 'mask', 'scan.npy'];
  test.each<[string[], string]>([
    [['rnu'], "there is no command 'rnu'. Did you mean run?"],
    [['frobnicate'], "there is no command 'frobnicate'. See fanfold --help."],
    [['info'], 'fanfold info needs a source: a file name.'],
    [['info', 'scan.npy', 'scan.npy'], 'scan.npy is named twice.'],
    [['info', 'scan.npy', '--tre'], 'fanfold info has no option --tre. Did you mean --tree?'],
    [['info', 'scan.npy', '--tree'], 'scan.npy is no HDF5 file, so it has no tree. Leave --tree out.'],
    [['ops', 'msk'], "There is no operator 'msk'. Did you mean mask?"],
    [['ops', 'sum', 'max'], 'fanfold ops shows one operator, not 2. Join several with +.'],
    [['doctor', 'now'], 'fanfold doctor takes no arguments, but got now.'],
    [['run'], 'fanfold run needs an operator and a source. See fanfold ops.'],
    [['run', 'mask'], 'fanfold run mask needs a source: a file name.'],
    [['run', 'sum+sum', 'scan.npy'], 'Operator sum is named twice in sum+sum.'],
    [['run', 'sum', 'scan.npy', '--workrs', '2'], 'fanfold run sum has no option --workrs. Did you mean --workers?'],
    [['run', 'sum', 'scan.npy', '--workers', 'two'], "--workers takes a number, not 'two'."],
    [
      ['run', 'sum', 'scan.npy', '--memory', '4 potatoes'],
      "--memory takes a size such as 4GiB or 500MB, not '4 potatoes'.",
    ],
    [['run', 'sum', 'scan.npy', '--frames', '0:100'], '--frames 0:100 lies outside 0:6 or is empty.'],
    [
      ['run', 'sum', 'scan.npy', '--layout', 'thread'],
      "There is no layout 'thread' (serial, threads, processes). Did you mean threads?",
    ],
    [
      ['run', 'sum', 'scan.npy', '--plain', '--layout', 'serial'],
      '--plain belongs to --layout processes, but the layout is serial. Add --layout processes.',
    ],
    [mask, 'No mask is given. Give --mask FILE.npy, --detector disk --outer 20, or --preset adf --disk 20.'],
    [
      [...mask, '--detector', 'dsk'],
      "--detector takes point, disk, annulus, sector, rectangle, polygon, not 'dsk'. Did you mean disk?",
    ],
    [
      [...mask, '--detector', 'polygon', '--points', '1,1,2,2'],
      'A polygon needs three or more corners as y,x,y,x,..., not 4 numbers. Give --points such as 10,10,10,50,40,30.',
    ],
  ])('fanfold %j', (args, sentence) => {
    const { code, stdout, stderr } = fanfold(folder, ...args, ...(args[0] === 'run' ? ['-q'] : []));
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: `fanfold: ${sentence}\n` });
  });
});
