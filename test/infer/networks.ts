import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { OnnxGraph } from '../../dist/train/onnx/graph.js';

type Declared = readonly (number | string)[];

/** A folder for one file of tests. */
export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fanfold-infer-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a network of one operator behind its input; `weights` are a second input of it. */
export function writeNetwork(
  path: string,
  shape: Declared,
  {
    type = 'Flatten',
    output = ['N', 4],
    weights,
  }: { type?: string; output?: Declared; weights?: readonly number[] } = {},
): string {
  const graph = new OnnxGraph();
  graph.input('image', shape);
  const inputs = ['image'];
  if (weights) inputs.push(graph.weights('w', weights, new Float32Array(weights.reduce((a, b) => a * b, 1))));
  graph.node(type, inputs, 'scores', type === 'Flatten' ? { axis: { int: 1 } } : {});
  graph.output('scores', output);
  writeFileSync(path, graph.encode('test', 'fanfold', '1'));
  return path;
}

/** Log(x) - Log(x): NaN where a pixel is 0, else 0. */
export function writeNanNetwork(path: string): string {
  const graph = new OnnxGraph();
  graph.input('image', ['N', 1, 1, 4]);
  graph.node('Log', ['image'], 'log');
  graph.node('Sub', ['log', 'log'], 'zero');
  graph.node('Flatten', ['zero'], 'scores', { axis: { int: 1 } });
  graph.output('scores', ['N', 4]);
  writeFileSync(path, graph.encode('test', 'fanfold', '1'));
  return path;
}

/** A network of two inputs. */
export function writeSum(path: string): string {
  const graph = new OnnxGraph();
  graph.input('left', ['N', 1, 8, 8]);
  graph.input('right', ['N', 1, 8, 8]);
  graph.node('Add', ['left', 'right'], 'sum');
  graph.output('sum', ['N', 1, 8, 8]);
  writeFileSync(path, graph.encode('test', 'fanfold', '1'));
  return path;
}
