import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openArray, openSource, run } from '../../dist/index.js';
import { CLASSES, makeShapes, PIXELS } from '../../examples/shapes.mjs';
import { fanfold } from '../cli/fanfold.js';
import { freshFolder, writeNanNetwork, writeNetwork } from './networks.js';

const folder = freshFolder();
const example = (name: string): string => join(import.meta.dirname, '../../examples', name);
const { images, labels } = makeShapes(24, 9);
await run('copy', openArray([24, PIXELS, PIXELS], images), { outputs: [join(folder, 'shapes.npy')] });
const MODEL = ['--model', example('shapes.onnx'), '--labels', example('shapes.txt')];

describe('fanfold run infer', () => {
  it('writes ranked classes as a table, and probabilities as an array', async () => {
    const args = [
      'run',
      'infer',
      'shapes.npy',
      ...MODEL,
      '--top',
      '2',
      '-o',
      'out.csv',
      '-o',
      'out.npy',
      '-o',
      'out.json',
    ];
    const { code, stdout, stderr } = fanfold(folder, ...args);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain('wrote out.csv');
    expect(stderr).toMatch(/24 images in .* images\/s/);
    const lines = readFileSync(join(folder, 'out.csv'), 'utf8').trim().split('\n');
    expect(lines.filter((line) => line.startsWith('# recipe: '))).toHaveLength(1);
    const [head, ...rows] = lines.filter((line) => !line.startsWith('#')).map((line) => line.split(','));
    expect(head).toEqual(['frame', 'file', 'rank', 'class', 'label', 'probability']);
    expect(rows).toHaveLength(48);
    const best = rows.filter((row) => row[2] === '1');
    expect(best.map((row) => row[0])).toEqual(Array.from({ length: 24 }, (_, i) => String(i)));
    expect(best.filter((row, i) => row[4] === CLASSES[labels[i] ?? 0]).length).toBeGreaterThan(21);
    const { stack } = (await openSource(join(folder, 'out.npy'))).handle;
    expect(stack.frameShape).toEqual([24, 6]);
    const { images: told, recipe } = JSON.parse(readFileSync(join(folder, 'out.json'), 'utf8'));
    expect(told[5].top[0].label).toBe(best[5]?.[4]);
    expect(recipe).toMatchObject({ operators: 'infer', source: 'shapes.npy' });
  });

  it('tells the classes on stdout without an output, as JSON when asked', () => {
    const { code, stdout } = fanfold(folder, 'run', 'infer', 'shapes.npy', ...MODEL, '--top', '1', '-q', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).images).toHaveLength(24);
  });

  it('names what it leaves out, and keeps what was finished before', async () => {
    const model = writeNanNetwork(join(folder, 'nan.onnx'));
    const four = Float32Array.from({ length: 40 }, (_, i) => (i === 30 ? 0 : 1));
    await run('copy', openArray([10, 1, 4], four), { outputs: [join(folder, 'rows.npy')] });
    const args = ['run', 'infer', 'rows.npy', '--model', model, '--resize', '0', '--batch', '2', '--top', '1'];
    const failed = fanfold(folder, ...args, '-o', 'rows.csv');
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain('frame 7: the network gave NaN');
    expect(failed.stderr).toContain('the 7 images before are in rows.partial.csv');
    const rowsOf = (name: string) =>
      readFileSync(join(folder, name), 'utf8')
        .trim()
        .split('\n')
        .filter((line) => /^\d/.test(line));
    expect(rowsOf('rows.partial.csv')).toHaveLength(7);
    const kept = fanfold(folder, ...args, '-o', 'rows.csv', '-o', 'rows.npy.json', '--on-bad-frame', 'skip');
    expect(kept.code).toBe(0);
    expect(kept.stderr).toContain('left out: frame 7');
    expect(rowsOf('rows.csv')).toHaveLength(9);
  });

  it('gives a network of three channels the frames of an array, grey, as it does a grey PNG', async () => {
    const model = writeNetwork(join(folder, 'three.onnx'), ['N', 3, 1, 4], { output: ['N', 12] });
    mkdirSync(join(folder, 'grey'));
    await run('copy', join(folder, 'shapes.npy'), { outputs: [join(folder, 'grey', 'g_{}.png')] });
    const [array, pictures] = ['shapes.npy', 'grey'].map((source) => {
      const { code, stdout, stderr } = fanfold(folder, 'run', 'infer', source, '--model', model, '--json', '-q');
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      return JSON.parse(stdout).images.map(({ top }: { top: unknown }) => top);
    });
    expect(array).toHaveLength(24);
    expect(array).toEqual(pictures);
  });

  it('fails for a damaged image although workers are still busy with those behind it', async () => {
    mkdirSync(join(folder, 'busy'));
    const frames = openArray(
      [600, 160, 160],
      new Uint8Array(600 * 160 * 160).map((_, i) => (i * 7919) >> 3),
    );
    await run('copy', frames, { outputs: [join(folder, 'busy', 'f_{}.png')] });
    truncateSync(join(folder, 'busy', 'f_200.png'), 100);
    const { code, stderr } = fanfold(folder, 'run', 'infer', 'busy', ...MODEL, '--workers', '2', '-o', 'busy.csv');
    expect({ code, stderr }).toMatchObject({ code: 3, stderr: expect.stringMatching(/f_200\.png/) });
    expect(existsSync(join(folder, 'busy.csv'))).toBe(false);
  });

  it('stopped by Ctrl-C, says how far it got', async () => {
    await run('copy', openArray([20000, PIXELS, PIXELS], new Uint8Array(20000 * PIXELS * PIXELS)), {
      outputs: [join(folder, 'many.npy')],
    });
    const main = join(import.meta.dirname, '../../dist/cli/main.js');
    const args = ['run', 'infer', 'many.npy', ...MODEL, '-o', 'many.csv', '--progress', 'json'];
    const child = spawn(process.execPath, [main, ...args], { cwd: folder });
    let said = '';
    let isStopped = false;
    child.stderr.on('data', (text: Buffer) => {
      said += text.toString();
      // A second one would end it at once.
      if (!isStopped && said.includes('"progress"')) isStopped = child.kill('SIGINT');
    });
    const code = await new Promise((resolve) => child.on('exit', resolve));
    expect({ code, said }).toMatchObject({ code: 130 });
    expect(said).toMatch(/stopped after \d+ of 20000 images/);
    expect(existsSync(join(folder, 'many.csv'))).toBe(false);
    expect(existsSync(join(folder, 'many.partial.csv'))).toBe(true);
  });

  it.each([
    [[], 2, /needs a source/],
    [['shapes.npy'], 2, /needs a network: --model net\.onnx/],
    [['shapes.npy', '--model', 'no.onnx'], 3, /no\.onnx does not exist/],
    [['shapes.npy', ...MODEL, '-o', 'out.png'], 2, /out\.png: predictions are written as \.csv, \.npy, \.json/],
    [['shapes.npy', ...MODEL, '-o', 'out.csv'], 5, /out\.csv exists already/],
    [['shapes.npy', ...MODEL, '--modell', 'x'], 2, /no option --modell\. Did you mean --model/],
    [['none.npy', ...MODEL], 3, /none\.npy/],
    [['shapes.npy', ...MODEL, '--memory', '10MiB'], 4, /Give more memory/],
  ] as const)('with %j says what is wrong', (args, code, message) => {
    const ran = fanfold(folder, 'run', 'infer', ...args);
    expect(ran.stderr).toMatch(message);
    expect(ran.code).toBe(code);
  });

  it('has help like every operator, and no plan', () => {
    const { code, stdout } = fanfold(folder, 'run', 'infer', '--help');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^fanfold run infer SOURCE --model NET\.onnx \[options\]\n/);
    expect(fanfold(folder, 'ops', 'infer').stdout).toContain('--on-bad-frame');
    expect(fanfold(folder, 'plan', 'infer', 'shapes.npy')).toMatchObject({ code: 2 });
    expect(fanfold(folder, 'run', 'mask+infer', 'shapes.npy').stderr).toContain('beside no other operator');
  });
});
