import type { Texts } from './texts.js';

/** The course in a terminal, in English. */
export const ENGLISH: Texts = {
  title: 'Fast numerical programs: a course for people with data',
  sections: {
    '1.1': 'Vectorisation',
    '1.2': 'Memory',
    '2.1': 'Map and reduce in parallel',
    '2.2': 'Downloads without waiting',
    '3.1': 'A GPU beside the CPU',
    '3.2': 'Deep learning on images',
    project: 'The project: ImageProcessor',
  },
  programs: {
    'mean-filter': 'a 3x3 mean: by pixel, by row, with fewer additions',
    'border-rules': 'four answers to what lies outside of an image',
    'element-types': 'float64 and float32: bytes, time and digits',
    views: 'a view and a copy of the same numbers',
    files: 'an array on disk: read whole, in chunks, by fanfold',
    'array-on-disk': 'an array in a file: created, written and read by region, mapped',
    'four-parts': 'sum of sqrt(x) + x^2 in parts: one thread, threads, processes',
    'break-even': 'from how many numbers on threads pay',
    'four-ways': 'download, save and process 200 files in four ways',
    'honest-clock': 'when to stop the clock of work that is handed over',
    'matrix-product': 'a matrix product: less waiting, fewer look-ups',
    fourier: 'a two-dimensional Fourier transform: the better algorithm',
    correlation: 'a 3x3 correlation, and how it differs from a convolution',
    preprocess: 'pixels into the numbers a network expects',
    classify: 'a trained network over images it has not seen, in batches',
    'own-processor': 'the project, small: load a model, prepare pictures, batches on workers',
    'real-network': 'the project with a real network: workers that keep it open',
  },
  columns: { time: 'time', speed: 'speed', memory: 'bytes', value: 'value', difference: 'differs by' },
  exercises: [
    {
      title: 'a 3x3 median that beats the loop',
      task: [
        'Export median3x3(image, rows, columns): image is a Float64Array, row after row; the result is a new one.',
        'Outside the image the nearest pixel counts. The numbers must be those of the naive loop, and come 3 times as fast.',
      ],
    },
    {
      title: 'a statistic of an array that does not fit',
      task: [
        'Export async statistics(path): the file holds bare float64; the result is { mean, deviation }, over n.',
        'A file of 512 MiB must not raise memory by more than 64 MiB. The numbers lie far from zero: mind the digits.',
      ],
    },
    {
      title: 'downloads that survive',
      task: [
        'Export async download(urls, folder, limit): saves the body of urls[i] as file_{i}.txt, at most limit at once.',
        'The result has the path or null for each address, in order. A status other than 200 or a broken connection leaves no file.',
      ],
    },
  ],
  quiz: [
    {
      ask: 'The sum of sqrt(x) + x^2 over a million numbers takes a few milliseconds in one thread. Four processes are started for it. What happens?',
      answers: [
        'It takes about a quarter of the time: four processes, four parts.',
        'It takes longer: starting the processes and copying the numbers to them costs more than the sum.',
        'It takes the same time, because all four share one memory bus.',
      ],
      right: 1,
      because:
        'A sum of a million numbers is over before a process has started. Below the break-even size one thread wins; measure where it lies (2.1).',
    },
    {
      ask: 'A file holds 40 GiB of float64, the machine has 16 GiB. You need mean and standard deviation. What do you do?',
      answers: [
        'Read it as float32, which halves it.',
        'Map the file into memory and make one array of it.',
        'Read chunks into one buffer and carry count, mean and sum of squared deviations from chunk to chunk.',
      ],
      right: 2,
      because:
        'Half of 40 GiB is still more than there is, and an array made of a mapped file is a copy of it. A statistic needs one chunk and three numbers (1.2).',
    },
    {
      ask: 'The call that multiplies two matrices on a GPU returns after 0.1 ms; the CPU takes 400 ms. What does that show?',
      answers: [
        'Nothing yet: the call has handed work over. Wait for it, and time the transfers as well.',
        'The GPU is 4000 times as fast.',
        'The GPU has the result cached.',
      ],
      right: 0,
      because:
        'GPU calls return at once and the work is done later. A time is a time only when the clock stops behind a synchronisation (3.1).',
    },
  ],
  words: {
    bytes: 'bytes',
    colon: ': ',
    cores: 'cores',
    exercise: 'exercise',
    machine: 'measured on',
    text: 'text',
    usage:
      'run a lesson: fanfold course 1.1; begin an exercise: fanfold course start 1 FILE; check it: fanfold course check 1 FILE; the questions: fanfold course quiz',
    right: 'right',
    wrong: 'wrong, it is',
    passed: 'solved',
    failed: 'not solved yet',
    score: 'right answers',
  },
  dictionary: {},
};
