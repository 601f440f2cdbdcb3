#!/usr/bin/env node
import { FanfoldError, Stopped } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import { interruptSignal } from './interrupt.js';
import { tell } from './terminal.js';
import { usage } from './usage.js';
import { VERBS } from './verbs.js';

const INTERRUPTED = 130;
const INTERNAL = 1;
const USAGE = 2;

async function dispatch(args: readonly string[]): Promise<number> {
  const [first, ...rest] = args;
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    const verb = VERBS.find(({ name }) => name === rest[0]);
    process.stdout.write(verb ? await (await verb.load()).help(rest.slice(1)) : usage());
    return 0;
  }
  if (first === '--version') {
    const { version } = await import('../version.js');
    process.stdout.write(`${version}\n`);
    return 0;
  }
  const verb = VERBS.find(({ name }) => name === first);
  if (verb) {
    const { run, help } = await verb.load();
    if (rest.includes('--help') || rest.includes('-h')) {
      process.stdout.write(await help(rest));
      return 0;
    }
    return run(rest, interruptSignal());
  }
  // A lone path means: tell me about this file.
  const looksLikeFile = /[./\\]/.test(first);
  const info = VERBS.find(({ name }) => name === 'info');
  if (looksLikeFile && info) return (await info.load()).run(args, interruptSignal());
  const guess = nearest(
    first,
    VERBS.map(({ name }) => name),
  );
  tell(`fanfold: there is no command '${first}'.${guess ? ` Did you mean ${guess}?` : ' See fanfold --help.'}`);
  return USAGE;
}

/** A reader that went away (`| head`) is no error of ours. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : INTERNAL);
});

/** Nobody reads the progress any more; the run goes on for its files. */
process.stderr.on('error', () => undefined);

/** A command that waits for what can never come must not pass for one that succeeded. */
process.once('beforeExit', () => {
  if (process.exitCode !== undefined) return;
  tell('fanfold: internal error, please report it: the command has not ended, and nothing is left to wait for.');
  process.exitCode = INTERNAL;
});

dispatch(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    if (error instanceof Stopped) {
      const of = error.total > 0 ? ` of ${error.total}` : '';
      const after = error.frames > 0 ? ` after ${error.frames}${of} frames` : '';
      tell(`fanfold: stopped${after}; nothing was written.`);
      process.exitCode = INTERRUPTED;
    } else if (error instanceof FanfoldError) {
      tell(`fanfold: ${error.message}`);
      process.exitCode = error.exitCode;
    } else {
      tell(
        `fanfold: internal error, please report it: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
      process.exitCode = INTERNAL;
    }
  },
);
