import { UsageError } from '../core/errors.js';
import { checkValues, type Params } from '../core/params.js';
import { describeMachine } from '../io/machine.js';
import { version } from '../version.js';
import { describeChecks } from './check-lines.js';
import { checkMachine } from './checks.js';
import { parseFlags } from './flags.js';
import { verbHelp } from './help.js';

const PARAMS = { json: { kind: 'flag', help: 'the same as JSON on stdout' } } as const satisfies Params;

export async function run(args: readonly string[], signal: AbortSignal): Promise<number> {
  if (args[0] === 'gaf') return (await import('./doctor-gaf.js')).run(args.slice(1), signal);
  const { positionals, raw } = parseFlags(args, PARAMS, 'fanfold doctor');
  const { json } = checkValues(PARAMS, raw, 'fanfold doctor');
  if (positionals.length > 0)
    throw new UsageError('too-many', `fanfold doctor takes no arguments, but got ${positionals.join(' ')}.`);
  const checks = await checkMachine(process.cwd());
  const machine = describeMachine();
  const text = json
    ? JSON.stringify({ version, machine, checks })
    : [`fanfold ${version} on ${machine.cpu}, ${machine.os}`, ...describeChecks(checks)].join('\n');
  process.stdout.write(`${text}\n`);
  return 0;
}

export async function help(args: readonly string[]): Promise<string> {
  if (args[0] === 'gaf') return (await import('./doctor-gaf.js')).help();
  return verbHelp(
    'doctor [gaf] [options]',
    'Says what works on this machine and, where something does not, why and what helps. Run it in the folder of your data to learn about its disk. doctor gaf tests the loader of batches.',
    [['output', PARAMS]],
  );
}
