import { formatBytes, formatRate, formatSeconds } from '../../core/size.js';
import type { JobFacts, Outlook } from './advice.js';

/** A job that is done sooner does not wait for a device or other machines. */
const SHORT = { gpu: 5, cluster: 60 };

/** What is worth the effort: twice as fast at least. */
const WORTH = 2;

const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** What most of the time goes to, as a phrase with its share. */
function boundBy({ shares }: JobFacts): string {
  const named = [
    ['reading', shares.read],
    ['decoding', shares.decode],
    ['arithmetic', shares.compute],
    ['writing', shares.write],
  ] as const;
  const [name, share] = named.reduce((most, next) => (next[1] > most[1] ? next : most));
  return `${name} (${percent(share)} of a worker's time)`;
}

/**
 * Whether a GPU would help. It takes over arithmetic alone, so that all else is what remains, however fast it is.
 *
 * @param alone seconds of the whole job in one thread @param best of the best way there is
 */
export function gpuOutlook(facts: JobFacts, alone: number, best: number, disk: number | null): Outlook {
  const { compute } = facts.shares;
  const rest = Math.max(alone * (1 - compute), disk === null ? 0 : (facts.frames * facts.storedFrameBytes) / disk);
  const most = rest > 0 ? best / rest : Number.POSITIVE_INFINITY;
  if (best < SHORT.gpu)
    return {
      helps: false,
      reason: `the job takes ${formatSeconds(best)} here, about as long as a device takes to be made ready`,
    };
  if (most < WORTH)
    return {
      helps: false,
      reason: `bound by ${boundBy(facts)}: if arithmetic took no time at all, ${formatSeconds(rest)} would remain in the thread that feeds it, against ${formatSeconds(best)}`,
    };
  const limit = Number.isFinite(most)
    ? `at most ${most < 10 ? most.toFixed(1) : Math.round(most)}x, as ${formatSeconds(rest)} of reading and decoding remain, copies to it not counted`
    : 'by what its arithmetic is faster';
  return { helps: true, reason: `bound by ${boundBy(facts)}: it could gain ${limit}` };
}

/** Whether more machines would help. They add arithmetic and memory, and storage only where they have their own. */
export function clusterOutlook(facts: JobFacts, best: number, disk: number | null): Outlook {
  const stored = facts.frames * facts.storedFrameBytes;
  if (best < SHORT.cluster)
    return {
      helps: false,
      reason: `the job takes ${formatSeconds(best)} here, and starting on other machines takes seconds too`,
    };
  if (facts.parts < WORTH) return { helps: false, reason: 'the job is one part, which cannot be divided' };
  const reading = disk === null ? 0 : stored / disk;
  if (reading > best / WORTH)
    return {
      helps: false,
      reason: `bound by the disk: ${formatBytes(stored)} at ${formatRate(disk ?? 1)} take ${formatSeconds(reading)} of ${formatSeconds(best)}; it helps if every machine has its own copy or the storage is faster`,
    };
  const machines = Math.min(facts.parts, 4);
  return {
    helps: true,
    reason: `bound by ${boundBy(facts)}: ${machines} machines like this one would take about ${formatSeconds(Math.max(best / machines, reading))}`,
  };
}
