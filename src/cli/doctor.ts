import { UsageError } from '../core/errors.js';
import { checkValues, type Params } from '../core/params.js';
import { describeMachine } from '../io/machine.js';
import { version } from '../version.js';
import { type Check, checkMachine } from './checks.js';
import { parseFlags } from './flags.js';
import { verbHelp } from './help.js';

const PARAMS = { json: { kind: 'flag', help: 'the same as JSON on stdout' } } as const satisfies Params;

function describe(checks: readonly Check[]): string[] {
  const width = Math.max(...checks.map(({ name }) => name.length));
  let area = '';
  return checks.flatMap((check) => {
    const heading = check.area === area ? [] : ['', check.area];
    area = check.area;
    const verdict = check.ok ? `yes  ${check.note}` : `no, because ${check.reason}: ${check.remedy}`;
    return [...heading, `  ${check.name.padEnd(width)}  ${verdict}`];
  });
}

export async function run(args: readonly string[]): Promise<number> {
  const { positionals, raw } = parseFlags(args, PARAMS, 'fanfold doctor');
  const { json } = checkValues(PARAMS, raw, 'fanfold doctor');
  if (positionals.length > 0)
    throw new UsageError('too-many', `fanfold doctor takes no arguments, but got ${positionals.join(' ')}.`);
  const checks = await checkMachine(process.cwd());
  const machine = describeMachine();
  const text = json
    ? JSON.stringify({ version, machine, checks })
    : [`fanfold ${version} on ${machine.cpu}, ${machine.os}`, ...describe(checks)].join('\n');
  process.stdout.write(`${text}\n`);
  return 0;
}

export function help(): string {
  return verbHelp(
    'doctor [options]',
    'Says what works on this machine and, where something does not, why and what helps. Run it in the folder of your data to learn about its disk.',
    [['output', PARAMS]],
  );
}
