import { DOWNLOAD } from './download.js';
import type { Exercise } from './exercise.js';
import { MEDIAN } from './median.js';
import { STATISTICS } from './statistics.js';

/** The exercises of the course; the reader knows them as 1, 2 and 3. */
export const EXERCISES: readonly Exercise[] = [MEDIAN, STATISTICS, DOWNLOAD];
