import { parentPort, workerData } from 'node:worker_threads';
import { sumOf } from './numbers.js';

/** A thread sees the numbers where they lie; a message holds two numbers, and so does none of the array. */
const numbers = new Float64Array(workerData);

parentPort?.on('message', ([start, stop]: readonly [number, number]) => {
  parentPort?.postMessage(sumOf(numbers, start, stop));
});
