import { describe, expect, it } from 'vitest';
import { fitNetwork, judge } from '../../dist/train/fit.js';
import { loadJax } from '../../dist/train/library.js';
import { countWeights, initialWeights, type NetShape } from '../../dist/train/network.js';
import { samplesAtOnce, Trainer } from '../../dist/train/trainer.js';
import { trainVariant } from '../../dist/train/variant.js';
import { madeUp } from './samples.js';

const shape: NetShape = {
  size: 'small',
  fusion: 'adaptive',
  pooling: 'places',
  channels: 2,
  pixels: 8,
  classes: 2,
  statistics: 3,
};
const jax = await loadJax();

const options = {
  model: 'small',
  fusion: 'adaptive',
  channels: 2,
  pixels: 8,
  classes: 2,
  batch: 4,
  epochs: 3,
  learningRate: 1e-3,
  seed: 1,
} as const;

describe('the network', () => {
  it('learns eight samples by heart', async () => {
    const trainer = new Trainer(jax, shape, 4);
    const part = madeUp(8, { statistics: 3 });
    const weights = initialWeights(shape, 1);
    const before = await judge(trainer, weights, part, 2);
    const { weights: learnt } = await fitNetwork(
      trainer,
      shape,
      weights,
      { train: part },
      { epochs: 60, learningRate: 3e-3 },
    );
    const after = await judge(trainer, learnt, part, 2);
    expect(after.loss).toBeLessThan(before.loss / 10);
    expect(after.accuracy).toBe(1);
  });

  it.each(['small', 'source'] as const)('has the gradients of its loss (%s)', async (size) => {
    const net: NetShape = { ...shape, size };
    const trainer = new Trainer(jax, net, 4);
    const weights = initialWeights(net, 7);
    for await (const samples of madeUp(3, { statistics: 3 }).batches(0)) {
      const { gradients } = await trainer.learn(weights, samples);
      // The slope of the loss along the gradient of each array is the length of that gradient.
      const some = ['sum.conv1.weight', 'diff.conv2.weight', 'gate.weight', 'statistics.bias', 'classifier1.bias'];
      for (const [name, gradient] of Object.entries(gradients).filter(([name]) => some.includes(name))) {
        const data = weights[name]?.data ?? new Float32Array(0);
        const kept = data.slice();
        const length = Math.hypot(...gradient);
        const losses: number[] = [];
        for (const step of [1e-3, -1e-3]) {
          data.forEach((_, i) => {
            data[i] = (kept[i] ?? 0) + (step * (gradient[i] ?? 0)) / (length || 1);
          });
          losses.push((await trainer.judge(weights, samples)).loss);
        }
        data.set(kept);
        const slope = ((losses[0] ?? 0) - (losses[1] ?? 0)) / 2e-3;
        expect([name, Math.abs(slope - length) < 0.03 * length + 1e-3, slope, length]).toEqual([
          name,
          true,
          slope,
          length,
        ]);
      }
    }
  });

  it('does not see the samples that fill up a batch', async () => {
    const weights = initialWeights(shape, 2);
    const losses: number[] = [];
    for (const batch of [3, 8]) {
      const trainer = new Trainer(jax, shape, batch);
      losses.push((await judge(trainer, weights, madeUp(3, { statistics: 3, batch: 3 }), 2)).loss);
    }
    expect(losses[1]).toBeCloseTo(losses[0] ?? 0, 5);
  });

  it('adds up the gradients of slices', async () => {
    const net: NetShape = { ...shape, pooling: 'whole' };
    const weights = initialWeights(net, 5);
    const learnt = async (atOnce: number) => {
      const trainer = new Trainer(jax, net, 5, atOnce);
      for await (const samples of madeUp(5, { statistics: 3, batch: 5 }).batches(0))
        return trainer.learn(weights, samples);
      throw new Error('no batch');
    };
    const [whole, sliced] = [await learnt(5), await learnt(2)];
    expect(sliced.loss).toBeCloseTo(whole.loss, 5);
    expect(sliced.logits).toHaveLength(10);
    for (const [name, gradient] of Object.entries(whole.gradients)) {
      const other = sliced.gradients[name];
      const apart = gradient.reduce((most, value, i) => Math.max(most, Math.abs(value - (other?.[i] ?? 9))), 0);
      expect([name, apart < 1e-4]).toEqual([name, true]);
    }
  });

  it('takes as many samples at once as there is memory for', () => {
    expect(samplesAtOnce({ ...shape, size: 'source', channels: 26, pixels: 96 }, 4)).toBe(1);
    expect(samplesAtOnce({ ...shape, size: 'source', channels: 97, pixels: 224 }, 4)).toBe(1);
    expect(samplesAtOnce({ ...shape, channels: 9, pixels: 32 }, 32)).toBe(32);
  });

  it('gives the same history for the same seed, and another for another', async () => {
    const part = madeUp(10, { statistics: 3 });
    const losses = async (seed: number) =>
      (await trainVariant({ train: part }, 3, { ...options, seed })).history.map(({ train }) => train.loss);
    const first = await losses(1);
    expect(await losses(1)).toEqual(first);
    expect(await losses(2)).not.toEqual(first);
  });

  it.each(['concat', 'add'] as const)('fuses its branches otherwise (%s)', async (fusion) => {
    const { history, parameters } = await trainVariant({ train: madeUp(8) }, 0, { ...options, fusion });
    expect(history).toHaveLength(3);
    expect(parameters).toBe(countWeights(initialWeights({ ...shape, fusion, statistics: 0 }, 1)));
  });

  it('keeps the best epoch of validation and judges on test', async () => {
    const part = madeUp(8);
    const { best, judgedOn, score, history } = await trainVariant(
      { train: part, validation: part, test: part },
      0,
      options,
    );
    const f1 = Math.max(...history.map(({ validation }) => validation?.macroF1 ?? 0));
    expect(best?.validation?.macroF1).toBe(f1);
    expect(judgedOn).toBe('test');
    expect(score.loss).toBeCloseTo(best?.validation?.loss ?? 0, 6);
  });

  it('has as many weights as the published widths make (source, 26 sensors, 9 classes)', () => {
    const weights = initialWeights({ ...shape, size: 'source', channels: 26, classes: 9, statistics: 0 }, 1);
    expect(weights['classifier1.weight']?.shape).toEqual([2048, 26 * 128]);
    // 8.29 million are reported for it, with a statistics branch.
    expect(countWeights(weights) / 1e6).toBeGreaterThan(8);
    expect(countWeights(weights) / 1e6).toBeLessThan(8.6);
  });
});

describe('what is refused', () => {
  it('names the command that installs the missing package', async () => {
    const missing = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
    await expect(loadJax(() => Promise.reject(missing))).rejects.toThrow(
      /needs @jax-js\/jax, which is not installed.*npm install @jax-js\/jax/,
    );
  });

  it('says which sizes the network takes', () => {
    expect(() => trainVariant({ train: madeUp(4) }, 0, { ...options, pixels: 30 })).toThrow(
      /multiple of 8, not 30. Try --size 32/,
    );
  });

  it('ends when the loss is no number', async () => {
    const part = madeUp(4);
    const broken = {
      ...part,
      async *batches(epoch: number) {
        for await (const samples of part.batches(epoch)) yield { ...samples, sum: samples.sum.fill(Number.NaN) };
      },
    };
    await expect(trainVariant({ train: broken }, 0, options)).rejects.toThrow(/diverged.*NaN/);
  });
});
