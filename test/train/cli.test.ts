import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openSource } from '../../dist/formats/registry.js';
import { fanfold } from '../cli/fanfold.js';
import { wave } from './samples.js';

const main = join(import.meta.dirname, '../../dist/cli/main.js');
const folder = mkdtempSync(join(tmpdir(), 'fanfold-train-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Univariate series, the class first: slow and fast waves. */
function table(name: string, rows: number, labels: readonly string[], length = 24): void {
  const lines = Array.from({ length: rows }, (_, i) => {
    const noise = wave(length, i);
    const speed = i % 2 === 0 ? 0.3 : 1.2;
    const values = Array.from(noise, (value, t) => (Math.sin(speed * t + i) + 0.1 * value).toFixed(5));
    return [labels[i % labels.length], ...values].join('\t');
  });
  writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
}

table('train.tsv', 24, ['1', '2']);
table('test.tsv', 12, ['1', '2']);

const quick = ['--size', '16', '--train_epochs', '6', '--learning-rate', '0.005', '--batch', '8', '--n_jobs', '0'];

describe('fanfold train dual-gaf', () => {
  it('trains with and without statistics, and leaves a folder', async () => {
    const ran = fanfold(folder, 'train', 'dual-gaf', '--data', 'train.tsv,test.tsv', ...quick, '-o', 'net');
    expect(ran.stderr).toMatch(/24 training samples, 12 for test; classes/);
    expect(ran.stderr).toMatch(/epoch 6\/6 {2}train loss [\d.]+, accuracy [\d.]+, macro F1 [\d.]+; test loss/);
    expect(ran.stdout).toMatch(
      /^with statistics: test accuracy (0\.9|1\.0)\d+, macro F1 [\d.]+ \(largest class 0\.500\)/,
    );
    expect(ran.stdout).toMatch(/\nimages alone: test accuracy/);
    expect(ran.code).toBe(0);
    const each = ['confusion.csv', 'confusion.png', 'model.npz', 'model.onnx'];
    const all = [...each, ...each.map((name) => name.replace('.', '-images.'))];
    for (const name of [...all, 'history.csv', 'batches.npz', 'batches-test.npz', 'recipe.json'])
      expect([name, existsSync(join(folder, 'net', name))]).toEqual([name, true]);
    const history = readFileSync(join(folder, 'net/history.csv'), 'utf8').trim().split('\n');
    expect(history).toHaveLength(13);
    expect(history[0]).toMatch(/^statistics,epoch,seconds,train_loss,/);
    const { handle } = await openSource(join(folder, 'net/batches.npz'), { dataset: 'x_sum' });
    expect([...handle.stack.stackShape, ...handle.stack.frameShape]).toEqual([24, 1, 16, 16]);
  });

  it('gives the same result for any number of workers', () => {
    const losses = [0, 2].map((workers) => {
      const jobs = [...quick.slice(0, -1), String(workers)];
      const data = ['--data', 'train.tsv,test.tsv', '--images-only', '--json'];
      const { stdout } = fanfold(folder, 'train', 'dual-gaf', ...data, ...jobs);
      return JSON.parse(stdout).models[0].loss;
    });
    expect(losses[0]).toBeGreaterThan(0);
    expect(losses[1]).toBe(losses[0]);
  });

  it('learns nothing from the test part', () => {
    const models = [12, 9].map((rows) => {
      table('held.tsv', rows, ['2', '1']);
      const args = ['--data', 'train.tsv,held.tsv', '--augment', 'shift', ...quick, '--train-epochs', '3'];
      const { code } = fanfold(folder, 'train', 'dual-gaf', ...args, '-o', 'held', '--overwrite');
      expect(code).toBe(0);
      return ['model.onnx', 'model-images.onnx', 'batches.npz'].map((name) => readFileSync(join(folder, 'held', name)));
    });
    expect(models[1]).toEqual(models[0]);
  });

  it('leaves nothing when it is stopped', async () => {
    const args = [
      main,
      'train',
      'dual-gaf',
      'train.tsv',
      'test.tsv',
      ...quick,
      '--train-epochs',
      '5000',
      '-o',
      'stopped',
    ];
    const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (!/epoch +3\//.test(said) && /epoch +3\//.test(said + text)) child.kill('SIGINT');
      said += text;
    });
    const [code] = await once(child, 'close');
    expect(said).toMatch(/fanfold: stopped[^\n]*\n$/);
    expect(code).toBe(130);
    expect(existsSync(join(folder, 'stopped'))).toBe(false);
  });

  it('splits one file, and has a ridge head', () => {
    const ran = fanfold(folder, 'train', 'dual-gaf', 'train.tsv', '--model', 'ridge', '--size', '16');
    expect(ran.stderr).toMatch(/1\d training samples, \d for validation, \d for test, split by group; classes/);
    expect(ran.stdout).toMatch(/^with statistics: test accuracy/);
    expect(ran.code).toBe(0);
  });
});

describe('what is refused', () => {
  const refused = (...args: string[]) => {
    const { code, stderr } = fanfold(folder, 'train', ...args);
    return { code, stderr: stderr.trim() };
  };

  it('says what is missing', () => {
    expect(refused()).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/needs a network: fanfold train dual-gaf/),
    });
    expect(refused('dualgaf').stderr).toMatch(/knows no network 'dualgaf'.*Did you mean dual-gaf/);
    expect(refused('dual-gaf').stderr).toMatch(/needs samples: --data TRAIN/);
    expect(refused('dual-gaf', 'train.tsv', '--learning-rat', '1').stderr).toMatch(/Did you mean --learning-rate/);
  });

  it('names what is wrong with the data', () => {
    writeFileSync(join(folder, 'plain.csv'), Array.from({ length: 64 }, (_, i) => `${i},${i * i}`).join('\n'));
    expect(refused('dual-gaf', 'plain.csv', '--window', '16', '--size', '16').stderr).toMatch(
      /says no classes.*--label/,
    );
    table('one.tsv', 6, ['1']);
    expect(refused('dual-gaf', 'one.tsv', 'one.tsv', '--size', '16').stderr).toMatch(/all of one class/);
    table('single.tsv', 1, ['1']);
    expect(refused('dual-gaf', 'single.tsv', '--size', '16').stderr).toMatch(/leaves no sample|all of one class/);
    table('other.tsv', 6, ['1', '3']);
    expect(refused('dual-gaf', 'train.tsv', 'other.tsv', '--size', '16').stderr).toMatch(
      /class 3, which the training data/,
    );
    table('long.tsv', 6, ['1', '2'], 40);
    expect(refused('dual-gaf', 'train.tsv', 'long.tsv', '--size', '16').stderr).toMatch(/samples of 1 x 40.*of 1 x 24/);
  });

  it('names what is wrong with the size, and what is in the way', () => {
    expect(refused('dual-gaf', 'train.tsv', '--size', '20').stderr).toMatch(/multiple of 8, not 20/);
    expect(refused('dual-gaf', 'train.tsv', '--size', '32', '-o', 'none').stderr).toMatch(
      /--size 32 is more than the 24 points/,
    );
    expect(existsSync(join(folder, 'none'))).toBe(false);
    writeFileSync(join(folder, 'history.csv'), '');
    expect(refused('dual-gaf', 'train.tsv', '--size', '16', '-o', '.')).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/history\.csv exists already/),
    });
  });
});
