import { formatBytes } from '../core/size.js';

/** What is in use of the workers and slots that a loader started with. */
export interface InUse {
  readonly workers: number;
  /** Slots of the ring. */
  readonly slots: number;
  /** Samples that one worker is given at a time, its task. */
  readonly chunk: number;
}

/** How far a loader may go; nothing is allocated or started beyond its plan. */
export interface AdaptLimits {
  /** Workers that were started. */
  readonly workers: number;
  /** Slots of the ring as it was allocated. */
  readonly slots: number;
  readonly largestChunk: number;
  /** Samples of a batch. */
  readonly batch: number;
  readonly batchBytes: number;
  readonly cores: number;
  /** Free bytes of the machine below which the ring becomes smaller. */
  readonly reserveBytes: number;
}

/** What was seen since the last measurement. */
export interface Measurement {
  /** Seconds since the last one. */
  readonly seconds: number;
  /** Seconds the consumer waited for a batch. */
  readonly waitForData: number;
  /** Seconds workers waited for a free slot, summed over those in use. */
  readonly waitForConsumer: number;
  /** Batches finished, and the seconds workers were busy with them. */
  readonly batches: number;
  readonly busySeconds: number;
  /** Processes that want a core, of the whole machine (load average). */
  readonly load: number;
  readonly freeBytes: number;
}

export interface Change {
  readonly what: keyof InUse;
  readonly from: number;
  readonly to: number;
  readonly reason: string;
}

type Mood = 'content' | 'hungry' | 'idle' | 'crowded' | 'short';

/** State of the adaptation between measurements. */
export interface AdaptState {
  readonly inUse: InUse;
  readonly mood: Mood;
  /** Measurements in a row with this mood. */
  readonly streak: number;
  /** Measurements to come that change nothing. */
  readonly rest: number;
  /** Measurements in a row that it takes; doubled when a change is taken back, so that it does not swing. */
  readonly patience: number;
  /** Direction of the last change of workers. */
  readonly direction: -1 | 0 | 1;
}

/** Shares of the time, and counts of measurements. */
const HUNGRY = 0.1;
const IDLE = 0.5;
const PATIENCE = { first: 3, most: 48 };
const REST = 2;

/** Share of their time that workers have nothing to do while the consumer waits: tasks are too large to be spread well. */
const UNEVEN = 0.3;

/** Handing over costs a fraction of a millisecond: tasks shorter than this are made longer. */
const SHORT_TASK_SECONDS = 0.005;

/** Seconds that a task takes one worker; null when nothing was finished. */
function taskSeconds({ batch }: AdaptLimits, { chunk }: InUse, { batches, busySeconds }: Measurement): number | null {
  return batches === 0 ? null : (busySeconds / batches) * (chunk / batch);
}

/** Most samples of a task for which the ring has a slot for every worker. */
const chunkFor = ({ batch }: AdaptLimits, slots: number, workers: number): number =>
  Math.max(1, Math.floor((slots - 1) / workers)) * batch;

export function startAdapting(inUse: InUse): AdaptState {
  return { inUse, mood: 'content', streak: 0, rest: 0, patience: PATIENCE.first, direction: 0 };
}

const percent = (share: number): string => `${Math.round(100 * share)} %`;

function moodOf({ cores, reserveBytes }: AdaptLimits, { workers }: InUse, seen: Measurement): Mood {
  if (seen.freeBytes < reserveBytes) return 'short';
  if (seen.load > 1.5 * cores && seen.load > workers + 1) return 'crowded';
  if (seen.waitForData > HUNGRY * seen.seconds) return 'hungry';
  return seen.waitForConsumer > IDLE * seen.seconds * workers ? 'idle' : 'content';
}

/** What consumer and machine ask for, or null when nothing is left to change. */
function changeFor(mood: Mood, limits: AdaptLimits, inUse: InUse, seen: Measurement): Change | null {
  const { workers, slots, chunk } = inUse;
  const least = Math.min(limits.slots, workers + 1);
  const set = (what: keyof InUse, to: number, reason: string): Change => ({ what, from: inUse[what], to, reason });
  switch (mood) {
    case 'short': {
      const reason = `only ${formatBytes(seen.freeBytes)} of memory are free, less than ${formatBytes(limits.reserveBytes)}`;
      if (slots > least) return set('slots', Math.max(least, Math.floor(slots / 2)), reason);
      return workers > 1 ? set('workers', workers - 1, reason) : null;
    }
    case 'crowded': {
      const reason = `the load is ${seen.load.toFixed(1)} on ${limits.cores} cores`;
      return workers > 1 ? set('workers', workers - 1, reason) : null;
    }
    case 'hungry': {
      const waited = `the consumer waited for data ${percent(seen.waitForData / seen.seconds)} of the time`;
      const task = taskSeconds(limits, inUse, seen);
      const unused = seen.waitForConsumer / seen.seconds / workers;
      const smaller = Math.max(Math.ceil(limits.batch / workers), Math.ceil(chunk / 2));
      if (task !== null && unused > UNEVEN && task >= 2 * SHORT_TASK_SECONDS && smaller < chunk) {
        return set('chunk', smaller, `${waited}, while workers had nothing to do ${percent(unused)} of it`);
      }
      const hasRoom = seen.load < limits.cores + 1 && workers < limits.workers;
      if (hasRoom) return set('workers', workers + 1, waited);
      if (slots < limits.slots) return set('slots', Math.min(limits.slots, Math.ceil(slots * 1.5)), waited);
      const longer = Math.min(limits.largestChunk, 2 * chunk, chunkFor(limits, slots, workers));
      if (task === null || task >= SHORT_TASK_SECONDS || longer <= chunk) return null;
      return set('chunk', longer, `${waited}, and a task takes only ${(1000 * task).toFixed(1)} ms`);
    }
    case 'idle': {
      const share = seen.waitForConsumer / seen.seconds / workers;
      const reason = `workers waited for the consumer ${percent(share)} of the time`;
      // Without one of them the others must still have time to spare.
      if (workers > 1 && (1 - share) * workers < 0.8 * (workers - 1)) return set('workers', workers - 1, reason);
      return slots > least ? set('slots', Math.max(least, slots - workers), reason) : null;
    }
    default:
      return null;
  }
}

/** A changed number of workers or slots keeps the others within what there is. @returns the change and what follows from it */
function apply(limits: AdaptLimits, inUse: InUse, change: Change): { inUse: InUse; changes: Change[] } {
  const next = { ...inUse, [change.what]: change.to };
  const { workers } = next;
  // A further worker gets slots of its own where the ring has them.
  const isMore = change.what === 'workers' && change.to > change.from;
  const each = isMore ? Math.ceil(next.chunk / limits.batch) : 1;
  const slots = Math.min(limits.slots, Math.max(next.slots, workers * each + 1));
  const chunk = Math.min(next.chunk, chunkFor(limits, slots, workers));
  const changes = [change];
  if (slots !== next.slots)
    changes.push({
      what: 'slots',
      from: next.slots,
      to: slots,
      reason: `${workers} workers, ${each} each, and one more`,
    });
  if (chunk !== next.chunk)
    changes.push({ what: 'chunk', from: next.chunk, to: chunk, reason: `${workers} workers share ${slots} slots` });
  return { inUse: { workers, slots, chunk }, changes };
}

/**
 * One step of the adaptation. Pure. A mood must last before anything changes, and nothing changes right after a change; want of
 * memory alone is answered at once.
 */
export function adapt(
  limits: AdaptLimits,
  state: AdaptState,
  seen: Measurement,
): { readonly state: AdaptState; readonly changes: readonly Change[] } {
  const mood = moodOf(limits, state.inUse, seen);
  const streak = mood === state.mood ? state.streak + 1 : 1;
  const rest = Math.max(0, state.rest - 1);
  const waiting = { ...state, mood, streak, rest };
  const patience = mood === 'short' ? 1 : state.patience;
  if (streak < patience || (state.rest > 0 && mood !== 'short')) return { state: waiting, changes: [] };
  const change = changeFor(mood, limits, state.inUse, seen);
  if (change === null) return { state: waiting, changes: [] };
  const { inUse, changes } = apply(limits, state.inUse, change);
  const direction = change.what === 'workers' ? (change.to > change.from ? 1 : -1) : state.direction;
  const isTakenBack = change.what === 'workers' && state.direction === -direction;
  return {
    state: {
      inUse,
      mood,
      streak: 0,
      rest: REST,
      patience: isTakenBack ? Math.min(PATIENCE.most, 2 * state.patience) : state.patience,
      direction,
    },
    changes,
  };
}

/** `workers 4 -> 3: the load is 9.0 on 4 cores.` */
export function describeChange({ what, from, to, reason }: Change): string {
  return `${what} ${from} -> ${to}: ${reason}.`;
}

/** The adaptation of one loader: hand in a measurement about once a second, and use what it answers. */
export class Adaptation {
  readonly #limits: AdaptLimits;
  readonly #log: (line: string) => void;
  readonly #changes: Change[] = [];
  #state: AdaptState;

  /** @param log told of every change, with its reason */
  constructor(limits: AdaptLimits, start: InUse, log: (line: string) => void) {
    this.#limits = limits;
    this.#state = startAdapting(start);
    this.#log = log;
  }

  /** All changes so far. */
  get changes(): readonly Change[] {
    return this.#changes;
  }

  measure(seen: Measurement): InUse {
    const { state, changes } = adapt(this.#limits, this.#state, seen);
    this.#state = state;
    for (const change of changes) {
      this.#changes.push(change);
      this.#log(describeChange(change));
    }
    return state.inUse;
  }
}
