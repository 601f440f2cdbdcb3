import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadJax } from '../../dist/train/library.js';
import { initialWeights, type NetShape } from '../../dist/train/network.js';
import { exportOnnx } from '../../dist/train/onnx/export.js';
import { Message } from '../../dist/train/onnx/protobuf.js';
import { applyScaler } from '../../dist/train/samples.js';
import { Trainer } from '../../dist/train/trainer.js';
import { wave } from './samples.js';

// Logits that onnxruntime gave for the exported models; how they were made stands in the file.
const golden: { cases: { shape: NetShape; bytes: number; logits: number[] }[] } = JSON.parse(
  readFileSync(new URL('../golden/train/onnx.json', import.meta.url), 'utf8'),
);
const jax = await loadJax();

describe('export to ONNX', () => {
  it.each(golden.cases)(
    'is the network that was trained ($shape.size, $shape.fusion, $shape.pooling, $shape.statistics)',
    async (known) => {
      const { shape, bytes, logits } = known;
      const weights = initialWeights(shape, 3);
      for (const [name, { data }] of Object.entries(weights))
        if (/bias|shift/.test(name)) data.set(wave(data.length, 1));
      const scaler = {
        mean: Float64Array.from({ length: shape.statistics }, (_, i) => 0.3 * i),
        spread: Float64Array.from({ length: shape.statistics }, (_, i) => 1 + i),
      };
      // The model that onnxruntime ran is the one that is written now.
      expect(exportOnnx(shape, weights, scaler).length).toBe(bytes);
      const { logits: own } = await new Trainer(jax, shape, 4).judge(weights, {
        count: 3,
        sum: wave(3 * 512, 0),
        diff: wave(3 * 512, 2),
        statistics: applyScaler(wave(3 * shape.statistics, 4), scaler),
        y: new Int32Array(3),
      });
      own.forEach((value, i) => {
        expect(Math.abs(value - (logits[i] ?? 0))).toBeLessThan(2e-5);
      });
      expect(own).toHaveLength(logits.length);
    },
  );

  // Bytes worked out by hand from the encoding's description: field 1 varint 150 is 08 96 01.
  it('writes protocol buffers', () => {
    expect([...new Message().integer(1, 150).encode()]).toEqual([0x08, 0x96, 0x01]);
    expect([...new Message().text(2, 'testing').encode()]).toEqual([0x12, 7, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67]);
    expect([...new Message().float(3, 1).encode()]).toEqual([0x1d, 0, 0, 0x80, 0x3f]);
    expect([...new Message().message(3, new Message().integer(1, 150)).encode()]).toEqual([0x1a, 3, 8, 0x96, 1]);
  });
});
