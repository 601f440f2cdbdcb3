import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { makeStack } from '../../dist/core/stack.js';
import { openMemory } from '../../dist/formats/memory.js';
import { runLocal } from '../../dist/layouts/local.js';

// A big enough stack that every worker gets several parts of the two passes.
const [frames, side] = [96, 300];
const data = Float64Array.from({ length: frames * side * side }, (_, i) => ((i * 7919) % 1013) / 8);
const source = openMemory(makeStack([frames, side, side], 'float64', 2), new Uint8Array(data.buffer));
const operator = {
  name: 'residual',
  module: pathToFileURL(join(import.meta.dirname, 'residual.mjs')).href,
  values: {},
};

function expected(): number[] {
  const pixels = side * side;
  const mean = Array.from({ length: pixels }, (_, p) => {
    let sum = 0;
    for (let f = 0; f < frames; f++) sum += data[f * pixels + p] ?? 0;
    return sum / frames;
  });
  return Array.from({ length: frames }, (_, f) => {
    let sum = 0;
    for (let p = 0; p < pixels; p++) sum += ((data[f * pixels + p] ?? 0) - (mean[p] ?? 0)) ** 2;
    return sum / pixels;
  });
}

for (const layout of ['serial', 'threads', 'processes']) {
  test(`a template pass is followed by a residual pass (${layout})`, async () => {
    const { arrays } = await runLocal(source, [operator], { layout, workers: 2 });
    expect(arrays.map(({ name, shape }) => [name, shape])).toEqual([['residual', [frames]]]);
    const want = expected();
    for (const [f, value] of (arrays[0]?.data ?? []).entries()) expect(value).toBeCloseTo(want[f] ?? Number.NaN, 9);
  });
}
