/** What every verb's module exports. */
export interface Verb {
  /** @returns the exit code */
  run(args: readonly string[], signal: AbortSignal): Promise<number>;
  help(args: readonly string[]): string | Promise<string>;
}

interface VerbEntry {
  readonly name: string;
  readonly synopsis: string;
  readonly summary: string;
  load(): Promise<Verb>;
}

/** All verbs, in the order the help shows them; each is loaded only when used. */
export const VERBS: readonly VerbEntry[] = [
  {
    name: 'info',
    synopsis: 'info SOURCE',
    summary: 'shape, dtype, axes, chunks, filters, and what fits in memory',
    load: () => import('./info.js'),
  },
  {
    name: 'run',
    synopsis: 'run OPERATOR SOURCE -o OUT',
    summary: 'run one operator, or several in one pass (mask+com+sum)',
    load: () => import('./run.js'),
  },
  {
    name: 'plan',
    synopsis: 'plan OPERATOR SOURCE',
    summary: 'parts, tiles, memory, layout and kernel of that run; reads no pixels',
    load: () => import('./plan.js'),
  },
  {
    name: 'advise',
    synopsis: 'advise OPERATOR SOURCE',
    summary: 'measure a sample of that run on every layout, and say which is best',
    load: () => import('./advise.js'),
  },
  {
    name: 'make',
    synopsis: 'make SHAPE OUT',
    summary: 'write a generated stack of any size',
    load: () => import('./make.js'),
  },
  {
    name: 'fetch',
    synopsis: 'fetch URLS.txt -o FOLDER',
    summary: 'download addresses, save and process each as soon as it is there',
    load: () => import('./fetch.js'),
  },
  {
    name: 'train',
    synopsis: 'train dual-gaf TRAIN [TEST]',
    summary: 'train a network on Gramian angular fields of time series',
    load: () => import('./train.js'),
  },
  {
    name: 'bench',
    synopsis: 'bench SCENARIO',
    summary: 'measure every layout against the others, the floors and Python',
    load: () => import('./bench.js'),
  },
  {
    name: 'ops',
    synopsis: 'ops [OPERATOR]',
    summary: 'list operators, or one with its parameters and outputs',
    load: () => import('./ops.js'),
  },
  {
    name: 'course',
    synopsis: 'course [LESSON]',
    summary: 'a course on fast numerical programs: run its lessons, check its exercises',
    load: () => import('./course.js'),
  },
  {
    name: 'doctor',
    synopsis: 'doctor',
    summary: 'what works on this machine, and why something does not',
    load: () => import('./doctor.js'),
  },
];
