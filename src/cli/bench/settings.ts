import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Params, Values } from '../../core/params.js';
import type { Places } from './data.js';
import type { Settings } from './run-scenario.js';
import {
  type Codec,
  type Content,
  chooseNames,
  chooseRows,
  groupsOf,
  SCALES,
  scenarioRows,
  shapeOfSize,
} from './scenario.js';

/** Flags of every benchmark. */
export const BENCH_PARAMS = {
  runs: { kind: 'number', default: 5, min: 1, integer: true, help: 'timed runs of each row' },
  warmup: { kind: 'number', default: 1, min: 0, integer: true, help: 'runs of each row that are not timed' },
  cold: { kind: 'flag', help: 'drop the page cache of the whole machine before every run (needs root)' },
  export: { kind: 'text', help: 'also write the report: .json, .md, .html, separated by commas' },
  state: { kind: 'text', help: 'journal of finished runs (default: in the data folder)' },
  resume: { kind: 'flag', help: 'go on with the journal of an interrupted benchmark' },
  json: { kind: 'flag', help: 'the report as JSON on stdout' },
  quiet: { kind: 'flag', help: 'say nothing but the result and errors' },
} as const satisfies Params;

/** Flags of the 4D-STEM scenario. */
export const SCENARIO_PARAMS = {
  scale: {
    kind: 'choice',
    choices: ['tiny', 'small', 'full'],
    default: 'small',
    help: 'full: 64 and 256 GiB; small: 4 GiB in every row; tiny: 4 MiB, to see that it works',
  },
  data: {
    kind: 'text',
    help: 'folder of the data sets, made on first use and kept (default: in the temporary folder)',
  },
  replica: { kind: 'text', help: 'folder on another disk for the second copies (default: beside the first)' },
  codec: { kind: 'text', default: 'raw,gzip', help: 'raw, gzip, or both' },
  content: { kind: 'text', default: 'random,counts', help: 'random floats, Poisson counts, or both' },
  rows: { kind: 'text', help: 'only these rows, such as a,c,e or a-2x4' },
  large: {
    kind: 'size',
    help: 'size of the set of row (g) instead of 256 GiB; larger than memory, or it says nothing',
  },
  peers: { kind: 'flag', help: 'also run Python: h5py, multiprocessing, Dask, NumPy' },
} as const satisfies Params;

/** Where data sets and journals are kept unless the user says otherwise. */
export const defaultFolder = (): string => join(tmpdir(), 'fanfold-bench');

/** Checked flags as settings of the scenario. @throws UsageError */
export function settingsOf(values: Values<typeof BENCH_PARAMS & typeof SCENARIO_PARAMS>): Settings {
  const folder = values.data ?? defaultFolder();
  const places: Places = { folder, replicas: values.replica ?? join(folder, 'copies') };
  const named = SCALES[values.scale] ?? SCALES.small;
  if (!named) throw new Error(`no scale ${values.scale}`);
  const large = values.large;
  const scale =
    large === undefined
      ? named
      : { ...named, shapes: { ...named.shapes, large: shapeOfSize(large, named.shapes.large, 'random') } };
  const codecs = chooseNames<Codec>(values.codec, ['raw', 'gzip'], 'codec');
  const contents = chooseNames<Content>(values.content, ['random', 'counts'], 'content');
  return {
    scale,
    groups: groupsOf(contents, codecs),
    rows: chooseRows(scenarioRows(scale), values.rows),
    runs: values.runs,
    warmups: values.warmup,
    cold: values.cold,
    peers: values.peers,
    places,
  };
}
