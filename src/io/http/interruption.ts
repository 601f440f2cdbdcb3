import { Stopped } from '../../core/errors.js';

/** Asked while this thread waits for the network. */
let isAsked: () => boolean = () => false;

/** Lets a wait for the network end when `stopped` says so; a layout tells its worker threads this way. */
export function interruptWaits(stopped: () => boolean): void {
  isAsked = stopped;
}

/** @throws Stopped when this thread is to stop */
export function checkInterruption(): void {
  if (isAsked()) throw new Stopped();
}
