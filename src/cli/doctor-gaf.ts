import { UsageError } from '../core/errors.js';
import { checkValues, type Params, type Values } from '../core/params.js';
import { formatBytes, formatRate, formatSeconds } from '../core/size.js';
import { describeMachine } from '../io/machine.js';
import { folderState } from '../io/probe.js';
import { MEMORY_FOLDER } from '../io/scratch.js';
import { listShared, rightsOf } from '../io/shared-usage.js';
import { type Automatic, automatic, type MachineFacts } from '../loader/automatic.js';
import type { Facilities } from '../loader/decide.js';
import { machineFacts, probeFacilities } from '../loader/facilities.js';
import type { Refusal } from '../loader/ladder.js';
import { describeLine, monitor } from '../loader/monitor.js';
import { PRESETS, type PresetName } from '../loader/presets.js';
import { version } from '../version.js';
import { describeChecks } from './check-lines.js';
import type { Check } from './checks.js';
import { parseFlags } from './flags.js';
import { verbHelp } from './help.js';
import { describeWork, measureWay, type Speed, testWays, testWindows, testWork } from './loader-speed.js';
import { tell } from './terminal.js';

const OWNER = 'fanfold doctor gaf';

const PARAMS = {
  json: { kind: 'flag', help: 'the same as JSON on stdout' },
  quick: { kind: 'flag', help: 'leave out the speed test' },
  watch: { kind: 'flag', help: 'free memory, segments and load once a second, until Ctrl-C' },
  memory: { kind: 'size', help: 'automatic values as on a machine with this much memory, all of it free' },
  cores: { kind: 'number', min: 1, integer: true, help: 'automatic values as on a machine with this many cores' },
} as const satisfies Params;

type DoctorValues = Values<typeof PARAMS>;

function check(area: string, name: string, refusal: Refusal | null, note: string): Check {
  return refusal === null
    ? { area, name, ok: true, note }
    : { area, name, ok: false, reason: refusal.reason, remedy: refusal.remedy };
}

function machineChecks({ cores, memoryBytes, freeBytes, cgroupBytes }: MachineFacts): Check[] {
  const limit = cgroupBytes === null ? '' : `, limited to ${formatBytes(cgroupBytes)} by a control group`;
  return [
    check('machine', 'runtime', null, `Node ${process.version}, ${cores} ${cores === 1 ? 'core' : 'cores'}`),
    check('machine', 'memory', null, `${formatBytes(freeBytes)} free of ${formatBytes(memoryBytes)}${limit}`),
  ];
}

function sharedChecks({ memory, segment, files }: Facilities): Check[] {
  const area = 'shared memory';
  const { exists, totalBytes, freeBytes } = folderState(MEMORY_FOLDER);
  const kept = listShared();
  const bytes = kept.reduce((total, entry) => total + entry.bytes, 0);
  const size = exists
    ? `${MEMORY_FOLDER}, ${formatBytes(freeBytes)} free of ${formatBytes(totalBytes)}, rights ${rightsOf(MEMORY_FOLDER) ?? 'unknown'}`
    : `${MEMORY_FOLDER} does not exist here`;
  return [
    check(area, 'size and rights', null, size),
    check(
      area,
      'in use by fanfold',
      null,
      `${kept.length} ${kept.length === 1 ? 'entry' : 'entries'}, ${formatBytes(bytes)}`,
    ),
    check(area, 'threads', memory, 'one memory for all, no copy'),
    check(area, 'processes, segment', segment, 'one segment that all map'),
    check(area, 'processes, files', files, 'files in shared memory, counted as copies'),
    check(area, 'processes, copies', null, 'through pipes, always'),
  ];
}

const MIB = 2 ** 20;

/** Long work on small batches, so that the machine alone decides. */
function automaticFor(facts: MachineFacts, preset: PresetName | null, bound: 'compute' | 'memory'): Automatic {
  return automatic({
    ...facts,
    preset,
    bound,
    batch: 32,
    batchBytes: MIB / 16,
    batches: 1e6,
    epochs: 1,
    workerBytes: 20 * MIB,
    windowBytes: 4 * MIB,
    sharedLimit: 4096 * MIB,
    hostBytes: 128 * MIB,
    batchSeconds: null,
    jobs: null,
    chunk: null,
    prefetch: null,
    ringLimit: null,
    memoryLimit: null,
  });
}

interface Choice {
  readonly preset: string;
  readonly bound: 'compute' | 'memory';
  readonly jobs: number;
  readonly chunk: number;
  /** How far it may grow while a loader runs. */
  readonly largestChunk: number;
  readonly rule: string;
}

function choices(facts: MachineFacts): Choice[] {
  return [null, ...(Object.keys(PRESETS) as PresetName[])].flatMap((preset) =>
    (['memory', 'compute'] as const).map((bound) => {
      const { jobs, chunk, largestChunk, binding } = automaticFor(facts, preset, bound);
      return {
        preset: preset ?? 'no preset',
        bound,
        jobs,
        chunk,
        largestChunk,
        rule: `rule ${binding.name}: ${binding.why}`,
      };
    }),
  );
}

function describeChoices(list: readonly Choice[], { cores, memoryBytes, freeBytes }: MachineFacts): string[] {
  const width = Math.max(...list.map(({ preset }) => preset.length));
  const on = `${cores} ${cores === 1 ? 'core' : 'cores'}, ${formatBytes(freeBytes)} free of ${formatBytes(memoryBytes)}`;
  return [
    '',
    `automatic values with ${on}: workers, and samples of a task`,
    ...list.map(({ preset, bound, jobs, chunk, largestChunk, rule }) => {
      const who = `${String(jobs).padStart(2)} ${(jobs === 1 ? 'job' : 'jobs').padEnd(4)}`;
      const task = chunk === largestChunk ? `${chunk}` : `${chunk} to ${largestChunk}`;
      return `  ${preset.padEnd(width)}  bound by ${bound.padEnd(7)}  ${who}  ${task.padEnd(10)}  by ${rule}`;
    }),
  ];
}

function describeSpeed(speed: Speed, width: number): string {
  if (!speed.ok) return `  ${speed.name.padEnd(width)}  not here: ${speed.reason}`;
  const { coldSeconds, warmSeconds, samples, bytes, ringBytes, copiedBytes, workers } = speed;
  const rate = `${Math.round(samples / warmSeconds)} samples/s, ${formatRate(bytes / warmSeconds)}`;
  const who = workers === 0 ? '' : `, ${workers} ${workers === 1 ? 'worker' : 'workers'}`;
  const copied = copiedBytes > 0 ? `, ${formatBytes(copiedBytes)} copied` : '';
  return `  ${speed.name.padEnd(width)}  ${rate}  first ${formatSeconds(coldSeconds)}, then ${formatSeconds(warmSeconds)}${who}, ring ${formatBytes(ringBytes)}${copied}`;
}

/** What the speeds mean for whoever trains here, in plain words. */
export function verdict(speeds: readonly Speed[]): string {
  const ran = speeds.flatMap((speed) => (speed.ok ? [speed] : []));
  const [best] = [...ran].sort((a, b) => a.warmSeconds - b.warmSeconds);
  if (!best) return 'No way of making batches works here: see the reasons above.';
  const against = ran
    .filter(({ name }) => name !== best.name && (name === 'one thread' || name === 'processes, copies'))
    .map(({ name, warmSeconds }) => `${(warmSeconds / best.warmSeconds).toFixed(1)}x as fast as ${name}`);
  const advice =
    best.name === 'one thread'
      ? 'Work as small as this is best left in one thread (--disable-parallel, or automatic).'
      : best.name.startsWith('threads')
        ? 'The defaults use it.'
        : 'Choose it with --use-multiprocessing.';
  return `Fastest here, once warm: ${best.name}${against.length > 0 ? `, ${against.join(' and ')}` : ''}. ${advice}`;
}

async function watch(json: boolean, signal: AbortSignal): Promise<number> {
  for await (const line of monitor({ signal })) {
    process.stdout.write(`${json ? JSON.stringify(line) : describeLine(line)}\n`);
  }
  return 0;
}

async function speedTest(workers: number, signal: AbortSignal): Promise<Speed[]> {
  const [source, work] = [testWindows(), testWork()];
  const speeds: Speed[] = [];
  for (const way of testWays(workers)) speeds.push(await measureWay(source, work, way, signal));
  return speeds;
}

function factsFor({ memory, cores }: DoctorValues): MachineFacts {
  const facts = machineFacts();
  return {
    ...facts,
    ...(cores === undefined ? {} : { cores }),
    ...(memory === undefined ? {} : { memoryBytes: memory, freeBytes: memory, cgroupBytes: null }),
  };
}

/** `fanfold doctor gaf`: compatibility and speed of the loader on this machine. */
export async function run(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { positionals, raw } = parseFlags(args, PARAMS, OWNER);
  const values = checkValues(PARAMS, raw, OWNER);
  if (positionals.length > 0)
    throw new UsageError('too-many', `${OWNER} takes no arguments, but got ${positionals.join(' ')}.`);
  if (values.watch) return watch(values.json, signal);
  const facts = machineFacts();
  const facilities = await probeFacilities();
  const checks = [...machineChecks(facts), ...sharedChecks(facilities)];
  const chosen = choices(factsFor(values));
  if (!values.quick && !values.json) tell('Measuring: a few seconds.');
  const speeds = values.quick ? [] : await speedTest(Math.min(4, facts.cores), signal);
  const conclusion = values.quick ? null : verdict(speeds);
  if (values.json) {
    const found = { version, machine: describeMachine(), checks, automatic: chosen, speeds, verdict: conclusion };
    process.stdout.write(`${JSON.stringify(found)}\n`);
    return 0;
  }
  const { cpu, os } = describeMachine();
  const width = Math.max(0, ...speeds.map(({ name }) => name.length));
  const measured = conclusion
    ? ['', `speed: ${describeWork(testWork())}`, ...speeds.map((speed) => describeSpeed(speed, width)), '', conclusion]
    : [];
  const lines = [
    `fanfold ${version} on ${cpu}, ${os}`,
    ...describeChecks(checks),
    ...describeChoices(chosen, factsFor(values)),
    ...measured,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  return 0;
}

export function help(): string {
  return verbHelp(
    'doctor gaf [options]',
    'Tests how batches of Gramian angular fields can be made here: runtime, memory, size and rights of shared memory, automatic values, and the speed of one thread, of threads and of processes, first and warm.',
    [['options', PARAMS]],
  );
}
