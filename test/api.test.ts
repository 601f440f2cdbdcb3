import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as api from '../dist/index.js';
import * as testing from '../dist/testing.js';

/** Names that a declaration file exports, types included. */
function declared(name: string): string[] {
  const text = readFileSync(join(import.meta.dirname, '../dist', name), 'utf8');
  const lists = [...text.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap((match) => (match[1] ?? '').split(','));
  return lists
    .map((item) => item.replace(/\btype\b/, '').trim())
    .filter((item) => item !== '')
    .sort();
}

// Adding a name here is a promise to keep it; removing one is a breaking change.
test('the public API has exactly these names', () => {
  expect(Object.keys(api).sort()).toEqual([
    'FanfoldError',
    'ImageProcessor',
    'LayoutError',
    'OperatorError',
    'PlanError',
    'SinkError',
    'SourceError',
    'Stopped',
    'UsageError',
    'advise',
    'allocateShared',
    'convert',
    'convertInto',
    'createArrayFile',
    'dataLoader',
    'defineOperator',
    'describeReport',
    'fetchAll',
    'gafImages',
    'inverseGaf',
    'makeStack',
    'openArray',
    'openArrayFile',
    'openConverter',
    'openOperator',
    'openSeriesSet',
    'openSource',
    'openSynthetic',
    'operatorNames',
    'plan',
    'run',
    'version',
  ]);
  expect(declared('index.d.ts')).toEqual(
    [
      ...Object.keys(api),
      ...[
        'Advice',
        'AdviceRow',
        'AdviseOutcome',
        'AdviseRequest',
        'AnyOperator',
        'Arena',
        'ArrayInput',
        'ArrayChunk',
        'ArrayFile',
        'Arrays',
        'Axis',
        'ConvertOptions',
        'ConvertOutcome',
        'Converter',
        'Cost',
        'CreateArrayOptions',
        'Dtype',
        'FetchedFile',
        'FetchOptions',
        'FetchOutcome',
        'Gathered',
        'GatherOptions',
        'GafImageOptions',
        'InitContext',
        'InverseOptions',
        'LoadedArray',
        'MappedArray',
        'OpenArrayOptions',
        'Outlook',
      ],
      ...['Batch', 'DataLoader', 'LoaderOptions', 'LoaderOverview', 'LoaderPlan', 'LoaderSource', 'LoaderStatistics'],
      ...['Materialized', 'MaterializeOptions', 'ReadAtSource', 'RecordSource', 'SampleRecord', 'SourceNames', 'Split'],
      ...['Image', 'Images', 'ModelOptions', 'Prediction', 'Predictions', 'Preparation', 'PreprocessOptions'],
      ...['ProcessOptions', 'Ranked', 'Wanted'],
      ...[
        'MergeRule',
        'NamedArray',
        'NumericArray',
        'OpenOperator',
        'OpenOperatorOptions',
        'OpenOptions',
        'Operator',
        'OperatorRef',
        'Param',
      ],
      ...['Params', 'Plan', 'PlanOutcome', 'Prepared', 'PrepareContext', 'RawValues', 'Report', 'RunOptions'],
      ...[
        'RunOutcome',
        'RunRequest',
        'SavedFile',
        'Segment',
        'SeriesSet',
        'Slot',
        'Source',
        'Stack',
        'Tile',
        'Values',
        'WasmKernel',
        'Work',
      ],
    ].sort(),
  );
});

test('the conformance tests have exactly these names', () => {
  expect(Object.keys(testing).sort()).toEqual(['testFormat', 'testLayout', 'testOperator']);
});

test('run takes an array in memory and gives named results', async () => {
  const source = api.openArray(
    [2, 3, 2, 2],
    Uint16Array.from({ length: 24 }, (_, i) => i),
  );
  const { arrays, report } = await api.run('sum', source, { layout: 'serial' });
  // sums over the six frames of i, i + 4, ..., i + 20
  expect(arrays.map(({ name, shape, data }) => ({ name, shape, data: [...data] }))).toEqual([
    { name: 'sum', shape: [2, 2], data: [60, 66, 72, 78] },
  ]);
  expect(report.frames).toBe(6);
});

test('several operators run in one pass under their own names', async () => {
  const source = api.openArray([3, 1, 2], Float32Array.of(1, 2, 3, 4, 5, 6));
  const work = [
    { name: 'max', values: {} },
    { name: 'mean', values: {} },
  ];
  const { arrays } = await api.run(work, source);
  expect(Object.fromEntries(arrays.map(({ name, data }) => [name, [...data]]))).toEqual({
    'max.max': [5, 6],
    'mean.mean': [3, 4],
  });
});

test('plan reads nothing and gives reasons', async () => {
  const source = api.openArray([4, 8, 8], new Uint8Array(256));
  const { layout, plan, reasons } = await api.plan('sum', source);
  expect(layout).toBe('serial');
  expect([...plan.parts]).toEqual([0, 4]);
  expect(reasons.length).toBeGreaterThan(1);
});

test('errors are of the classes that are exported', async () => {
  await expect(api.openSource('/nowhere/scan.h5')).rejects.toBeInstanceOf(api.SourceError);
  await expect(api.run('maks', api.openArray([1, 1, 1], new Uint8Array(1)))).rejects.toThrow('Did you mean mask?');
  expect(() => api.openArray([2, 2], new Uint8Array(3))).toThrow(api.UsageError);
});

test('an aborted run ends as stopped', async () => {
  const source = api.openArray([4, 8, 8], new Uint8Array(256));
  const stopped = api.run('sum', source, { signal: AbortSignal.abort() });
  await expect(stopped).rejects.toBeInstanceOf(api.Stopped);
});
