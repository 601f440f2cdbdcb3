import type { Program } from './outcome.js';

/** One program of the course and where it belongs. */
export interface Lesson {
  /** File in `lessons/` without its extension; the part behind the slash is its name on the command line. */
  readonly file: string;
  /** `1.1` to `3.2`, or `project`. */
  readonly section: string;
  load(): Promise<{ readonly default: Program }>;
}

/** All programs, in the order of the text. */
export const LESSONS: readonly Lesson[] = [
  {
    file: 'vectorisation/mean-filter',
    section: '1.1',
    load: () => import('./lessons/vectorisation/mean-filter.js'),
  },
  {
    file: 'vectorisation/border-rules',
    section: '1.1',
    load: () => import('./lessons/vectorisation/border-rules.js'),
  },
  { file: 'memory/element-types', section: '1.2', load: () => import('./lessons/memory/element-types.js') },
  { file: 'memory/views', section: '1.2', load: () => import('./lessons/memory/views.js') },
  { file: 'memory/files', section: '1.2', load: () => import('./lessons/memory/files.js') },
  { file: 'memory/array-on-disk', section: '1.2', load: () => import('./lessons/memory/array-on-disk.js') },
  { file: 'map-reduce/four-parts', section: '2.1', load: () => import('./lessons/map-reduce/four-parts.js') },
  { file: 'map-reduce/break-even', section: '2.1', load: () => import('./lessons/map-reduce/break-even.js') },
  { file: 'pipeline/four-ways', section: '2.2', load: () => import('./lessons/pipeline/four-ways.js') },
  { file: 'gpu/honest-clock', section: '3.1', load: () => import('./lessons/gpu/honest-clock.js') },
  { file: 'gpu/matrix-product', section: '3.1', load: () => import('./lessons/gpu/matrix-product.js') },
  { file: 'gpu/fourier', section: '3.1', load: () => import('./lessons/gpu/fourier.js') },
  { file: 'gpu/correlation', section: '3.1', load: () => import('./lessons/gpu/correlation.js') },
  { file: 'inference/preprocess', section: '3.2', load: () => import('./lessons/inference/preprocess.js') },
  { file: 'inference/classify', section: '3.2', load: () => import('./lessons/inference/classify.js') },
  { file: 'project/own-processor', section: 'project', load: () => import('./lessons/project/own-processor.js') },
  { file: 'project/real-network', section: 'project', load: () => import('./lessons/project/real-network.js') },
];

/** The name of a lesson on the command line, such as `mean-filter`. */
export function nameOf({ file }: Lesson): string {
  return file.slice(file.indexOf('/') + 1);
}

/** Section numbers in their order. */
export const SECTIONS: readonly string[] = [...new Set(LESSONS.map(({ section }) => section))];
