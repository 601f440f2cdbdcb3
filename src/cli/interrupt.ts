/**
 * Aborts at the first Ctrl-C (or SIGTERM, or when its terminal closes): the run stops at its next tile and cleans up. A second one ends the process
 * at once.
 */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.on('SIGHUP', stop);
  return controller.signal;
}
